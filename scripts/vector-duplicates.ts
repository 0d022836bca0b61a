import { searchSite } from "../app/search.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";
import type { VectorDuplicatesOptions } from "../src/cli/vector/duplicates.ts";

export const command: CommandDefinition<VectorDuplicatesOptions> = {
    name: "vector:duplicates",
    summary: "List pairs of questions that say the same, or may do so.",
    define: (command) =>
        command
            .option("--threshold <similarity>", "the lowest similarity of a possible duplicate (0.9 otherwise)")
            .option("--channel <channel>", "only pairs with a question whose primary channel it is"),
    run: async (context, options) =>
        (await import("../src/cli/vector/duplicates.ts")).listDuplicates(context, options, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
