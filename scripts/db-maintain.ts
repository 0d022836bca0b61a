import type { MaintainOptions } from "../src/cli/commands/maintain.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<MaintainOptions> = {
    name: "db:maintain",
    summary:
        "Run the rules of operations/maintenance/: delete old queue items and runs, abandon old sessions, correct counts.",
    define: (command) =>
        command
            .argument("[rules...]", "run only these rules")
            .option("--dry-run", "count the rows that the rules would change, and change nothing")
            .option("--show-sql", "print the statements, and change nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../src/cli/commands/maintain.ts")).maintain(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
