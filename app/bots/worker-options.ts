import type { Command } from "commander";
import type { Context } from "../../src/cli/program.ts";
import { parseCount } from "../../src/cli/program.ts";
import { readVariables } from "../../src/cli/settings.ts";
import { AppError } from "../../src/errors.ts";

/** The options of a bot that works on a queue. */
export interface BotOptions {
    readonly limit?: number;
    readonly concurrency?: number;
    readonly watch?: boolean;
    readonly dryRun?: boolean;
    readonly yes?: boolean;
    /** How many seconds a job may go on after the signal to stop, where tests do not want to wait. */
    readonly patience?: number;
}

const mostAtOnce = 8;

/** Adds them to a command. @param limit describes `--limit` */
export function defineWorker(command: Command, limit: string): Command {
    return command
        .option("--limit <count>", limit, parseCount)
        .option("--concurrency <count>", "work on so many items at once (1 otherwise, at most 8)", parseCount)
        .option("--watch", "wait for further jobs instead of ending")
        .option("--dry-run", "list what would be worked on, and change nothing")
        .option("-y, --yes", "do not ask before writing to a database on another machine");
}

/** Completes them: `CONCURRENCY` of the environment stands in for `--concurrency`. @throws AppError `usage` */
export async function completeOptions<Options extends BotOptions>(
    { root }: Context,
    options: Options,
): Promise<Options & { readonly concurrency: number }> {
    if (options.limit === 0) throw new AppError("usage", "--limit must be 1 or more");
    const { CONCURRENCY: text = "1" } = await readVariables(["CONCURRENCY"], root);
    const concurrency = options.concurrency ?? Number(text);
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > mostAtOnce) {
        const name = options.concurrency === undefined ? "CONCURRENCY" : "--concurrency";
        throw new AppError("usage", `${name} must be a whole number from 1 to ${mostAtOnce}`);
    }
    return { ...options, concurrency };
}
