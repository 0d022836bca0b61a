import { isAbsolute, relative, sep } from "node:path";
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import type { DeployOptions, LeaveOut } from "../planning/prepare.ts";
import { parseCount } from "./program.ts";

export interface RunOptions {
    readonly perFile?: boolean;
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
    /** Run only the plan with this id. */
    readonly plan?: string;
    /** Run on a copy first, then run only the rehearsed plan. */
    readonly rehearse?: boolean;
}

/** What defineDeploy() adds to a command. */
export interface PushOptions extends RunOptions {
    readonly to?: number;
    readonly set?: readonly string[];
}

/**
 * The options that a plan depends on. The modules of a deploy are loaded while the state is read.
 *
 * @param leaveOut as for readAll(); used if the options choose less than all pending migrations
 */
export function toDeploy(
    { to, set = [], perFile = false }: Pick<PushOptions, "to" | "set" | "perFile">,
    leaveOut: LeaveOut,
): DeployOptions {
    const whileReading = (): unknown => import("../migrations/carry-out.ts");
    const isPart = to !== undefined || set.length > 0;
    return { to, sets: set, perFile, whileReading, leaveOut: isPart ? leaveOut : undefined };
}

/** Adds the options of every command that deploys. */
export function defineDeploy(command: Command): Command {
    const chosen = command
        .option("--to <version>", "stop after this migration", parseCount)
        .option("--per-file", "use one transaction for each file")
        .option("--set <name...>", "also install these optional migration sets");
    return defineApproval(chosen);
}

/** Adds the options that show a deploy, or bind it to a plan. */
export function defineApproval(command: Command): Command {
    return command
        .option("--dry-run", "print the plan and its id, and change nothing")
        .option("--show-sql", "print the scripts that would be sent, and change nothing")
        .option("--plan <id>", "run only the plan with this id (printed by --dry-run)")
        .option("--rehearse", "run the plan on a copy of the database first, and stop if the rehearsal finds anything")
        .option("-y, --yes", "do not ask before writing to a database on another machine");
}

/** Adds the options of every command that loads records. */
export function defineRejects(command: Command): Command {
    return command
        .option("--rejects <file>", "write records that cannot be loaded to this file")
        .option("--max-rejects <count>", "write nothing to the database if more records cannot be loaded", parseCount);
}

/** Adds the options of every command that loads an export or seeds. */
export function defineLoad(command: Command): Command {
    command
        .option("--from <path>", "load this export (a file, a folder, or - for standard input) instead of the seeds")
        .option("--seed", "load the seeds even into a remote or non-empty database")
        .option("--force", "update rows even if the record is not known to be newer");
    return defineRejects(command);
}

/**
 * Refuses options that a variant of a command does not have.
 *
 * @param variant as the user chose it, such as `show` or `--type=test`
 * @throws AppError `usage` with those that it has
 */
export function refuseOtherOptions(variant: string, options: object, allowed: readonly string[]): void {
    const known = [...allowed, "json", "wait"];
    const other = Object.keys(options).find((name) => !known.includes(name));
    if (other === undefined) return;
    const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const hint = `options of ${variant}: ${known.map(flagOf).join(", ")}`;
    throw new AppError("usage", `${flagOf(other)} does not apply to ${variant}`, { hint });
}

/** Converts a user's path to one relative to the project's folder, with forward slashes; empty for the folder itself. */
export function toProjectPath(root: string, path: string): string {
    const own = isAbsolute(path) ? relative(root, path) : path;
    return own
        .split(sep)
        .join("/")
        .replace(/^\.\/?/, "");
}
