import type { BackupOptions } from "../src/cli/commands/backup.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<BackupOptions> = {
    name: "db:backup",
    summary: "Write the database into one compressed SQL file, consistent and sealed; encrypted if a key is set.",
    define: (command) =>
        command
            .argument("[path]", "file or folder, instead of TURSO_BACKUP_FOLDER (backups/) or TURSO_BACKUP_COMMAND")
            .option("--table <name...>", "back up only these tables, with their indexes")
            .option(
                "--prune",
                "then remove old backups: keep the newest of each day for 30 days, of each week for 52 weeks",
            )
            .option("--dry-run", "print its path and what --prune would remove, and write nothing")
            .option("-y, --yes", "prune even if the clock is more than 35 days ahead of the newest backup"),
    run: async (context, options) => (await import("../src/cli/commands/backup.ts")).backup(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
