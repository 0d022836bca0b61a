import { searchSite } from "../app/search.ts";
import { defineApproval } from "../src/cli/options.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";
import type { VectorInitOptions } from "../src/cli/vector/init.ts";

export const command: CommandDefinition<VectorInitOptions> = {
    name: "vector:init",
    summary: "Install the search: full text, and a table for vectors.",
    define: (command) =>
        defineApproval(
            command.option("--index", "also install a vector index, for more questions than a scan can compare"),
        ),
    run: async (context, options) =>
        (await import("../src/cli/vector/init.ts")).initSearch(context, options, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
