import type { Command } from "commander";
import { parseCount } from "./program.ts";

/** Options of every command that deploys, so that they read alike everywhere. */
export function defineDeploy(command: Command): Command {
    return command
        .option("--to <version>", "stop at this migration", parseCount)
        .option("--per-file", "one transaction for each file")
        .option("--set <name...>", "install these optional migration sets too")
        .option("--dry-run", "print the plan and its id, and change nothing")
        .option("--show-sql", "print the scripts that would be sent, and change nothing")
        .option("--plan <id>", "run only the plan that --dry-run printed this id of")
        .option("--rehearse", "run it on a copy of the database first, and stop where something is found")
        .option("-y, --yes", "do not ask before writing to another machine");
}

/** Options of every command that loads records. */
export function defineRejects(command: Command): Command {
    return command
        .option("--rejects <file>", "where records that cannot be loaded go")
        .option("--max-rejects <count>", "write no record when more than this cannot be loaded", parseCount);
}

/** Options of every command that loads an export or seeds. */
export function defineLoad(command: Command): Command {
    command
        .option("--from <path>", "load this export, a file, a folder or - for standard input, instead of the seeds")
        .option("--seed", "load the seeds even into a remote or non-empty database")
        .option("--force", "update rows even if the record is not known to be newer");
    return defineRejects(command);
}
