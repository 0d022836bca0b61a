import type { ScaffoldOptions } from "../src/cli/commands/new.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<ScaffoldOptions> = {
    name: "db:new",
    summary: "Write a migration, do and undo, with the next free number: empty, or a whole rebuild of a table.",
    database: false,
    define: (command) =>
        command
            .argument("<words...>", "what it does, as verb and object: add question source")
            .usage("[options] <words...>")
            .option("--rebuild <table>", "make this table anew, with today's columns, rows, indexes and triggers")
            .option("--set <name>", "the migration set that it belongs to"),
    run: async (context, options) => (await import("../src/cli/commands/new.ts")).scaffold(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
