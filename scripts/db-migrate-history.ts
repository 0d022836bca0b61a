import type { HistoryOptions } from "../app/migrate-history.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<HistoryOptions> = {
    name: "db:migrate:history",
    summary: "Load history, and give every question without history its 'created' event.",
    define: (command) =>
        command
            .option("--from <path>", "load this export, a file or a folder, instead of the bundled history")
            .option("--rejects <file>", "where records that cannot be loaded go")
            .option("--max-rejects <count>", "write no record when more than this cannot be loaded", parseCount)
            .option("--dry-run", "decide everything and write nothing")
            .option("-y, --yes", "do not ask before writing to another machine"),
    run: async (context, options) => (await import("../app/migrate-history.ts")).migrateHistory(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
