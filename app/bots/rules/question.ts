import { findAnswerForm } from "./answer-form.ts";
import { isMermaid } from "./diagram.ts";
import { findBrokenText, isGarbled } from "./garbled.ts";
import { findPlaceholder, isCutOff } from "./unfinished.ts";

/** A question that is checked: of a model, of a file, or of the database. Texts that are missing are empty. */
export interface DraftQuestion {
    readonly question: string;
    readonly answer: string;
    readonly explanation: string;
    readonly channel: string;
    readonly subChannel: string;
    readonly difficulty: string;
    readonly tags: readonly string[];
    /** Mermaid source. */
    readonly diagram?: string | null;
}

/** What a rule found. */
export interface Finding {
    /** A word of `issueActions`. */
    readonly issue: string;
    readonly message: string;
    /** A new question with an error is not saved. A warning says what is saved all the same, perhaps as flagged. */
    readonly severity: "error" | "warning";
}

/** The fewest and the most characters of each text, without spaces around it. */
export const lengths = { question: [30, 2_000], answer: [50, 10_000], explanation: [100, 15_000] } as const;
export const difficulties = ["beginner", "intermediate", "advanced"] as const;
export const mostTags = 10;

const slug = /^[a-z0-9]+(-[a-z0-9]+)*$/;
// Asked of everybody, whatever the job: these belong to a person's review, and behavioral questions resemble them.
const smallTalk =
    /how did the candidate|tell me about yourself|what are your (strengths|weaknesses)|where do you see yourself|why should we hire you|what is your (current |expected )?salary/i;

type TextField = keyof typeof lengths;
const textFields = Object.keys(lengths) as TextField[];

/**
 * Checks a question by rules alone: lengths, names, tags, and signs that a text is unfinished, garbled or of the wrong form.
 *
 * @returns what is wrong, errors first; nothing for a sound question
 */
export function checkQuestion(draft: DraftQuestion): Finding[] {
    const broken = findBroken(draft);
    // The other rules would read texts that no database takes.
    if (broken.length > 0) return broken;
    const findings = [
        ...textFields.flatMap((field) => checkLength(field, draft[field])),
        ...checkNames(draft),
        ...checkTags(draft.tags),
        ...checkContent(draft),
    ];
    return findings.sort((one, other) => Number(one.severity === "warning") - Number(other.severity === "warning"));
}

const error = (issue: string, message: string): Finding => ({ issue, message, severity: "error" });
const warning = (issue: string, message: string): Finding => ({ issue, message, severity: "warning" });

function findBroken({ tags, ...texts }: DraftQuestion): Finding[] {
    return Object.entries({ ...texts, tags: tags.join(" ") }).flatMap(([field, text]) => {
        const problem = typeof text === "string" ? findBrokenText(text) : undefined;
        return problem === undefined ? [] : [error("broken_text", `The ${field} contains ${problem}.`)];
    });
}

function checkLength(field: TextField, text: string): Finding[] {
    const { length } = text.trim();
    const [least, most] = lengths[field];
    if (length === 0) return [error(`missing_${field}`, `The ${field} is missing.`)];
    if (length < least)
        return [error(`short_${field}`, `The ${field} has ${length} characters; it needs at least ${least}.`)];
    if (length > most)
        return [error(`long_${field}`, `The ${field} has ${length} characters; it may have at most ${most}.`)];
    return [];
}

function checkNames({ channel, subChannel, difficulty }: DraftQuestion): Finding[] {
    const needed = "must be lower-case words joined by hyphens";
    return [
        ...(slug.test(channel) ? [] : [error("invalid_channel", `The channel '${channel}' ${needed}.`)]),
        ...(slug.test(subChannel) ? [] : [checkSubChannel(subChannel, needed)]),
        ...((difficulties as readonly string[]).includes(difficulty)
            ? []
            : [
                  error(
                      "invalid_difficulty",
                      `The difficulty '${difficulty}' is not one of ${difficulties.join(", ")}.`,
                  ),
              ]),
    ];
}

function checkSubChannel(subChannel: string, needed: string): Finding {
    return subChannel === ""
        ? warning("missing_sub_channel", "The question has no sub-channel: it belongs to the channel as a whole.")
        : error("invalid_sub_channel", `The sub-channel '${subChannel}' ${needed}.`);
}

function checkTags(tags: readonly string[]): Finding[] {
    if (tags.length === 0) return [error("missing_tags", "There is no tag; a question needs 1 to 10.")];
    if (tags.length > mostTags) return [error("too_many_tags", `There are ${tags.length} tags; 10 are allowed.`)];
    const odd = tags.filter((tag) => tag === "" || tag !== tag.trim().toLowerCase());
    const names = odd.map((tag) => `'${tag}'`).join(", ");
    if (odd.length > 0)
        return [error("invalid_tags", `Tags must be lower-case, without spaces around them: ${names}.`)];
    const repeated = tags.find((tag, at) => tags.indexOf(tag) < at);
    return repeated === undefined ? [] : [error("invalid_tags", `The tag '${repeated}' appears twice.`)];
}

function checkContent(draft: DraftQuestion): Finding[] {
    const findings: Finding[] = [];
    for (const field of textFields) {
        const placeholder = findPlaceholder(draft[field]);
        if (placeholder !== undefined)
            findings.push(error("placeholder_content", `The ${field} contains the placeholder '${placeholder}'.`));
        if (isGarbled(draft[field])) findings.push(error(`garbled_${field}`, `The ${field} is not readable text.`));
    }
    for (const field of ["answer", "explanation"] as const) {
        if (isCutOff(draft[field])) findings.push(error(`truncated_${field}`, `The ${field} stops before its end.`));
    }
    const form = findAnswerForm(draft.answer);
    if (form === "json") findings.push(error("json_answer", "The answer is JSON, not text."));
    if (form === "options")
        findings.push(error("multiple_choice_answer", "The answer is a list of options; it must be a text."));
    if (smallTalk.test(draft.question))
        findings.push(warning("irrelevant_behavioral", "The question is about the candidate, not about the subject."));
    const { diagram } = draft;
    if (diagram !== null && diagram !== undefined && !isMermaid(diagram))
        findings.push(warning("invalid_diagram", "The diagram does not begin as Mermaid source does and is left out."));
    return findings;
}
