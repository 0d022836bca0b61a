import { setTimeout } from "node:timers/promises";
import type { z } from "zod";
import { type Message, modes, readAnswer, renderRepair, renderRequest } from "./answer.ts";
import { ModelFault } from "./fault.ts";
import { findUnstorable } from "./json.ts";
import { type ModelReply, postToModel, quoteWithoutKey } from "./post.ts";
import { findUsage, readContent } from "./reply.ts";
import { checkModelUrl, type ModelSettings } from "./settings.ts";
import { createSpendCounter, type ModelSpend, type SpendCounter } from "./spend.ts";

export interface Question<T> {
    /** What the answer must be: strict objects, whose fields may be nullable but not optional. */
    readonly schema: z.ZodType<T>;
    /** Names the schema, for the server: letters, digits, `_`, `-`. */
    readonly name: string;
    readonly system: string;
    readonly user: string;
    /** Ends the call at once; its reason is thrown. */
    readonly signal: AbortSignal;
}

/** A model behind an OpenAI-compatible `/chat/completions`. Keeps nothing from question to question. */
export interface Model {
    readonly name: string;
    /** What this model has cost since it was opened. */
    spend(): ModelSpend;
    /** The same model with a count of its own, for one job of a run: the budget is the run's. */
    share(): Model;
    /**
     * Asks for an answer and validates it, whatever the server promises. An answer that does not fit is corrected once. A
     * call without a reply is repeated twice; everything else is left to the caller, who knows when to try again.
     *
     * @throws ModelFault; the reason of the signal
     */
    ask<T>(question: Question<T>): Promise<T>;
}

/** What the jobs of a run share. */
interface Run {
    /** Index of the best mode that the server has accepted. */
    mode: number;
    /** Counts against the budget. */
    tokens: number;
}

interface Line {
    readonly settings: ModelSettings;
    readonly run: Run;
    readonly counters: readonly SpendCounter[];
}

const tries = 3;
const pause = 500;
/** A token has about so many characters; where the usage is unknown, the budget must hold all the same. */
const charactersOfToken = 4;
const neverSent = /\((ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|bad port)\)$/;

/**
 * Opens a model. Nothing is sent before the first question.
 *
 * @throws AppError `usage` for an address that may not be used
 */
export function openModel(settings: ModelSettings): Model {
    checkModelUrl(settings.url);
    return createModel(settings, { mode: 0, tokens: 0 }, []);
}

function createModel(settings: ModelSettings, run: Run, others: readonly SpendCounter[]): Model {
    const own = createSpendCounter(settings.price);
    const counters = [...others, own];
    return {
        name: settings.name,
        spend: own.read,
        share: () => createModel(settings, run, counters),
        ask: (question) => ask({ settings, run, counters }, question),
    };
}

async function ask<T>(line: Line, question: Question<T>): Promise<T> {
    const { schema, system, user, signal } = question;
    const unstorable = findUnstorable(system + user);
    if (unstorable) throw new ModelFault("unsendable", `the text to be sent contains ${unstorable}`);
    const { name, apiKey } = line.settings;
    const complete = (more: readonly Message[]): Promise<string> =>
        stepDown(line.run, (mode) => call(line, renderRequest(name, question, mode, more), signal));
    const first = await complete([]);
    const answer = readAnswer(first, schema);
    if ("value" in answer) return answer.value;
    const second = readAnswer(await complete(renderRepair(first, answer.problem, schema)), schema);
    if ("value" in second) return second.value;
    const problem = quoteWithoutKey(second.problem, apiKey);
    throw new ModelFault("invalid", `the answer does not fit, not even after a correction: ${problem}`);
}

// A request can be refused for other reasons than its form. So a mode is remembered once it works, and the first fault is told.
async function stepDown(run: Run, complete: (mode: number) => Promise<string>): Promise<string> {
    let refusal: ModelFault | undefined;
    for (let mode = run.mode; mode < modes.length; mode++) {
        try {
            const content = await complete(mode);
            run.mode = Math.max(run.mode, mode);
            return content;
        } catch (error) {
            if (!(error instanceof ModelFault) || error.code !== "refused") throw error;
            refusal ??= error;
        }
    }
    throw refusal;
}

async function call(line: Line, body: object, signal: AbortSignal): Promise<string> {
    for (let attempt = 1; ; attempt++) {
        signal.throwIfAborted();
        refuseOverBudget(line);
        count(line, { calls: 1, retries: attempt > 1 ? 1 : 0 });
        try {
            return readContent(await send(line, body, signal), line.settings.apiKey);
        } catch (error) {
            const isSilence = error instanceof ModelFault && ["timed-out", "unreachable"].includes(error.code);
            if (!isSilence || attempt === tries) throw error;
        }
        await setTimeout(pause * attempt, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
}

async function send(line: Line, body: object, signal: AbortSignal): Promise<ModelReply> {
    const sent = JSON.stringify(body).length;
    const reply = await postToModel(line.settings, body, signal).catch((error: unknown) => {
        if (!(error instanceof ModelFault && neverSent.test(error.message))) countUnknown(line, sent);
        throw error;
    });
    const usage = findUsage(reply);
    if (usage) {
        count(line, usage);
        line.run.tokens += usage.promptTokens + usage.completionTokens;
    } else if (reply.status < 300) countUnknown(line, sent + reply.text.length);
    return reply;
}

function refuseOverBudget({ settings: { maxTokens }, run: { tokens } }: Line): void {
    if (tokens < maxTokens) return;
    const [most, used] = [maxTokens, tokens].map((number) => number.toLocaleString("en-US"));
    throw new ModelFault("budget-spent", `the budget of ${most} tokens is spent: ${used} were used`);
}

function countUnknown(line: Line, characters: number): void {
    count(line, { callsWithoutUsage: 1 });
    line.run.tokens += Math.ceil(characters / charactersOfToken);
}

function count({ counters }: Line, more: Parameters<SpendCounter["add"]>[0]): void {
    for (const counter of counters) counter.add(more);
}
