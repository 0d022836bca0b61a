import type { Model } from "../../../src/model/model.ts";
import type { Prompt } from "../../../src/model/prompts.ts";
import { type Effect, UnmetAssertion } from "../../../src/queue/effects.ts";
import { type VerifierAnswer, verifierAnswer } from "../answers/answers.ts";
import { renderVerifierRequest } from "../answers/requests.ts";
import type { Bot } from "../bot.ts";
import type { Surroundings } from "../duplicates/repeats.ts";
import { assertAsRead, isAsRead, renderEdit } from "../editing.ts";
import { issueActions } from "../rules/issues.ts";
import { checkQuestion } from "../rules/question.ts";
import { renderReason } from "../rules/reason.ts";
import { writeOnce } from "../runs.ts";
import type { StoredQuestion } from "../stored.ts";
import { decideVerdict, type Verdict } from "./verdict.ts";

/** A question, what was found, and what the ledger says of how. */
export interface Verified {
    readonly stored: StoredQuestion;
    readonly verdict: Verdict;
    readonly origin: Readonly<Record<string, unknown>>;
}

/**
 * Verifies a question: by rules, by comparison with the others of its channel, and by the model where there is one. The model
 * is not asked about a question that a person has to look at anyway.
 *
 * @throws ModelFault; the reason of the signal
 */
export async function verifyQuestion(
    stored: StoredQuestion,
    surroundings: Surroundings,
    { model, prompt }: { readonly model: Model | undefined; readonly prompt: Prompt },
    signal: AbortSignal,
): Promise<Verified> {
    const findings = [...checkQuestion(stored.draft), ...surroundings.findRepeats(stored)];
    const needsPerson = findings.some(
        ({ issue, severity }) => severity === "error" && issueActions.get(issue) === "flag",
    );
    let answer: VerifierAnswer | undefined;
    if (model && !needsPerson) {
        const user = renderVerifierRequest(stored.shown);
        answer = await model.ask({ schema: verifierAnswer, name: "verifier", system: prompt.text, user, signal });
    }
    return {
        stored,
        verdict: decideVerdict(findings, answer, {
            status: stored.status,
            edits: surroundings.countEdits(stored.id),
        }),
        origin: model && answer ? { model: model.name, promptVersion: prompt.version } : {},
    };
}

/**
 * The statements of a verdict, for the transaction that counts it: the ledger, and a flag, a job for the processor or, where a
 * model has read the question, an event of its history.
 *
 * @param asserts what an UnmetAssertion says where the question has changed meanwhile
 */
export function renderVerdict(
    { store, run }: Bot,
    { stored, verdict, origin }: Verified,
    asserts: string = isAsRead,
): readonly Effect[] {
    const { sql, queue } = store;
    const { id, row } = stored;
    const { decision, score, issues, notes, action, priority } = verdict;
    const found = { score, llm: score !== null, issues, ...origin };
    const reason = notes.join(" ");
    if (decision === "flag") {
        const edit = { bot: run.bot, action: "flag", event: null, reason, origin: found } as const;
        return renderEdit(store, id, row, { status: "flagged" }, edit);
    }
    const job = {
        ...{ itemType: "question", itemId: id, action, priority, createdBy: run.bot },
        reason: renderReason({ issues, score, notes }),
    };
    return [
        assertAsRead(id, row, asserts),
        sql("record", {
            ...{ bot: run.bot, action: "verify", item_type: "question", item_id: id, before_state: null },
            after_state: JSON.stringify({ verified: decision === "pass", ...found }),
            reason: reason === "" ? null : reason,
        }),
        ...(decision === "pass" && score !== null
            ? [
                  sql("recordEvent", {
                      ...{ question_id: id, event_type: "verified", source_name: run.bot },
                      changes_summary: `Score ${score} of 100`,
                  }),
              ]
            : []),
        ...(decision === "queue" ? queue.renderEnqueue([job]) : []),
    ];
}

/** Writes verdicts in one transaction; leaves out questions that have changed meanwhile, and returns the others. */
export async function writeVerdicts(bot: Bot, verified: readonly Verified[]): Promise<readonly Verified[]> {
    const { store, run } = bot;
    for (let left = verified; ; ) {
        if (left.length === 0) return left;
        const updated = left.filter(({ verdict }) => verdict.decision === "flag").length;
        try {
            const effects = left.flatMap((one) => renderVerdict(bot, one, `${one.stored.id} is as it was read`));
            await writeOnce(store, run, { processed: left.length, updated }, effects);
            return left;
        } catch (error) {
            if (!(error instanceof UnmetAssertion)) throw error;
            const { assertion } = error;
            // A flag is written alone.
            left = left.filter(({ stored }) => ![isAsRead, `${stored.id} is as it was read`].includes(assertion));
        }
    }
}
