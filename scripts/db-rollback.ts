import type { RollbackOptions } from "../src/cli/commands/rollback.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<RollbackOptions> = {
    name: "db:rollback",
    summary: "Undo migrations down to a version; refuses to lose rows without --discard-rows.",
    define: (command) =>
        command
            .usage("--to <version> [options]")
            .option("--to <version>", "the version to go back to; 0 undoes everything", parseCount)
            .option("--set <name>", "undo migrations of this optional set instead")
            .option("--discard-rows", "discard the rows that the plan lists")
            .option("--per-file", "use one transaction for each file")
            .option("--dry-run", "print the plan and the rows that would be lost, and change nothing")
            .option("--show-sql", "print the scripts that would be sent, and change nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../src/cli/commands/rollback.ts")).rollback(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
