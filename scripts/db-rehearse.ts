import { type RehearseOptions, rehearseDeploy } from "../src/cli/commands/rehearse.ts";
import { parseCount, runCommand } from "../src/cli/program.ts";

await runCommand<RehearseOptions>({
    name: "db:rehearse",
    summary: "Run the pending files on a copy of the database, and tell what they take, change, lose and break.",
    define: (command) =>
        command
            .option("--to <version>", "stop at this migration", parseCount)
            .option("--per-file", "one transaction for each file")
            .option("--set <name...>", "install these optional migration sets too")
            .option("--sample <rows>", "copy only so many rows of each table, and what they point to", parseCount)
            .option("--keep <path>", "keep the copy there, after the run"),
    run: rehearseDeploy,
});
