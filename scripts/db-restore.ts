import type { RestoreOptions } from "../src/cli/commands/restore.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<RestoreOptions> = {
    name: "db:restore",
    summary:
        "Validate a backup and restore it into an empty database in one transaction, or with --verify into a scratch file.",
    define: (command) =>
        command
            .argument("<backup>", "backup file, or - for standard input")
            .option("--table <name...>", "restore only these tables")
            .option(
                "--replace",
                "drop everything in the database first; with --table, replace the rows of these tables",
            )
            .option("--verify", "restore into a scratch file and compare; needs no database")
            .option("--wal", "switch a file to a write-ahead log, which `turso db create --from-file` requires")
            .option("-y, --yes", "do not ask before writing to a database on another machine or replacing data"),
    run: async (context, options) => (await import("../src/cli/commands/restore.ts")).restoreBackup(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
