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
const own = (column: string): TimeSource => ({ column });
const fill = (table: string, column: string, ...known: readonly string[]): FilledTime => ({
    table,
    column,
    sources: [...known.map(own), earliest(table, column)],
});
/** For an event without a time: when its item was created. */
const createdAtOf = (table: string, type: string): TimeSource => ({
    table,
    earliest: "created_at",
    match: { column: "id", own: "question_id", when: { column: "question_type", value: type } },
});
// The same for both times, so that no session starts after its last access.
const sessions = [earliest("user_sessions", "started_at"), earliest("user_sessions", "last_accessed_at")];

// Not by the time of the adoption: what was there before would seem to be new.
const filled: readonly FilledTime[] = [
    {
        table: "questions",
        column: "created_at",
        sources: [
            {
                table: "question_history",
                earliest: "created_at",
                match: { column: "question_id", own: "id", only: { column: "question_type", value: "question" } },
            },
            own("last_updated"),
            earliest("questions"),
        ],
        // As `pnpm db:maintain`: a question is new for 7 days.
        implies: { is_new: { instead: "1", value: "0", afterDays: 7 } },
    },
    fill("certifications", "created_at", "last_updated"),
    fill("learning_paths", "created_at", "last_updated", "last_generated"),
    fill("voice_sessions", "created_at", "last_updated"),
    fill("work_queue", "created_at", "processed_at"),
    // As created_at, so that a waiting job keeps its place.
    {
        table: "work_queue",
        column: "run_after",
        sources: [own("created_at"), own("processed_at"), earliest("work_queue")],
    },
    fill("bot_ledger", "created_at"),
    fill("bot_runs", "started_at", "completed_at"),
    fill("question_relationships", "created_at"),
    {
        table: "question_history",
        column: "created_at",
        sources: [
            createdAtOf("questions", "question"),
            createdAtOf("tests", "test"),
            createdAtOf("coding_challenges", "coding"),
            earliest("question_history"),
        ],
    },
    {
        table: "user_sessions",
        column: "started_at",
        sources: [own("last_accessed_at"), own("completed_at"), ...sessions],
    },
    {
        table: "user_sessions",
        column: "last_accessed_at",
        sources: [own("completed_at"), own("started_at"), ...sessions],
    },
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
        table: "channel_mappings",
        columns: ["channel_id", "sub_channel", "question_id"],
        order: ["id"],
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
        initial: "system",
        check: "history-writer",
        read: "SELECT default_source AS source FROM history_writer",
        write: "UPDATE history_writer SET default_source = ?",
    },
};
