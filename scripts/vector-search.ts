import { searchSite } from "../app/search.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";
import type { VectorSearchOptions } from "../src/cli/vector/search.ts";

export const command: CommandDefinition<VectorSearchOptions> = {
    name: "vector:search",
    summary: "Find questions by words and meaning.",
    define: (command) => {
        for (const [name, what] of Object.entries(searchSite.filters))
            command.option(`--${name} <${name}>`, `only questions ${what}`);
        command
            .argument("<text...>", "what to search for")
            .option("--limit <count>", "show so many questions (10 otherwise)", parseCount)
            .option("--explain", "show how each score is made");
    },
    run: async (context, options) =>
        (await import("../src/cli/vector/search.ts")).searchQuestions(context, options, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
