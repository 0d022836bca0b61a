import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";
import type { RehearseOptions } from "../src/cli/rehearsal.ts";

export const command: CommandDefinition<RehearseOptions> = {
    name: "db:rehearse",
    summary:
        "Run the pending files on a copy of the database, and report their time and what they change, lose and break.",
    define: (command) =>
        command
            .option("--to <version>", "stop after this migration", parseCount)
            .option("--per-file", "use one transaction for each file")
            .option("--set <name...>", "also install these optional migration sets")
            .option("--sample <rows>", "copy only this many rows of each table, and the rows they refer to", parseCount)
            .option("--keep <path>", "keep the copy at this path"),
    run: async (context, options) => (await import("../src/cli/commands/rehearse.ts")).rehearseDeploy(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
