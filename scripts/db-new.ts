import type { ScaffoldOptions } from "../src/cli/commands/new.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ScaffoldOptions> = {
    name: "db:new",
    summary: "Create a migration (do and undo) with the next free number: empty, or a complete rebuild of a table.",
    database: false,
    define: (command) =>
        command
            .argument("<words...>", "what the migration does, as verb and object: add question source")
            .option("--rebuild <table>", "rebuild this table, with its present columns, rows, indexes and triggers")
            .option("--set <name>", "add it to this optional migration set"),
    run: async (context, options) => (await import("../src/cli/commands/new.ts")).scaffold(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
