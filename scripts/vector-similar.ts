import { searchSite } from "../app/search.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";
import type { VectorSimilarOptions } from "../src/cli/vector/similar.ts";

export const command: CommandDefinition<VectorSimilarOptions> = {
    name: "vector:similar",
    summary: "List the questions that are most like one.",
    define: (command) =>
        command
            .argument("<id>", "the question")
            .option("--limit <count>", "show so many questions (10 otherwise)", parseCount)
            .option("--index", "ask the vector index instead of comparing with every question"),
    run: async (context, options) =>
        (await import("../src/cli/vector/similar.ts")).listSimilar(context, options, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
