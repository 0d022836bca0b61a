import { type CommandDefinition, isMain, parseCount, runCommand } from "../src/cli/program.ts";
import type { RehearseOptions } from "../src/cli/rehearsal.ts";

export const command: CommandDefinition<RehearseOptions> = {
    name: "db:rehearse",
    summary: "Run the pending files on a copy of the database, and tell what they take, change, lose and break.",
    define: (command) =>
        command
            .option("--to <version>", "stop at this migration", parseCount)
            .option("--per-file", "one transaction for each file")
            .option("--set <name...>", "install these optional migration sets too")
            .option("--sample <rows>", "copy only so many rows of each table, and what they point to", parseCount)
            .option("--keep <path>", "keep the copy there, after the run"),
    run: async (context, options) => (await import("../src/cli/commands/rehearse.ts")).rehearseDeploy(context, options),
};

if (isMain(import.meta.url)) await runCommand(command);
