import { runCommand } from "../src/cli.ts";
import { type ScaffoldOptions, scaffold } from "../src/commands/scaffold.ts";

await runCommand<ScaffoldOptions>({
    name: "db:new",
    summary: "Write an empty migration, do and undo, with the next free number.",
    define: (command) =>
        command
            .argument("<words...>", "what it does, as verb and object: add question source")
            .usage("[options] <words...>")
            .option("--set <name>", "the migration set that it belongs to"),
    run: scaffold,
});
