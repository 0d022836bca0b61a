import { searchSite } from "../app/search.ts";
import type { VectorSearchOptions } from "../src/cli/commands/vector-search.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition<VectorSearchOptions> = {
    name: "vector:search",
    summary: "Find questions by words and meaning.",
    define: (command) =>
        command
            .argument("<text...>", "what to search for")
            .option("--channel <channel>", "only questions of this channel")
            .option("--difficulty <difficulty>", "only questions of this difficulty")
            .option("--company <company>", "only questions that this company asks")
            .option("--limit <count>", "show so many questions (10 otherwise)", parseCount)
            .option("--explain", "show how each score is made"),
    run: async (context, options) =>
        (await import("../src/cli/commands/vector-search.ts")).searchQuestions(context, options, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
