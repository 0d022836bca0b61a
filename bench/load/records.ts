import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { toSnakeCase } from "../../src/sql/names.ts";

/** What both peers bind. */
export type Value = string | number | null;

type Fields = Readonly<Record<string, unknown>>;

/** The rows of one exported question: itself, and that it is in its own channel. */
export interface QuestionRows {
    question: Value[];
    mapping: Value[];
}

/** What an event of the history binds: the same values in the order of each of the two statements. */
export interface EventRow {
    /** For the row that a trigger wrote of the same event. */
    replace: Value[];
    /** For an event that the database does not know. */
    insert: Value[];
}

const questionFields = (
    "id question answer explanation diagram difficulty tags channel subChannel sourceUrl videos companies eli5 " +
    "voiceKeywords voiceSuitable isNew lastUpdated createdAt"
).split(" ");
const eventFields = "eventSource sourceName changesSummary changedFields reason metadata createdAt".split(" ");
const identityFields = ["questionId", "questionType", "eventType"];

/** As the loader of questions names itself, so that the triggers have the same work and leave the same rows. */
const loader = "questions";
export const beginImport = `UPDATE history_writer SET source = 'import', source_name = '${loader}'`;
export const endImport = "UPDATE history_writer SET source = NULL, source_name = NULL";

export const insertQuestion = renderInsert("questions", questionFields);
export const insertMapping = renderInsert("channel_mappings", ["channelId", "subChannel", "questionId"]);
export const insertEvent = renderInsert("question_history", [...identityFields, ...eventFields]);
export const replaceEvent =
    `UPDATE question_history SET ${eventFields.map((field) => `${toSnakeCase(field)} = ?`).join(", ")} ` +
    "WHERE question_id = ? AND question_type = ? AND event_type = ? " +
    `AND event_source = 'import' AND source_name = '${loader}'`;

function renderInsert(table: string, fields: readonly string[]): string {
    const places = fields.map(() => "?").join(", ");
    return `INSERT INTO ${table} (${fields.map(toSnakeCase).join(", ")}) VALUES (${places})`;
}

/** Reads and parses the files of a folder, one after the other. */
export function* readQuestions(folder: string): Generator<QuestionRows> {
    for (const file of readFiles(folder)) {
        for (const question of file as readonly Fields[]) {
            yield {
                question: toValues(question, questionFields),
                mapping: toValues(question, ["channel", "subChannel", "id"]),
            };
        }
    }
}

/** Reads and parses the files of a folder, one after the other. */
export function* readEvents(folder: string): Generator<EventRow> {
    for (const file of readFiles(folder)) {
        const { history, ...about } = file as Fields & { history: readonly Fields[] };
        for (const event of history) {
            const identity = toValues({ ...about, ...event }, identityFields);
            const values = toValues(event, eventFields);
            yield { replace: [...values, ...identity], insert: [...identity, ...values] };
        }
    }
}

function* readFiles(folder: string): Generator<unknown> {
    for (const name of readdirSync(folder).sort()) yield JSON.parse(readFileSync(path.join(folder, name), "utf8"));
}

function toValues(record: Fields, fields: readonly string[]): Value[] {
    return fields.map((field) => {
        const value = record[field] ?? null;
        if (field.endsWith("At") || field === "lastUpdated") return toTime(String(value));
        if (value === null || typeof value === "string" || typeof value === "number") return value;
        return JSON.stringify(value);
    });
}

function toTime(text: string): string {
    return text.includes("T") ? text : `${text.replace(" ", "T")}.000Z`;
}
