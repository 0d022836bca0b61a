import { searchSite } from "../app/search.ts";
import { type CommandDefinition, isMain, runCommand } from "../src/cli/program.ts";

export const command: CommandDefinition = {
    name: "vector:stats",
    summary: "Show what the full text and the vectors hold, and what is stale.",
    run: async (context) => (await import("../src/cli/vector/stats.ts")).showVectorStatistics(context, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
