import type { OtherKind } from "../src/loading/loader.ts";
import { hasFields, listRecords } from "./shapes.ts";

const testFields = ["channelId", "questions", "passingScore"];

/** Whether a document is one test, whose `questions` are none of the table's. */
export const isTest = hasFields(...testFields);

const kinds: readonly {
    readonly says: string;
    readonly wrappers: readonly string[];
    readonly fields: readonly string[];
}[] = [
    {
        says: "belongs to the set challenges, which no loader fills: its rows are the application's and those of `pnpm bot:challenge`",
        wrappers: ["challenges", "codingChallenges", "coding_challenges"],
        fields: ["title", "testCases"],
    },
    {
        says: "belongs to the set tests, which no loader fills: its rows are the application's and those of `pnpm bot:test`",
        wrappers: ["tests"],
        fields: testFields,
    },
    {
        says: "holds flashcards, which have no table here",
        wrappers: ["flashcards"],
        fields: ["front", "back"],
    },
    {
        says: "holds blog posts, which have no table here",
        wrappers: ["posts", "blogPosts", "blog_posts"],
        fields: ["blogTitle"],
    },
    {
        says: "holds counts of questions by channel, which the database counts itself",
        wrappers: ["channels"],
        fields: ["questionCount", "beginner"],
    },
    {
        says: "is an index of history, whose events are in other files",
        wrappers: ["questions"],
        fields: ["totalEvents", "eventTypes", "latestEvent"],
    },
];

/** What the site's exports hold beside the records of the loaders. */
export const otherKinds: readonly OtherKind[] = kinds.map(({ says, wrappers, fields }) => {
    const isRecord = hasFields(...fields);
    return {
        says,
        matches: (document) => {
            const found = listRecords(document, wrappers, isRecord);
            return found !== undefined && [...found].length > 0;
        },
    };
});
