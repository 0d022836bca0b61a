import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition = {
    name: "db:status",
    summary:
        "Show every migration, view and trigger, and whether it is applied; exit code 3 when something is pending.",
    run: async (context) => (await import("../src/cli/commands/status.ts")).showStatus(context),
};

if (isMain(import.meta.url)) await runCommand(command);
