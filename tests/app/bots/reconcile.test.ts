import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Alike, findAlike } from "../../../app/bots/duplicates/alike.ts";
import { type ComparedQuestion, chooseRepeats, pairByWords } from "../../../app/bots/duplicates/pairs.ts";
import { type ReconcileOptions, reconcileQuestions } from "../../../app/bots/duplicates/reconcile.ts";
import { compareWords } from "../../../src/search/words.ts";
import { readRows } from "../../product/rows.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { deployWell } from "../../support/deploying.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { dumpDatabase, insertQuestion, runBotHere } from "./running.ts";

const same = "How does a B-tree index stay balanced under many inserts?";
const alike = "How does a B-tree index stay balanced when there are many inserts?";
const near = "How does a B-tree index of a table stay balanced under deletes and inserts of rows?";

describeTargets("bot:reconcile", (target) => {
    let database: TestDatabase;
    beforeEach(async () => {
        database = await createDeployedDatabase(target);
    });
    afterEach(() => database.close());
    const run = (options: ReconcileOptions = {}, more: Parameters<typeof runBotHere>[3] = {}) =>
        runBotHere(reconcileQuestions, database, options, more);
    const statuses = async () =>
        Object.fromEntries(
            (await readRows(database.client, "SELECT id, status FROM questions ORDER BY id")).map((row) => [
                row.id,
                row.status,
            ]),
        );
    const ledger = () =>
        readRows(database.client, "SELECT bot_name, action, item_id, reason FROM bot_ledger ORDER BY id");

    test("flags only the newer of a pair, and has nothing left to do the second time", async () => {
        await insertQuestion(database.client, "q-1", { question: same, createdAt: "2026-02-01T00:00:00.000Z" });
        await insertQuestion(database.client, "q-2", { question: same, createdAt: "2026-01-01T00:00:00.000Z" });
        await insertQuestion(database.client, "q-3");
        const { code, stdout } = await run();
        expect([code, await statuses()]).toEqual([0, { "q-1": "flagged", "q-2": "active", "q-3": "active" }]);
        expect(stdout).toContain(`q-1  repeats q-2 (100 % of the words):  ${same}`);
        expect(stdout).toContain("Compared 3 questions: 1 repeats an older one. Flagged 1 question.");
        expect(await ledger()).toEqual([
            { bot_name: "reconcile", action: "flag", item_id: "q-1", reason: "It repeats q-2 (100 % of the words)." },
        ]);
        expect(
            await readRows(
                database.client,
                `SELECT question_id, event_source, source_name, changed_fields FROM question_history
                WHERE event_type = 'flagged'`,
            ),
        ).toEqual([
            { question_id: "q-1", event_source: "bot", source_name: "reconcile", changed_fields: '["status"]' },
        ]);
        const before = JSON.stringify([await readRows(database.client, "SELECT * FROM questions"), await ledger()]);
        expect((await run()).stdout).toContain("Compared 2 questions: 0 repeat an older one. Flagged 0 questions.");
        expect(JSON.stringify([await readRows(database.client, "SELECT * FROM questions"), await ledger()])).toBe(
            before,
        );
        expect(
            await readRows(database.client, "SELECT status, items_processed, items_updated FROM bot_runs ORDER BY id"),
        ).toEqual([
            { status: "completed", items_processed: 1, items_updated: 1 },
            { status: "completed", items_processed: 0, items_updated: 0 },
        ]);
    });

    test("finds equal questions in all channels and similar ones in their own, and only lists what may repeat", async () => {
        await insertQuestion(database.client, "q-1", { question: same });
        await insertQuestion(database.client, "q-2", { question: `**${same}**`, channel: "storage" });
        await insertQuestion(database.client, "q-3", { question: alike });
        await insertQuestion(database.client, "q-4", { question: alike, channel: "backend" });
        await insertQuestion(database.client, "q-5", { question: near });
        await insertQuestion(database.client, "q-6", { question: same, status: "deleted" });
        const { code, stdout } = await run({}, { json: true });
        const { flagged, repeated, toReview, compared, status } = JSON.parse(stdout);
        expect([code, status, compared, flagged]).toEqual([0, "completed", 5, ["q-2", "q-3"]]);
        expect(repeated.map(({ newer, older }: Record<string, string>) => [newer, older])).toEqual([
            ["q-2", "q-1"],
            ["q-3", "q-1"],
        ]);
        expect(toReview).toContainEqual(expect.objectContaining({ newer: "q-5", older: "q-1", cosine: null }));
        // What q-4 equals goes itself, and q-4 is the only one of its channel.
        expect(await statuses()).toMatchObject({ "q-4": "active", "q-5": "active" });
    });

    test("writes nothing in a dry run, not even a run", async () => {
        for (const id of ["q-1", "q-2"]) await insertQuestion(database.client, id, { question: same });
        const before = await dumpDatabase(database.client);
        const { code, stdout } = await run({ dryRun: true });
        expect([code, await dumpDatabase(database.client)]).toEqual([0, before]);
        expect(stdout).toContain("q-2  repeats q-1");
        expect(stdout).toContain("Dry run: Compared 2 questions: 1 repeats an older one. Nothing was changed.");
        const { repeated, requests } = JSON.parse((await run({ dryRun: true }, { json: true })).stdout);
        expect(repeated).toEqual([expect.objectContaining({ newer: "q-2", older: "q-1", jaccard: 1 })]);
        tell(`${target.name}: a dry run takes ${requests} requests`);
    });

    test("flags at most --limit questions, each once, the rest the next time", async () => {
        for (const id of ["q-1", "q-2", "q-3", "q-4"]) await insertQuestion(database.client, id, { question: same });
        expect((await run({ limit: 2 })).stdout).toContain("Flagged 2 questions.");
        expect(await statuses()).toEqual({ "q-1": "active", "q-2": "flagged", "q-3": "flagged", "q-4": "active" });
        await run();
        expect((await ledger()).map(({ item_id }) => item_id)).toEqual(["q-2", "q-3", "q-4"]);
        expect((await run({ limit: 0 })).code).toBe(2);
    });

    test("compares vectors where the search has them, across channels, and takes words besides", async () => {
        await deployWell(root, database, { sets: ["search"] });
        const { client } = database;
        const texts = [
            "How is a distributed cache kept consistent across regions?",
            "How is a distributed cache kept in step across regions today?",
        ];
        await insertQuestion(client, "q-1", { question: texts[0] ?? "" });
        await insertQuestion(client, "q-2", { question: texts[1] ?? "", channel: "backend" });
        await insertQuestion(client, "q-3", { question: same });
        await insertQuestion(client, "q-4", { question: same });
        expect((await run({ dryRun: true })).stdout).toContain("1 repeats an older one");
        for (const [id, vector] of [
            ["q-1", "[1,0.1,0]"],
            ["q-2", "[1,0.11,0]"],
            ["q-3", "[0,0,1]"],
        ])
            await client.execute({
                sql: "INSERT INTO question_vectors (question_id, model, dimensions, content_hash, vector) VALUES (?, 'test/3', 3, 'x', vector8(?))",
                args: [id ?? "", vector ?? ""],
            });
        const { stdout } = await run();
        expect(stdout).toMatch(/q-2 {2}repeats q-1 \(\d+ % of the words, vectors 1\.00\)/);
        expect(await statuses()).toMatchObject({ "q-2": "flagged", "q-4": "flagged" });
    });

    test("leaves alone a question that somebody changes before it is flagged", async () => {
        for (const id of ["q-1", "q-2"]) await insertQuestion(database.client, id, { question: same });
        const trigger = `CREATE TRIGGER meanwhile AFTER INSERT ON bot_runs BEGIN
            UPDATE questions SET question = 'What is a tree of another kind good for?' WHERE id = 'q-1'; END`;
        await database.client.execute(trigger);
        const { code, stdout } = await run();
        expect([code, await statuses()]).toEqual([0, { "q-1": "active", "q-2": "active" }]);
        expect(stdout).toContain("Flagged 0 questions, 1 of them or their older ones changed meanwhile.");
        expect(await ledger()).toEqual([]);
    });
});

const question = (id: string, text: string, more: Partial<ComparedQuestion> = {}): ComparedQuestion => ({
    ...{ id, text, channel: "database", createdAt: "2026-01-01T00:00:00.000Z", ...more },
});

test("the index of words finds the same pairs as a comparison of all", () => {
    const word = fc.integer({ min: 0, max: 12 }).map(String);
    const texts = fc.array(fc.uniqueArray(word, { maxLength: 8 }), { maxLength: 12 });
    const check = (lists: readonly string[][], least: number): void => {
        const all = lists.flatMap((words, other) =>
            lists.slice(0, other).flatMap((others, one) => {
                const share = compareWords(words.join(" "), others.join(" "));
                return share >= least ? [{ one, other, share }] : [];
            }),
        );
        const byPlace = (a: Alike, b: Alike): number => a.other - b.other || a.one - b.one;
        expect(findAlike(lists, least).toSorted(byPlace)).toEqual(all.toSorted(byPlace));
    };
    fc.assert(fc.property(texts, fc.constantFrom(0.1, 0.25, 0.45, 0.65, 1), check), { numRuns: 300 });
});

test("of a chain in which only neighbours are alike, keeps what repeats no question that stays", () => {
    const words = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split(" ");
    const slice = (from: number): string => words.slice(from, from + 8).join(" ");
    const chain = [question("q-1", slice(0)), question("q-2", slice(1)), question("q-3", slice(2))];
    const chosen = chooseRepeats(pairByWords(chain));
    tell(
        `pairs: ${pairByWords(chain).map(({ older, newer, jaccard }) => `${older.id}-${newer.id} ${jaccard.toFixed(2)}`)}`,
    );
    expect(chosen.map(({ newer }) => newer.id)).toEqual(["q-2"]);
});

test("finds each of 100 repeats among 30,000 questions in 97 channels", () => {
    // Words as often as in language: the n-th is about 1/n as frequent.
    let state = 1;
    const random = (): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
    };
    const write = (): string => Array.from({ length: 14 }, () => `w${Math.floor(8_000 ** random())}`).join(" ");
    const questions = Array.from({ length: 30_000 }, (_, at) =>
        question(`q-${at}`, write(), { channel: `channel-${at % 97}` }),
    );
    const repeats = questions.slice(0, 100).map((old, at) => ({ ...old, id: `r-${at}` }));
    const started = performance.now();
    const pairs = pairByWords([...questions, ...repeats]);
    tell(`30,000 questions: ${pairs.length} pairs in ${Math.round(performance.now() - started)} ms`);
    const found = new Set(chooseRepeats(pairs).map(({ newer }) => newer.id));
    expect(repeats.filter(({ id }) => !found.has(id))).toEqual([]);
});
