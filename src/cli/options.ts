import { isAbsolute, relative, sep } from "node:path";
import type { Command } from "commander";
import type { DeployOptions } from "../planning/prepare.ts";
import { parseCount } from "./program.ts";

/** How a plan is carried out. */
export interface RunOptions {
    readonly perFile?: boolean;
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
    /** The id of the only plan that may run. */
    readonly plan?: string;
    /** Run on a copy first; only the rehearsed plan may run then. */
    readonly rehearse?: boolean;
}

/** What defineDeploy() adds to a command. */
export interface PushOptions extends RunOptions {
    readonly to?: number;
    readonly set?: readonly string[];
}

/** The part of a command's options that its plan depends on. What a deploy needs is loaded while the state is read. */
export function toDeploy({ to, set, perFile }: Pick<PushOptions, "to" | "set" | "perFile">): DeployOptions {
    const whileReading = (): unknown => import("../migrations/carry-out.ts");
    return { to, sets: set ?? [], perFile: perFile ?? false, whileReading };
}

/** Options of every command that deploys, so that they read alike everywhere. */
export function defineDeploy(command: Command): Command {
    return command
        .option("--to <version>", "stop at this migration", parseCount)
        .option("--per-file", "one transaction for each file")
        .option("--set <name...>", "install these optional migration sets too")
        .option("--dry-run", "print the plan and its id, and change nothing")
        .option("--show-sql", "print the scripts that would be sent, and change nothing")
        .option("--plan <id>", "run only the plan with this id (printed by --dry-run)")
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

/** A path that a user named, from the project's folder and with forward slashes; empty for the folder itself. */
export function toProjectPath(root: string, path: string): string {
    const own = isAbsolute(path) ? relative(root, path) : path;
    return own
        .split(sep)
        .join("/")
        .replace(/^\.\/?/, "");
}
