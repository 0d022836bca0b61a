import type { VerifierAnswer } from "../answers/answers.ts";
import { type IssueAction, issueActions } from "../rules/issues.ts";
import type { Finding } from "../rules/question.ts";

/** From which score on a question passes: 0 to 100. */
export const passingScore = 70;
/** A dimension below this is named as an issue, as the prompt says. */
const weakScore = 65;
/** After so many edits of the processor in a week a question is left to a person. */
export const mostEdits = 3;

const weights = {
    technicalAccuracy: 0.3,
    clarity: 0.15,
    completeness: 0.2,
    practicalRelevance: 0.15,
    structureQuality: 0.1,
    difficultyCalibration: 0.1,
} as const;

type Dimension = keyof typeof weights;
const dimensions = Object.keys(weights) as Dimension[];

/** What a verification comes to. */
export interface Verdict {
    /** `queue`: the processor has to correct it; `flag`: a person has to look at it; `keep`: a person has not looked yet. */
    readonly decision: "pass" | "queue" | "flag" | "keep";
    /** Of the model, 0 to 100; null without one. */
    readonly score: number | null;
    readonly issues: readonly string[];
    /** Sentences, for the processor and for people. */
    readonly notes: readonly string[];
    /** Of the job for the processor, where there is one. */
    readonly action: IssueAction;
    readonly priority: number;
}

/** The weighted mean of the six scores, as a whole number. */
export function computeScore(answer: VerifierAnswer): number {
    return Math.round(dimensions.reduce((sum, name) => sum + weights[name] * answer[name].score, 0));
}

/**
 * Decides on a question.
 *
 * @param findings of the rules, and of the search for repeated questions
 * @param answer of the model; undefined without one
 * @param edits how often the processor has changed it in the last days
 */
export function decideVerdict(
    findings: readonly Finding[],
    answer: VerifierAnswer | undefined,
    { status, edits }: { readonly status: string; readonly edits: number },
): Verdict {
    const errors = findings.filter(({ severity }) => severity === "error");
    const score = answer === undefined ? null : computeScore(answer);
    const isWeak = score !== null && score < passingScore;
    const issues = [
        ...findings.map(({ issue }) => issue),
        ...(answer !== undefined && isWeak ? findWeak(answer).map(nameIssue) : []),
    ];
    const notes = [
        ...findings.map(({ message }) => message),
        ...(answer !== undefined && isWeak
            ? [...findWeak(answer).map((name) => answer[name].feedback), ...answer.topImprovements]
            : []),
    ];
    const needsPerson = errors.some(({ issue }) => issueActions.get(issue) === "flag");
    const fails = errors.length > 0 || isWeak;
    const isStuck = fails && edits >= mostEdits;
    const forPerson = status === "active" ? "flag" : "keep";
    return {
        decision: needsPerson || isStuck ? forPerson : fails ? "queue" : "pass",
        score,
        issues: [...new Set(issues)],
        notes: isStuck ? [...notes, `It was edited ${edits} times in 7 days and fails still.`] : notes,
        ...chooseJob(errors, score),
    };
}

function findWeak(answer: VerifierAnswer): Dimension[] {
    const weak = dimensions.filter((name) => answer[name].score < weakScore);
    if (weak.length > 0) return weak;
    return [dimensions.reduce((lowest, name) => (answer[name].score < answer[lowest].score ? name : lowest))];
}

/** `technicalAccuracy`: `low_technical_accuracy` */
function nameIssue(dimension: Dimension): string {
    return `low_${dimension.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

// What cannot be read comes first, what only looks wrong last.
function chooseJob(errors: readonly Finding[], score: number | null): Pick<Verdict, "action" | "priority"> {
    const actions = new Set(errors.map(({ issue }) => issueActions.get(issue) ?? "improve"));
    const [only] = actions;
    const isWeak = score !== null && score < passingScore;
    if (only !== undefined && actions.size === 1 && only !== "improve" && !isWeak) return { action: only, priority: 6 };
    return { action: "improve", priority: errors.length > 0 || (score ?? 100) < passingScore / 2 ? 2 : 4 };
}
