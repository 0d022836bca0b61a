import type { MaintainOptions } from "../src/cli/commands/maintain.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<MaintainOptions> = {
    name: "db:maintain",
    summary:
        "Carry out the rules of operations/maintenance/: old queue items and runs go, sessions are abandoned, counts are set right.",
    define: (command) =>
        command
            .argument("[rules...]", "only these rules")
            .usage("[options] [rules...]")
            .option("--dry-run", "count what the rules would take, and change nothing")
            .option("--show-sql", "print the statements, and change nothing")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: async (context, options) => (await import("../src/cli/commands/maintain.ts")).maintain(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
