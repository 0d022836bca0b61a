import type { DocumentSite } from "../src/documents/site.ts";

/** The documents of this site. */
export const documentSite: DocumentSite = {
    start: "docs/TURSO_DOCUMENTATION_INDEX.md",
    pageOf: (table) => `docs/schema/${table}.md`,
    essential: [
        "active-questions-by-channel",
        "sessions-of-user",
        "certification-by-id",
        "questions-by-channel",
        "history-of-question",
        "related-questions",
        "learning-paths-by-type",
        "claim-work",
        "queue-health",
        "bot-activity",
        "run-success",
        "table-growth",
    ],
    executed: [],
};
