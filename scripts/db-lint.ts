import type { LintOptions } from "../src/cli/commands/lint.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<LintOptions> = {
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
    run: async (context, options) => (await import("../src/cli/commands/lint.ts")).lint(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
