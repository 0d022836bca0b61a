import type { RunOptions } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<RunOptions> = {
    name: "db:reset",
    summary: "Drop everything in a local database and deploy the schema again (file: and loopback only).",
    define: (command) => command.option("-y, --yes", "do not ask before dropping everything"),
    run: async (context, options) => (await import("../src/cli/commands/reset.ts")).reset(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
