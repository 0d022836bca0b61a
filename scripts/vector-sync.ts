import { Option } from "commander";
import { searchSite } from "../app/search.ts";
import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";
import type { VectorSyncOptions } from "../src/cli/vector/sync.ts";

export const command: CommandDefinition<VectorSyncOptions> = {
    name: "vector:sync",
    summary: "Embed questions that are new or have changed; remove vectors of those that are gone.",
    define: (command) =>
        command
            .option("--channel <channel>", "embed only questions whose primary channel it is")
            .option("--limit <count>", "embed at most so many questions", parseCount)
            .option("--force", "embed questions that have not changed, too")
            .addOption(
                new Option("--mode <mode>", "what is embedded; full is --force").choices(["incremental", "full"]),
            )
            .option("--dry-run", "count what would be embedded and removed, and change nothing")
            .option("-y, --yes", "do not ask before writing to a database on another machine"),
    run: async (context, options) =>
        (await import("../src/cli/vector/sync.ts")).syncVectors(context, options, searchSite),
};

if (isMain(import.meta.url)) await runCommand(command);
