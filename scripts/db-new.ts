import type { ScaffoldOptions } from "../src/cli/commands/new.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ScaffoldOptions> = {
    name: "db:new",
    summary:
        "Create a migration (do and undo) with the next free number: empty, or a complete rebuild of a table; or import those of another tool.",
    database: false,
    define: (command) =>
        command
            .argument("[words...]", "what the migration does, as verb and object: add question source")
            .option("--rebuild <table>", "rebuild this table, with its present columns, rows, indexes and triggers")
            .option(
                "--import <folder>",
                "write the migrations of another tool as files of this one, after those that exist",
            )
            .option(
                "--format <name>",
                "with --import, the tool: postgrator, dbmate, goose, golang-migrate, drizzle, prisma, diesel, d1, sql-migrate",
            )
            .option("--dry-run", "with --import, show what would be written and what is left to decide")
            .option("--set <name>", "add it to this optional migration set"),
    run: async (context, options) => (await import("../src/cli/commands/new.ts")).scaffold(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
