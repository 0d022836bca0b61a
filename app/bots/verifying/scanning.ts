import { DatabaseFault } from "../../../src/database/faults.ts";
import { ModelFault } from "../../../src/model/fault.ts";
import type { Prompt } from "../../../src/model/prompts.ts";
import type { Bot } from "../bot.ts";
import { readSurroundings, type Surroundings } from "../duplicates/repeats.ts";
import type { BotStore } from "../store.ts";
import { readStored, type StoredQuestion } from "../stored.ts";
import { printLine } from "../working.ts";
import type { Verdict } from "./verdict.ts";
import { type Verified, verifyQuestion, writeVerdicts } from "./verifying.ts";

export interface ScanOptions {
    readonly channel?: string | undefined;
    readonly limit: number;
    readonly concurrency: number;
}

/** A question that was verified, as it is printed. */
export interface ScanLine {
    readonly item: string;
    readonly decision: Verdict["decision"] | "unscored";
    readonly score: number | null;
    readonly message: string;
}

/** What a scan did. */
export interface Scanned {
    readonly counts: Record<Verdict["decision"] | "unscored" | "changed", number>;
    readonly lines: readonly ScanLine[];
    /** The fault of the model that ended it. */
    readonly fault: ModelFault | undefined;
}

/** How many questions are read at once. */
const page = 100;

/** Reads the active questions that have to be verified. */
export async function readDue(
    { sql, read }: BotStore,
    values: { readonly channel: string | undefined; readonly limit: number; readonly hasModel: boolean },
): Promise<readonly StoredQuestion[]> {
    const { channel = null, limit, hasModel } = values;
    const [rows = []] = await read([sql("toVerify", { channel, limit, has_model: hasModel ? 1 : 0 })]);
    return rows.map(readStored);
}

/** A scan on its way. */
interface Scan {
    readonly bot: Bot;
    readonly prompt: Prompt;
    readonly counts: Scanned["counts"];
    readonly lines: ScanLine[];
    readonly inTurn: ReturnType<typeof createTurns>;
    fault: ModelFault | undefined;
}

/**
 * Verifies active questions that have not been verified lately, up to the limit or the signal. What passes the rules is written
 * together; every other verdict, and every one that a model was asked for, in a transaction of its own.
 */
export async function scanQuestions(bot: Bot, prompt: Prompt, options: ScanOptions): Promise<Scanned> {
    const { context, store, model } = bot;
    const counts = { pass: 0, queue: 0, flag: 0, keep: 0, unscored: 0, changed: 0 };
    const scan: Scan = { bot, prompt, counts, lines: [], inTurn: createTurns(), fault: undefined };
    const seen = new Set<string>();
    for (let left = options.limit; left > 0 && !context.signal.aborted && scan.fault === undefined; ) {
        const limit = Math.min(page, left);
        const due = await readDue(store, { channel: options.channel, limit, hasModel: model !== undefined });
        const questions = due.filter(({ id }) => !seen.has(id));
        if (questions.length === 0) break;
        for (const { id } of questions) seen.add(id);
        left -= questions.length;
        await scanPage(scan, questions, options.concurrency);
    }
    return scan;
}

async function scanPage(scan: Scan, questions: readonly StoredQuestion[], concurrency: number): Promise<void> {
    const around = await readSurroundings(scan.bot.store, questions);
    const passed: Verified[] = [];
    const waiting = questions.values();
    let hasFailed = false;
    const runSlot = async (): Promise<void> => {
        for (const stored of waiting) {
            if (scan.bot.context.signal.aborted || scan.fault !== undefined || hasFailed) return;
            await scanOne(scan, stored, around, passed).catch((error: unknown) => {
                hasFailed = true;
                throw error;
            });
        }
    };
    // Another slot ends its question before the caller closes the connection.
    const slots = Array.from({ length: concurrency }, runSlot);
    await Promise.allSettled(slots);
    await Promise.all(slots);
    await write(scan, passed);
}

async function scanOne(scan: Scan, stored: StoredQuestion, around: Surroundings, passed: Verified[]): Promise<void> {
    const { model, patience } = scan.bot;
    try {
        const verified = await verifyQuestion(stored, around, { model, prompt: scan.prompt }, patience);
        if (model === undefined && verified.verdict.decision === "pass") passed.push(verified);
        else await scan.inTurn(() => write(scan, [verified]));
    } catch (error) {
        if (patience.aborted && !(error instanceof DatabaseFault)) return;
        if (!(error instanceof ModelFault)) throw error;
        const message = `${error.code}: ${error.message}`;
        if (error.endsRun || error.wait !== undefined) scan.fault ??= error;
        else note(scan, { item: stored.id, decision: "unscored", score: null, message });
    }
}

async function write(scan: Scan, verified: readonly Verified[]): Promise<void> {
    const written = await writeVerdicts(scan.bot, verified);
    scan.counts.changed += verified.length - written.length;
    for (const { stored, verdict } of written) {
        const { decision, score, notes } = verdict;
        note(scan, { item: stored.id, decision, score, message: notes.join(" ") });
    }
}

function note({ bot, counts, lines }: Scan, line: ScanLine): void {
    counts[line.decision]++;
    lines.push(line);
    // That the rules found nothing is said by the last line for all.
    if (line.decision === "pass" && line.score === null) return;
    const score = line.score === null ? [] : [String(line.score)];
    printLine(bot, [line.item, ...score, line.decision, line.message]);
}

/** Runs one after the other: the run's counter is compared with what it was. */
function createTurns(): (turn: () => Promise<void>) => Promise<void> {
    let last = Promise.resolve();
    return (turn) => {
        const next = last.then(turn);
        last = next.catch(() => undefined);
        return next;
    };
}
