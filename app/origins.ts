import { loaders } from "../seeds/index.ts";
import type { FormerColumn, Origin, Origins } from "../src/adoption/origins.ts";
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

/** What history can call the source of a change that names no writer. */
export const historySources = ["bot", "user", "system", "import"] as const;

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
                            kind === "time" || kind === "json" ? [[toSnakeCase(field), kind] as const] : [],
                        ),
                    ),
                ] as const,
        ),
        ...Object.entries(forms).map(([table, columns]) => [table, new Map(Object.entries(columns))] as const),
    ]),
    newest: ["last_updated", "created_at"],
    historySource: {
        sources: historySources,
        read: "SELECT default_source AS source FROM history_writer",
        write: "UPDATE history_writer SET default_source = ?",
    },
};
