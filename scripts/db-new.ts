import { type ScaffoldOptions, scaffold } from "../src/cli/commands/new.ts";
import { runCommand } from "../src/cli/program.ts";

await runCommand<ScaffoldOptions>({
    name: "db:new",
    summary: "Write a migration, do and undo, with the next free number: empty, or a whole rebuild of a table.",
    database: false,
    define: (command) =>
        command
            .argument("<words...>", "what it does, as verb and object: add question source")
            .usage("[options] <words...>")
            .option("--rebuild <table>", "make this table anew, with today's columns, rows, indexes and triggers")
            .option("--set <name>", "the migration set that it belongs to"),
    run: scaffold,
});
