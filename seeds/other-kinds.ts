import type { OtherKind } from "../src/loading/loader.ts";
import { hasFields, listRecords } from "./shapes.ts";

const testFields = ["channelId", "questions", "passingScore"];

/** Whether a document is one test, whose `questions` are none of the table's. */
export const isTest = hasFields(...testFields);

interface Kind {
    readonly says: string;
    readonly wrappers: readonly string[];
    /** The fields of a record of the kind, in one or several forms. */
    readonly forms: readonly (readonly string[])[];
    /** The name of a wrapper or of the file says it, whatever the records are. */
    readonly isNamed?: boolean;
}

const kinds: readonly Kind[] = [
    {
        says: "belongs to the set challenges, which no loader fills: its rows are the application's and those of `pnpm bot:challenge`",
        wrappers: ["challenges", "codingChallenges", "coding_challenges"],
        forms: [["title", "testCases"]],
        isNamed: true,
    },
    {
        says: "belongs to the set tests, which no loader fills: its rows are the application's and those of `pnpm bot:test`",
        wrappers: ["tests"],
        forms: [testFields],
    },
    {
        says: "holds flashcards, which have no table here",
        wrappers: ["flashcards"],
        forms: [["front", "back"]],
        isNamed: true,
    },
    {
        says: "holds blog posts, which have no table here",
        wrappers: ["posts", "blogPosts", "blog_posts"],
        forms: [["blogTitle"], ["title", "slug"]],
        isNamed: true,
    },
    {
        says: "holds counts of questions by channel, which the database counts itself",
        wrappers: ["channels"],
        forms: [
            ["questionCount", "beginner"],
            ["total", "beginner"],
        ],
    },
    {
        says: "is an index of history, whose events are in other files",
        wrappers: ["questions"],
        forms: [["totalEvents", "eventTypes", "latestEvent"]],
    },
    {
        says: "is bookkeeping of the database, which no load writes",
        wrappers: [
            "schemaversion",
            "schema_objects",
            "schema_lock",
            "schema_seeds",
            "schema_adoption",
            "history_writer",
        ],
        forms: [
            ["version", "md5", "runAt"],
            ["setName", "status", "checksum"],
            ["generation", "expiresAt"],
            ["name", "checksum", "loadedAt"],
            ["sourceTable", "outcome", "reasons", "record"],
            ["defaultSource"],
        ],
        isNamed: true,
    },
];

/** What the site's exports and table dumps hold beside the records of the loaders. */
export const otherKinds: readonly OtherKind[] = kinds.map(({ says, wrappers, forms, isNamed }) => {
    const haveFields = forms.map((fields) => hasFields(...fields));
    const isRecord = (value: unknown): boolean => haveFields.some((has) => has(value));
    const names = isNamed ? wrappers.map(toPlainName) : [];
    return {
        says,
        matches: (document, name) => {
            if (document === null || typeof document !== "object") return false;
            if (names.includes(toPlainName(name))) return true;
            if (isNamed && wrappers.some((wrapper) => isContainer(document, wrapper))) return true;
            const found = listRecords(document, wrappers, isRecord);
            return found !== undefined && [...found].length > 0;
        },
    };
});

// `blog-posts`, `blog_posts` and `blogPosts` are one name; so are the version tables of all sets.
function toPlainName(name: string): string {
    return name
        .toLowerCase()
        .replace(/^(schemaversion)_.*/, "$1")
        .replace(/[-_]/g, "");
}

function isContainer(document: object, key: string): boolean {
    const value: unknown = Object.hasOwn(document, key) ? (document as Record<string, unknown>)[key] : null;
    return value !== null && typeof value === "object";
}
