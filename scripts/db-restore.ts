import type { RestoreOptions } from "../src/cli/commands/restore.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<RestoreOptions> = {
    name: "db:restore",
    summary:
        "Check a backup and write it into an empty database, in one transaction; --verify tries it on a scratch file.",
    define: (command) =>
        command
            .argument("<backup>", "the file, or - for standard input")
            .option("--table <name...>", "restore only these tables")
            .option("--replace", "drop everything that is there first; with --table, replace the rows of these tables")
            .option("--verify", "restore into a scratch file and compare; no database is needed")
            .option("--wal", "give a file a write-ahead log, which `turso db create --from-file` asks for")
            .option("-y, --yes", "do not ask before writing to another machine or replacing what is there"),
    run: async (context, options) => (await import("../src/cli/commands/restore.ts")).restoreBackup(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
