import type { AllOptions } from "../app/bots/all.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<AllOptions> = {
    name: "bot:all",
    summary: "Run the bots one after the other: creator, verifier, processor, sessions, and a dry run of reconcile.",
    define: (command) =>
        command
            .option("--dry-run", "list what would be done; write nothing and ask no model")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../app/bots/all.ts")).runAllBots(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
