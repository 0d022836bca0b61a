import type { VerifyOptions } from "../src/cli/commands/verify.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<VerifyOptions> = {
    name: "db:verify",
    summary: "Compare every object of the database with the files; exit code 4 when they differ.",
    define: (command) =>
        command
            .option("--strict", "treat extra indexes on tables of the files as drift, too")
            .option("--write-files", "write the migrations, views and triggers that produce the schema of the database")
            .option("--dry-run", "with --write-files: list the files without writing them"),
    run: async (context, options) => (await import("../src/cli/commands/verify.ts")).showVerification(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
