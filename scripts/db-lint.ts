import type { LintOptions } from "../src/cli/commands/lint.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<LintOptions> = {
    name: "db:lint",
    summary:
        "Check without the configured database whether the SQL files run on Turso, are safe and follow the house style.",
    database: false,
    define: (command) =>
        command
            .argument("[paths...]", "report only on these files and folders")
            .option("--strict", "fail for warnings too")
            .option("--github", "print the annotations of a GitHub workflow, even outside one")
            .option("--rules", "list the rules"),
    run: async (context, options) => (await import("../src/cli/commands/lint.ts")).lint(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
