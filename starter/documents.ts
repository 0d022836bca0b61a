import type { DocumentSite } from "../src/documents/site.ts";

/** The documents of this project. */
export const documentSite: DocumentSite = {
    start: "README.md",
    tables: "README.md",
    pageOf: (table) => `docs/schema/${table}.md`,
    essential: [],
    executed: [],
    categories: [],
    phases: {},
    references: [],
    lifeCycles: [],
    growth: new Map(),
    readExamples: async () => new Map(),
    renderParts: async () => new Map(),
};
