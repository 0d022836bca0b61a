import { loaders } from "../seeds/index.ts";
import type { FilledTime, FormerColumn, MergedRows, Origin, Origins, TimeSource } from "../src/adoption/origins.ts";
import { toSnakeCase } from "../src/sql/names.ts";

const known: readonly Origin[] = [
    {
        name: "the original's SQL file",
        has: ["table questions", "index idx_questions_channel", "index idx_question_history_question"],
    },
    { name: "the original's drizzle form", has: ["table questions", "index users_username_unique"] },
    {
        name: "the bots' own tables",
        has: ["default bot_ledger.created_at CURRENT_TIMESTAMP"],
    },
    {
        name: "the bots' own queue",
        has: ["column work_queue.item_id", "default work_queue.created_at CURRENT_TIMESTAMP"],
        lacks: ["column work_queue.question_id"],
    },
    {
        name: "the older bot's queue",
        has: ["column work_queue.question_id"],
        lacks: ["column work_queue.item_id"],
    },
    {
        name: "a queue of the older and the newer bots",
        has: ["column work_queue.question_id", "column work_queue.item_id"],
    },
];

// The older bot's queue had only questions, and the bot's type was the action: 'fact-check' becomes fact_check.
const columns: readonly FormerColumn[] = [
    { table: "work_queue", from: "question_id", to: "item_id" },
    { table: "work_queue", from: "question_id", to: "item_type", sql: "'question'" },
    { table: "work_queue", from: "bot_type", to: "assigned_to" },
    { table: "work_queue", from: "bot_type", to: "action", sql: `replace(lower("bot_type"), '-', '_')` },
    { table: "work_queue", from: "completed_at", to: "processed_at" },
    // A waiting job keeps its place.
    { table: "work_queue", from: "created_at", to: "run_after" },
];

// No loader knows the tables of these optional sets.
const forms: Readonly<Record<string, Readonly<Record<string, "time" | "json">>>> = {
    coding_challenges: {
        ...{ tags: "json", companies: "json", test_cases: "json", hints: "json" },
        ...{ created_at: "time", last_updated: "time" },
    },
    tests: { questions: "json", created_at: "time", last_updated: "time" },
};

const earliest = (table: string, column = "created_at"): TimeSource => ({ table, earliest: column });
const fill = (table: string, column: string, ...known: readonly string[]): FilledTime => ({
    table,
    column,
    sources: [...known.map((other) => ({ column: other })), earliest(table, column)],
});

// Not by the time of the adoption: what was there before would seem to be new.
const filled: readonly FilledTime[] = [
    {
        table: "questions",
        column: "created_at",
        sources: [
            {
                table: "question_history",
                earliest: "created_at",
                match: { column: "question_id", own: "id" },
            },
            { column: "last_updated" },
            earliest("questions"),
        ],
        implies: { is_new: { instead: "1", value: "0" } },
    },
    fill("certifications", "created_at", "last_updated"),
    fill("learning_paths", "created_at", "last_updated", "last_generated"),
    fill("voice_sessions", "created_at", "last_updated"),
    fill("work_queue", "created_at", "processed_at"),
    fill("bot_ledger", "created_at"),
    fill("question_relationships", "created_at"),
    fill("question_history", "created_at"),
    fill("user_sessions", "started_at", "last_accessed_at", "completed_at"),
    fill("user_sessions", "last_accessed_at", "completed_at", "started_at"),
    fill("coding_challenges", "created_at", "last_updated"),
    fill("tests", "created_at", "last_updated"),
];

const merged: readonly MergedRows[] = [
    {
        table: "question_relationships",
        columns: ["source_question_id", "relationship_type", "target_question_id"],
        order: ["strength DESC", "id"],
    },
    {
        // A job that a bot has taken stays, or else the most urgent.
        table: "work_queue",
        columns: ["item_id", "item_type", "action"],
        where: "status IN ('pending', 'processing')",
        order: ["status = 'processing' DESC", "priority", "id"],
    },
];

/** What history can call the source of a change that names no writer. */
const historySources = ["bot", "user", "system", "import"] as const;

/** The databases from before this repository, and how their columns map to its tables. */
export const origins: Origins = {
    known,
    columns,
    forms: new Map([
        ...loaders.map(
            ({ table, fields }) =>
                [
                    table,
                    new Map(
                        Object.entries(fields).flatMap(([field, kind]) =>
                            kind === "time" || kind === "json" || kind === "any-json"
                                ? [[toSnakeCase(field), kind] as const]
                                : [],
                        ),
                    ),
                ] as const,
        ),
        ...Object.entries(forms).map(([table, columns]) => [table, new Map(Object.entries(columns))] as const),
    ]),
    newest: ["last_updated", "created_at"],
    filled,
    loaded: loaders.map(({ table }) => table),
    merged,
    historySource: {
        sources: historySources,
        read: "SELECT default_source AS source FROM history_writer",
        write: "UPDATE history_writer SET default_source = ?",
    },
};
