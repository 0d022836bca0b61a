import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { Context } from "./program.ts";

/**
 * Asks for confirmation before a write to a database on another machine, unless --yes is set.
 *
 * @throws AppError `not-confirmed` when the answer is negative, or when there is no terminal to ask on
 */
export async function confirmRemote(context: Context, target: Target, yes = false): Promise<void> {
    if (target.local || yes) return;
    await confirm(context, `Apply this to ${target.label}?`, `${target.label} is on another machine`);
}

/** Asks for confirmation before everything in a database is dropped; throws like confirmRemote(). */
export async function confirmReset(context: Context, target: Target, yes = false): Promise<void> {
    if (!yes) await confirm(context, `Drop everything in ${target.label}?`, `${target.label} is not empty`);
}

/** Asks for confirmation before something (`The rows of …`) is replaced; throws like confirmRemote(). */
export async function confirmReplace(context: Context, what: string, yes = false): Promise<void> {
    if (!yes)
        await confirm(context, `Replace this? ${what}.`, `this would replace existing data (${what.toLowerCase()})`);
}

async function confirm(context: Context, question: string, reason: string): Promise<void> {
    const outcome = "Nothing was changed.";
    if (!process.stdin.isTTY) {
        throw new AppError("not-confirmed", `${reason}, and there is no terminal to ask on`, {
            hint: "add `--yes` to confirm",
            outcome,
        });
    }
    const { createInterface } = await import("node:readline/promises");
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
        const answer = await terminal.question(`${question} [y/N] `, { signal: context.signal });
        if (/^y(es)?$/i.test(answer.trim())) return;
    } finally {
        terminal.close();
    }
    throw new AppError("not-confirmed", "not confirmed", { outcome });
}
