import type { HistoryOptions } from "../app/migrate-history.ts";
import { defineRejects } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<HistoryOptions> = {
    name: "db:migrate:history",
    summary: "Load history, and add a 'created' event for every question without history.",
    define: (command) =>
        defineRejects(
            command.option("--from <path>", "load this export (a file or a folder) instead of the bundled history"),
        )
            .option("--dry-run", "validate and compare everything, and write nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) => (await import("../app/migrate-history.ts")).migrateHistory(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
