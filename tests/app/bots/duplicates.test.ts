import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
    type Candidate,
    type DuplicateSearchOptions,
    findQuestionDuplicates,
    readDuplicateStatements,
} from "../../../app/bots/duplicates/duplicates.ts";
import { judgePair, normalizeText } from "../../../app/bots/duplicates/judge-pair.ts";
import { thresholds } from "../../../app/bots/duplicates/thresholds.ts";
import { searchSite } from "../../../app/search.ts";
import type { Connection } from "../../../src/database/connection.ts";
import { openEmbeddedEncoder } from "../../../src/search/encoders/embedded.ts";
import { normalize } from "../../../src/search/encoders/encoder.ts";
import { saveQuestion } from "../../search/searching.ts";
import { readRows } from "../../support/contents.ts";
import { createDeployedDatabase, openTestConnection, root } from "../../support/deployed.ts";
import { deployWell } from "../../support/deploying.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import pairs from "./pairs.json" with { type: "json" };

const statements = await readDuplicateStatements(root);

/** Counts what the judge calls duplicates, and what it does not call new. */
function measure(cosines: readonly (number | undefined)[] = []) {
    const judged = pairs.map(([label = "", one = "", other = ""], at) => {
        return { label, one, other, ...judgePair(one, other, cosines[at]) };
    });
    const real = judged.filter(({ label }) => label === "duplicate");
    const called = judged.filter(({ verdict }) => verdict === "duplicate");
    const right = called.filter(({ label }) => label === "duplicate").length;
    const seen = real.filter(({ verdict }) => verdict !== "new").length;
    return {
        judged,
        precision: right / called.length,
        recall: right / real.length,
        recallWithReview: seen / real.length,
        reviews: judged.filter(({ verdict, label }) => verdict === "review" && label !== "duplicate").length,
    };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

describe("the judge of two questions", () => {
    test("calls at least 95 % rightly a duplicate, of 40 labelled pairs", () => {
        expect(pairs).toHaveLength(40);
        const { judged, precision, recall, recallWithReview, reviews } = measure();
        tell(
            `by words: precision ${percent(precision)}, recall ${percent(recall)}, with review ${percent(recallWithReview)}; ` +
                `${reviews} others go to review`,
        );
        for (const { label, verdict, jaccard, one } of judged) {
            const isRight = label === "duplicate" ? verdict === "duplicate" : verdict === "new";
            if (!isRight) tell(`  ${label}, ${verdict} at ${jaccard.toFixed(2)}: ${one}`);
        }
        expect(precision).toBeGreaterThanOrEqual(0.95);
        expect(recall).toBeGreaterThanOrEqual(0.8);
    });

    test("does so with the vectors of the embedded encoder, and misses no more", async () => {
        const encoder = await openEmbeddedEncoder(root);
        const vectors = await encoder.embed(pairs.flatMap(([, one = "", other = ""]) => [one, other]));
        await encoder.close();
        const cosines = pairs.map((_, at) => multiply(vectors[2 * at] ?? [], vectors[2 * at + 1] ?? []));
        const { precision, recall, recallWithReview, reviews } = measure(cosines);
        tell(
            `with vectors: precision ${percent(precision)}, recall ${percent(recall)}, with review ` +
                `${percent(recallWithReview)}; ${reviews} others go to review`,
        );
        expect(precision).toBeGreaterThanOrEqual(0.95);
        expect(recall).toBeGreaterThanOrEqual(measure().recall);
    });
});

describe("two texts", () => {
    test("are equal without case, punctuation, Markdown and compatibility forms", () => {
        const plain = normalizeText("What is a B-tree index, and why?");
        for (const text of [
            "what is a b tree INDEX and why",
            "**What** is a _B-tree_ index — and why?!",
            "What is a B‐tree ｉｎｄｅｘ, and [why](https://example.org)?",
        ])
            expect(normalizeText(text)).toBe(plain);
        expect(judgePair("What is C++?", "what is c++")).toMatchObject({ verdict: "duplicate", jaccard: 1 });
    });

    test("of different languages are different", () => {
        for (const [one, other] of [
            ["C++", "C#"],
            ["C", "C++"],
            [".NET", "Net"],
            ["F#", "F"],
        ] as const)
            expect(judgePair(`How does ${one} manage memory?`, `How does ${other} manage memory?`).verdict).not.toBe(
                "duplicate",
            );
    });

    test("that hold no word are never called equal", () => {
        expect(judgePair("???", "!!!")).toEqual({ verdict: "new", jaccard: 0, cosine: undefined });
        expect(judgePair("", "")).toMatchObject({ verdict: "new" });
    });

    test("are judged alike in either order, with likenesses from 0 to 1", () => {
        fc.assert(
            fc.property(fc.string(), fc.string(), fc.double({ min: -2, max: 2, noNaN: true }), (one, other, cosine) => {
                const judged = judgePair(one, other, cosine);
                expect(judgePair(other, one, cosine)).toEqual(judged);
                for (const likeness of [judged.jaccard, judged.cosine ?? 0])
                    expect(likeness >= 0 && likeness <= 1).toBe(true);
            }),
        );
    });

    test("become duplicates by their vectors only when they also share words", () => {
        const [one, other] = ["What is a covering index in MySQL?", "What is a covering index in SQLite?"];
        const { jaccard } = judgePair(one, other);
        expect([judgePair(one, other).verdict, jaccard]).toEqual(["review", 0.5]);
        expect(judgePair(one, other, thresholds.vectors.duplicate.from).verdict).toBe("duplicate");
        expect(judgePair("How do caches expire?", "When are entries evicted?", 0.99).verdict).toBe("review");
        expect(judgePair("How do caches expire?", "When are entries evicted?", 0.94).verdict).toBe("new");
    });
});

describeTargets("a search for duplicates", (target) => {
    let database: TestDatabase;
    let connection: Connection;

    const save = async (id: string, question: string, channel: string, status = "active"): Promise<void> => {
        await database.client.execute(
            saveQuestion({ ...{ id, question, channel }, answer: "a", tags: "[]", difficulty: "beginner" }),
        );
        await database.client.execute({ sql: "UPDATE questions SET status = ? WHERE id = ?", args: [status, id] });
    };
    const find = (candidate: Candidate, options: DuplicateSearchOptions) =>
        findQuestionDuplicates(connection, statements, candidate, options);
    const open = async (hasSearch: boolean): Promise<void> => {
        database = hasSearch
            ? await target.createPrepared("search without questions", async (address) => {
                  await deployWell(root, address, { sets: [searchSite.set] });
              })
            : await createDeployedDatabase(target);
        connection = await openTestConnection(database);
        await save("q-1", "How would you prevent a cache stampede when a popular key expires?", "backend");
        await save("q-2", "How does leader election work in Raft?", "backend");
        await save("q-3", "What is a partial index, and when does PostgreSQL need it?", "database", "flagged");
        await save("q-4", "How do you detect a cycle in a linked list?", "algorithms", "deleted");
    };
    afterEach(() => connection.close());

    test.for([
        { name: "with the search", hasSearch: true },
        { name: "without the search", hasSearch: false },
    ])("$name takes one request and finds what asks the same, and only that", async ({ hasSearch }) => {
        await open(hasSearch);
        const before = connection.cost.requests;
        const question = "When a popular key of a cache expires, how do you prevent a stampede?";
        const found = await find({ question, channel: "backend" }, { hasSearch });
        expect(connection.cost.requests - before).toBe(target.name === "sqld" ? 1 : 0);
        expect(found.rivals.map(({ id, verdict }) => [id, verdict])).toEqual([["q-1", "duplicate"]]);
        const [row] = await readRows(
            database.client,
            "SELECT max(created_at) AS newest FROM questions WHERE channel = 'backend'",
        );
        expect([found.verdict, found.newestInChannel]).toEqual(["duplicate", row?.newest]);

        const other = await find(
            { question: "How does log compaction work in Kafka?", channel: "streams" },
            { hasSearch },
        );
        expect(other).toEqual({ verdict: "new", rivals: [], newestInChannel: null });
        const flagged = await find(
            { question: "When does PostgreSQL need a partial index?", channel: "database" },
            { hasSearch },
        );
        expect(flagged.rivals.map(({ id, verdict }) => [id, verdict])).toEqual([["q-3", "duplicate"]]);
        const gone = await find(
            { question: "How do you detect a cycle in a linked list?", channel: "algorithms" },
            { hasSearch },
        );
        expect(gone.verdict).toBe("new");
        const itself = await find(
            { id: "q-2", question: "How does leader election work in Raft?", channel: "backend" },
            { hasSearch },
        );
        expect(itself.verdict).toBe("new");
    });

    test.for([true, false])("finds an equal text in any channel (search: %s)", async (hasSearch) => {
        await open(hasSearch);
        const found = await find({ question: "how does leader election work in Raft", channel: "sre" }, { hasSearch });
        expect(found.rivals).toMatchObject([{ id: "q-2", verdict: "duplicate", jaccard: 1 }]);
    });

    test("compares the candidates of a run among themselves, by words and by vectors", async () => {
        await open(false);
        const near = normalize(Float32Array.of(1, 0.2, 0));
        const found = await find(
            {
                question: "What is a covering index in MySQL?",
                channel: "database",
                vector: normalize(Float32Array.of(1, 0, 0)),
            },
            {
                others: [
                    { id: "candidate 1", question: "What is a covering index in SQLite?", vector: near },
                    { id: "candidate 2", question: "What is a Bloom filter?" },
                    { id: "candidate 3", question: "Explain covering indexes in MySQL." },
                ],
                hasSearch: false,
            },
        );
        expect(found.rivals.map(({ id, verdict }) => [id, verdict])).toEqual([
            ["candidate 1", "duplicate"],
            ["candidate 3", "review"],
        ]);
    });

    test("reads the cosine of vectors of the same encoder", async () => {
        await open(true);
        await database.client.execute(`INSERT INTO question_vectors (question_id, model, dimensions, content_hash, vector)
            VALUES ('q-1', 'test/3', 3, '00', vector8('[0,1,0]')), ('q-2', 'other/3', 3, '00', vector8('[0,1,0]'))`);
        const question = "How do you prevent a stampede of visitors after an outage?";
        const vector = Float32Array.of(0, 1, 0);
        const found = await find({ question, channel: "backend", vector }, { hasSearch: true, model: "test/3" });
        expect(found.rivals).toMatchObject([{ id: "q-1", verdict: "review", cosine: expect.closeTo(1, 1) }]);
    });

    test("takes any text for a question", async () => {
        await open(true);
        for (const question of [
            '"',
            "NEAR(a b) AND OR NOT",
            "answer : x*",
            "'; DROP TABLE questions; --",
            "?!",
            "数据库 索引",
            ":words",
        ])
            expect((await find({ question, channel: "backend" }, { hasSearch: true })).verdict).toBe("new");
        expect(await readRows(database.client, "SELECT count(*) AS rows FROM questions")).toEqual([{ rows: 4 }]);
    });

    test("says how to install a search that is missing", async () => {
        await open(false);
        const failed = find({ question: "How does Raft work?", channel: "backend" }, { hasSearch: true });
        await expect(failed).rejects.toMatchObject({
            code: "usage",
            message: expect.stringContaining("search is not installed"),
            hint: "install it with `pnpm vector:init`",
        });
    });
});

function multiply(one: ArrayLike<number>, other: ArrayLike<number>): number {
    return Array.from(one).reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
