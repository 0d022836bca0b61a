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
    if (/^y(es)?$/i.test(await ask(context, `${question} [y/N] `))) return;
    throw new AppError("not-confirmed", "not confirmed", { outcome });
}

/**
 * Asks on a terminal for one of some words, until the answer is one of them. Returns undefined for an empty answer, and
 * where there is no terminal to ask on.
 */
export async function chooseWord(
    context: Context,
    question: string,
    words: readonly string[],
): Promise<string | undefined> {
    if (!process.stdin.isTTY) return undefined;
    for (;;) {
        const answer = await ask(context, question);
        if (answer === "") return undefined;
        if (words.includes(answer)) return answer;
    }
}

async function ask({ signal }: Context, question: string): Promise<string> {
    const { createInterface } = await import("node:readline/promises");
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
        return (await terminal.question(question, { signal })).trim();
    } finally {
        terminal.close();
    }
}
