import type { Model } from "../../../src/model/model.ts";
import type { Prompt } from "../../../src/model/prompts.ts";
import type { Claim } from "../../../src/queue/site.ts";
import { type ProcessorAnswer, processorAnswer } from "../answers/answers.ts";
import { renderProcessorRequest } from "../answers/requests.ts";
import type { Bot } from "../bot.ts";
import { assertAsRead, findChanges, type QuestionChanges, renderEdit } from "../editing.ts";
import { fixFormat } from "../rules/format.ts";
import { issueActions, planWork, type WorkPlan, type WorkStep } from "../rules/issues.ts";
import { checkQuestion } from "../rules/question.ts";
import { readReason, renderReason, type WorkReason } from "../rules/reason.ts";
import { countInJob } from "../runs.ts";
import { findStored, type StoredQuestion } from "../stored.ts";
import { describeSpend, type JobOutcome, type JobWork, passOn } from "../working.ts";

/** What a job of the processor is about. */
interface Task {
    readonly claim: Claim;
    readonly reason: WorkReason;
    readonly plan: WorkPlan;
    readonly stored: StoredQuestion;
}

/** Of the length of an answer or explanation, as the prompt says. */
const shortestShare = 0.8;
const tooLong = ["long_answer", "long_explanation", "verbose_for_voice", "repetitive_content"];

/** The work of the processor: what each job asks for, done together with its completion. */
export function workOnJobs(bot: Bot, prompt: Prompt): JobWork {
    return async (claim, model, signal) => {
        const { action, itemType, itemId } = claim;
        const reason = readReason(claim.reason);
        const plan = planWork(action, reason.issues);
        if (plan.steps.includes("verify")) return passOn(bot, claim);
        if (itemType !== "question")
            return bury(`only questions are corrected, and ${itemId} is of the type '${itemType}'`);
        if (plan.steps.length === 0 && plan.unknown.length > 0)
            return bury(`no bot knows the issue ${plan.unknown.map((word) => `'${word}'`).join(", ")}`);
        if (plan.steps.length === 0 && reason.issues.length === 0 && !issueActions.has(action))
            return bury(`'${action}' does not say what to do, and its reason names no issue`);
        const stored = await findStored(bot.store, itemId);
        if (!stored) return bury(`the question ${itemId} does not exist`);
        const task = { claim, reason, plan, stored };
        if (plan.steps.includes("delete")) return setStatus(bot, task, "deleted");
        if (stored.status === "deleted") return bury(`the question ${itemId} is deleted`);
        // A person decides first whether it is worth any work.
        if (plan.steps.includes("flag")) return setStatus(bot, task, "flagged");
        return correct(bot, task, prompt, model, signal);
    };
}

function bury(error: string): JobOutcome {
    return { kind: "bury", error };
}

function keep({ store, run }: Bot, { stored, plan }: Task, said: string, result: object = {}): JobOutcome {
    return {
        kind: "complete",
        result: { changed: false, ...describeUnknown(plan), ...result },
        effects: [assertAsRead(stored.id, stored.row), ...countInJob(store, run, {})],
        said: `unchanged: ${said}`,
    };
}

function setStatus(bot: Bot, task: Task, status: "flagged" | "deleted"): JobOutcome {
    const { store, run } = bot;
    const { stored, reason, plan, claim } = task;
    if (stored.status === status) return keep(bot, task, `it is ${status} already`);
    if (stored.status === "deleted") return keep(bot, task, "it is deleted");
    const action = status === "deleted" ? "delete" : "flag";
    const why = describeReason(claim, reason);
    const edit = { bot: run.bot, action, event: null, reason: why } as const;
    return {
        kind: "complete",
        result: { changed: true, status, ...describeUnknown(plan) },
        effects: [
            ...renderEdit(store, stored.id, stored.row, { status }, edit),
            ...countInJob(store, run, status === "deleted" ? { deleted: 1 } : { updated: 1 }),
        ],
        said: `${status}: ${why}`,
    };
}

async function correct(
    bot: Bot,
    task: Task,
    prompt: Prompt,
    model: Model | undefined,
    signal: AbortSignal,
): Promise<JobOutcome> {
    const { stored, plan, reason, claim } = task;
    const asks = plan.steps.some((step) => step === "improve" || step === "enrich");
    if (asks && model === undefined) {
        // Under an action that is not claimed without one.
        const action = plan.steps.includes("improve") ? "improve" : "enrich";
        return passOn(bot, claim, action, `queued as ${action}: its reason asks for a model`);
    }
    let answer: ProcessorAnswer | undefined;
    if (asks && model) {
        const user = renderProcessorRequest({ question: stored.shown, issues: listIssues(task) });
        answer = await model.ask({ schema: processorAnswer, name: "processor", system: prompt.text, user, signal });
    }
    const changes = findChanges(stored.row, {
        ...(plan.steps.includes("fix_format") ? readFormat(stored) : {}),
        ...(answer ? readAnswer(stored, answer) : {}),
    });
    const spent = describeSpend(asks ? model : undefined, prompt);
    const summary = answer?.summary ?? "Corrected the form.";
    if (Object.keys(changes).length === 0)
        return keep(bot, task, answer?.summary ?? "there is nothing to correct", {
            ...spent,
            ...(answer ? { summary } : {}),
        });
    const problem = findHarm(stored, changes, [claim.action, ...reason.issues]);
    if (problem !== undefined) return { kind: "retry", error: `the edit was refused: ${problem}` };
    return save(bot, task, changes, { summary, spent, steps: plan.steps });
}

function save(
    { store, run }: Bot,
    { claim, stored, plan, reason }: Task,
    changes: QuestionChanges,
    {
        summary,
        spent,
        steps,
    }: {
        readonly summary: string;
        readonly spent: Readonly<Record<string, unknown>>;
        readonly steps: readonly WorkStep[];
    },
): JobOutcome {
    const event = steps.some((step) => step !== "enrich") ? "improved" : "enriched";
    const verify = {
        ...{ itemType: "question", itemId: stored.id, action: "verify", priority: claim.priority, createdBy: run.bot },
        reason: renderReason({ issues: reason.issues, notes: [summary] }),
    };
    const columns = Object.keys(changes);
    const edit = {
        bot: run.bot,
        action: "update",
        event,
        reason: describeReason(claim, reason),
        origin: spent,
    } as const;
    return {
        kind: "complete",
        result: { changed: true, columns, summary, ...describeUnknown(plan), ...spent },
        effects: [
            ...renderEdit(store, stored.id, stored.row, changes, edit),
            ...countInJob(store, run, { updated: 1 }),
            ...store.queue.renderEnqueue([verify]),
        ],
        said: `${event} ${columns.join(", ")}: ${summary}`,
    };
}

/** What rules correct: only where something differs, so that a list keeps its form. */
function readFormat({ draft }: StoredQuestion): QuestionChanges {
    const { question, answer, explanation, tags, diagram = null } = fixFormat(draft);
    return { question, answer, explanation, diagram, ...(isSame(tags, draft.tags) ? {} : { tags }) };
}

function readAnswer({ shown }: StoredQuestion, answer: ProcessorAnswer): QuestionChanges {
    const { summary: _, droppedDiagram: __, tags, companies, ...texts } = answer;
    // Models invent companies; they may only remove them.
    const kept = companies?.filter((company) => shown.companies.includes(company));
    return {
        ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null)),
        ...(tags === null || isSame(tags, shown.tags) ? {} : { tags }),
        ...(kept === undefined || isSame(kept, shown.companies) ? {} : { companies: kept }),
    };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
    return JSON.stringify(one) === JSON.stringify(other);
}

/** Says what an edit would make worse; undefined for a good one. */
function findHarm({ draft }: StoredQuestion, changes: QuestionChanges, issues: readonly string[]): string | undefined {
    for (const field of ["answer", "explanation"] as const) {
        const [before, after] = [draft[field].length, changes[field]?.length];
        if (after === undefined || after >= before * shortestShare || issues.some((issue) => tooLong.includes(issue)))
            continue;
        return `the new ${field} has ${after} characters, less than 80 % of ${before}`;
    }
    const known = new Set(checkQuestion(draft).map(({ issue }) => issue));
    const added = checkQuestion({ ...draft, ...changes }).filter(
        ({ issue, severity }) => severity === "error" && !known.has(issue),
    );
    return added.length === 0 ? undefined : added.map(({ message }) => message).join(" ");
}

/** The issues as the model sees them: what the rules say of each, and the notes in the job's reason. */
function listIssues({ claim, reason, plan, stored }: Task): { issue: string; message: string }[] {
    const findings = checkQuestion(stored.draft);
    const words = issueActions.has(claim.action) ? [claim.action, ...reason.issues] : reason.issues;
    const named = [...new Set(words)].filter((issue) => !plan.unknown.includes(issue));
    const listed = named.map((issue) => ({
        issue,
        message: findings.find((finding) => finding.issue === issue)?.message ?? issue.replaceAll("_", " "),
    }));
    const found = named.length > 0 ? [] : findings.map(({ issue, message }) => ({ issue, message }));
    const notes = [...reason.notes, ...(reason.rest === null ? [] : [reason.rest])];
    const all = [...listed, ...found, ...notes.map((message) => ({ issue: "note", message }))];
    if (all.length > 0) return all;
    return plan.steps.includes("enrich")
        ? [{ issue: "enrich", message: "Add what a reader misses: tags, a diagram, a short version." }]
        : [{ issue: "improve", message: "Correct what is wrong, unclear or incomplete." }];
}

function describeReason({ action }: Claim, { issues, notes, duplicateIds, rest }: WorkReason): string {
    const repeats = duplicateIds.length === 0 ? [] : [`repeats ${duplicateIds.join(", ")}`];
    return [...new Set([action, ...issues]), ...repeats, ...notes, ...(rest === null ? [] : [rest])].join("; ");
}

function describeUnknown({ unknown }: WorkPlan): object {
    return unknown.length === 0 ? {} : { unknown };
}
