import { z } from "zod";
import { issueActions } from "./issues.ts";

/** Why a job was queued. */
export interface WorkReason {
    /** Issues by their words. */
    readonly issues: readonly string[];
    /** 0 to 100; null without one. */
    readonly score: number | null;
    /** What a model or another bot said, for the model that improves. */
    readonly notes: readonly string[];
    /** The questions that this one may repeat. */
    readonly duplicateIds: readonly string[];
    readonly severity: string | null;
    readonly detectedBy: string | null;
    /** What of the text was not understood: shown, never guessed at. */
    readonly rest: string | null;
}

export const emptyReason: WorkReason = {
    ...{ issues: [], score: null, notes: [], duplicateIds: [] },
    ...{ severity: null, detectedBy: null, rest: null },
};

const fields: { readonly [Field in keyof WorkReason]: z.ZodType<WorkReason[Field]> } = {
    issues: z.array(z.string()),
    score: z.number().min(0).max(100).nullable(),
    notes: z.array(z.string()),
    duplicateIds: z.array(z.string()),
    severity: z.string().nullable(),
    detectedBy: z.string().nullable(),
    rest: z.string().nullable(),
};

/** Renders a reason as JSON, without the fields that are empty. readReason() gives the same reason back. */
export function renderReason(reason: Partial<WorkReason>): string {
    const { issues, score, ...more } = { ...emptyReason, ...reason };
    const filled = Object.entries(more).filter(
        ([, value]) => value !== null && (typeof value === "string" || value.length > 0),
    );
    return JSON.stringify({ issues, score, ...Object.fromEntries(filled) });
}

/** Reads the reason of a job: JSON, or one of the texts that the original bots write. */
export function readReason(text: string | null): WorkReason {
    if (text === null || text.trim() === "") return emptyReason;
    return (
        readJson(text) ?? readTruncation(text) ?? readReport(text) ?? readList(text) ?? { ...emptyReason, rest: text }
    );
}

function readJson(text: string): WorkReason | undefined {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        return undefined;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const understood: [string, unknown][] = [];
    const left: [string, unknown][] = [];
    for (const entry of Object.entries(value)) {
        const isField =
            Object.hasOwn(fields, entry[0]) && fields[entry[0] as keyof WorkReason].safeParse(entry[1]).success;
        (isField ? understood : left).push(entry);
    }
    const reason: WorkReason = { ...emptyReason, ...Object.fromEntries(understood) };
    if (left.length === 0) return reason;
    const rest = reason.rest === null ? left : [...left, ["rest", reason.rest]];
    return { ...reason, rest: JSON.stringify(Object.fromEntries(rest)) };
}

/** `Truncated answer detected (high severity, 146 chars)` */
function readTruncation(text: string): WorkReason | undefined {
    const [, severity] = /^Truncated answer detected \((\w+) severity, \d+ chars\)$/.exec(text.trim()) ?? [];
    return severity === undefined
        ? undefined
        : { ...emptyReason, issues: ["truncated_answer"], severity, notes: [text.trim()] };
}

const issueWord = /^[a-z0-9_]+$/;

/** `Issues: a, b | AI: … | Fix: …; … | Score: 64/100`, of which a part may be missing, and the end be cut off. */
function readReport(text: string): WorkReason | undefined {
    if (!/^(?:Issues|AI|Fix|Score):/.test(text)) return undefined;
    const issues: string[] = [];
    const notes: string[] = [];
    const rest: string[] = [];
    let score: number | null = null;
    let current = "";
    for (const part of text.split(" | ")) {
        const [, label, content = part] = /^(Issues|AI|Fix|Score):\s*([\s\S]*)$/.exec(part) ?? [];
        current = label ?? current;
        if (current === "Issues") {
            for (const word of content.split(/[,|]/).map((word) => word.trim()))
                (issueWord.test(word) ? issues : rest).push(word);
        } else if (label === "Score") {
            const [, points] = /^(\d{1,2}|100)\/100$/.exec(content.trim()) ?? [];
            if (points === undefined) rest.push(part);
            else score = Number(points);
        } else if (current === "Score") rest.push(part);
        else if (label !== undefined) notes.push(content.trim());
        // The text of a model had a bar in it.
        else notes.push(`${notes.pop()} | ${content}`);
    }
    const unread = rest.filter((part) => part !== "").join(" | ");
    return { ...emptyReason, issues, notes, score, rest: unread === "" ? null : unread };
}

/** `truncated_answer, short_answer`: issues that are known, or at least written as issues are. */
function readList(text: string): WorkReason | undefined {
    const words = text.split(",").map((word) => word.trim());
    const isList = words.every((word) => issueActions.has(word) || (issueWord.test(word) && word.includes("_")));
    return isList ? { ...emptyReason, issues: words } : undefined;
}
