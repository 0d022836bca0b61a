import { renderMarkdownTable } from "../src/documents/parts.ts";
import type { DocumentSite } from "../src/documents/site.ts";
import { readJobTitles } from "./job-titles.ts";

/** The documents of this site. */
export const documentSite: DocumentSite = {
    start: "docs/TURSO_DOCUMENTATION_INDEX.md",
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
        })),
    ],
    picture: [
        ["bot_runs", "bot_ledger", "work_queue", "learning_paths"],
        ["questions", "certifications", "users"],
        ["channel_mappings", "question_relationships", "question_history", "voice_sessions", "user_sessions"],
    ],
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
