import { type LintOptions, lint } from "../src/cli/commands/lint.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<LintOptions>({
    name: "db:lint",
    summary: "Judge the SQL files without a database: do they run on Turso, are they safe, are they in house style.",
    database: false,
    define: (command) =>
        command
            .argument("[paths...]", "only these files or folders")
            .usage("[options] [paths...]")
            .option("--strict", "fail for warnings, too")
            .option("--github", "print the annotations of a GitHub workflow, as in one")
            .option("--rules", "list the rules"),
    run: lint,
});
