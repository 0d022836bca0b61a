import { renderMarkdownTable } from "../src/documents/parts.ts";
import type { DocumentSite } from "../src/documents/site.ts";
import { readJobTitles } from "./job-titles.ts";

/** The documents of this site. */
export const documentSite: DocumentSite = {
    start: "docs/TURSO_DOCUMENTATION_INDEX.md",
    tables: "docs/TURSO_DATABASE_SCHEMA.md",
    pageOf: (table) => `docs/schema/${table}.md`,
    essential: [
        "questions-by-channel",
        "active-questions-by-channel",
        "sessions-of-user",
        "certification-by-id",
        "history-of-question",
        "related-questions",
        "learning-paths-by-type",
        "claim-work",
        "queue-health",
        "bot-activity",
        "run-success",
        "table-growth",
    ],
    executed: [
        "README.md",
        "docs/TURSO_SETUP_COMPLETE.md",
        "docs/TURSO_DEPLOYMENT_GUIDE.md",
        "docs/TURSO_QUICK_REFERENCE.md",
    ],
    categories: [
        { name: "Authentication", tables: ["users"] },
        { name: "Core content", tables: ["questions", "channel_mappings", "certifications", "learning_paths"] },
        { name: "Bot infrastructure", tables: ["work_queue", "bot_ledger", "bot_runs"] },
        {
            name: "Relationships and sessions",
            tables: ["question_relationships", "question_history", "voice_sessions", "user_sessions"],
        },
    ],
    phases: {
        ...{ users: 1, questions: 1, channel_mappings: 1 },
        ...{ work_queue: 2, bot_ledger: 2, bot_runs: 2 },
        ...{ question_relationships: 3, question_history: 3 },
        ...{ certifications: 4, learning_paths: 4, voice_sessions: 4, user_sessions: 4 },
    },
    references: [
        ...["bot_ledger", "work_queue"].map((table) => ({
            table,
            column: "item_id",
            parent: "questions",
            why: "an item may be of another kind than a question",
        })),
        {
            table: "question_history",
            column: "question_id",
            parent: "questions",
            why: "a test or a coding challenge has history too, and history outlives its question",
        },
        {
            table: "user_sessions",
            column: "certification_id",
            parent: "certifications",
            why: "the application knows certifications that the table may lack",
        },
        ...["learning_paths", "voice_sessions"].map((table) => ({
            table,
            column: "question_ids",
            parent: "questions",
            why: "an ordered JSON array of ids",
            isList: true,
        })),
        ...["certifications", "learning_paths"].map((table) => ({
            table,
            column: "prerequisites",
            parent: table,
            why: "a JSON array of ids",
            isList: true,
        })),
    ],
    lifeCycles: [
        {
            ...{ table: "questions", column: "status" },
            steps: [
                ["*", "active", "added"],
                ["active", "flagged", "a bot or a user doubts it"],
                ["flagged", "active", "reviewed or improved"],
                ["active", "deleted", "removed"],
                ["flagged", "deleted", "removed"],
                ["deleted", "active", "restored"],
            ],
        },
        {
            ...{ table: "certifications", column: "status" },
            steps: [
                ["*", "active", "added"],
                ["*", "draft", "being prepared"],
                ["draft", "active", "published"],
                ["active", "archived", "retired by its provider"],
                ["archived", "active", "offered again"],
            ],
        },
        {
            ...{ table: "learning_paths", column: "status" },
            steps: [
                ["*", "active", "added"],
                ["*", "draft", "being prepared"],
                ["draft", "active", "published"],
                ["active", "archived", "replaced or out of date"],
                ["archived", "active", "offered again"],
            ],
        },
        {
            ...{ table: "work_queue", column: "status" },
            steps: [
                ["*", "pending", "requested"],
                ["pending", "processing", "claimed by a bot"],
                ["processing", "pending", "failed attempt, snoozed, or lease ended"],
                ["processing", "completed", "done"],
                ["processing", "failed", "given up, or cancelled"],
                ["pending", "failed", "cancelled"],
                ["pending", "completed", "duplicate of a job that is done"],
                ["failed", "pending", "bot:queue retry"],
                ["completed", "*", "removed after 30 days"],
            ],
        },
        {
            ...{ table: "bot_runs", column: "status" },
            steps: [
                ["*", "running", "started"],
                ["running", "completed", "ended"],
                ["running", "failed", "stopped by an error"],
                ["completed", "*", "removed after 90 days"],
            ],
        },
        {
            ...{ table: "user_sessions", column: "status" },
            steps: [
                ["*", "active", "started"],
                ["active", "completed", "every item answered"],
                ["active", "abandoned", "untouched for 7 days"],
            ],
        },
    ],
    growth: new Map([
        ["questions", 50],
        ["question_history", 500],
        ["bot_ledger", 1_000],
    ]),
    readExamples: async (root) => (await import("./json-examples.ts")).readJsonExamples(root),
    renderParts: async () => new Map([["job titles", await renderJobTitles()]]),
};

async function renderJobTitles(): Promise<string> {
    return renderMarkdownTable(
        ["job title", "primary channels", "secondary channels", "keywords"],
        Object.entries(await readJobTitles()).map(([title, { primary, secondary, keywords }]) => [
            `\`${title}\``,
            ...[primary, secondary, keywords].map((words) => words.join(", ")),
        ]),
    );
}
