import type { Command } from "commander";
import { parseCount } from "../cli.ts";

/** Options of every command that deploys, so that they read alike everywhere. */
export function defineDeploy(command: Command): Command {
    return command
        .option("--to <version>", "stop at this migration", parseCount)
        .option("--per-file", "one transaction for each file")
        .option("--set <name...>", "install these optional migration sets too")
        .option("--dry-run", "print the plan and change nothing")
        .option("--show-sql", "print the scripts that would be sent, and change nothing")
        .option("-y, --yes", "do not ask before writing to another machine");
}
