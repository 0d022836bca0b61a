import { beforeEach, expect, test } from "vitest";
import { searchSite } from "../../app/search.ts";
import type { Connection } from "../../src/database/connection.ts";
import { findDuplicates, readVector } from "../../src/search/duplicates.ts";
import { type Encoder, normalize } from "../../src/search/encoders/encoder.ts";
import { readSearchStatements } from "../../src/search/site.ts";
import { compareWords } from "../../src/search/words.ts";
import { readRows } from "../support/contents.ts";
import { openTestConnection, root } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createSearchDatabase, saveQuestion, sync } from "./searching.ts";

const statements = await readSearchStatements(root, searchSite);
const signal = new AbortController().signal;
const dimensions = 128;

/** A vector for each text by its number: planted ones lie at a known similarity to the one before. */
function createPlanting(planted: ReadonlyMap<string, number>): Encoder {
    let state = 1;
    const random = (): number => {
        // Mulberry32.
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 - 0.5;
    };
    const any = (): Float32Array => normalize(Float32Array.from({ length: dimensions }, random));
    let last = any();
    const made = new Map<string, Float32Array>();
    return {
        ...{ name: "planted/1", dimensions, batch: 50 },
        embed: async (texts) =>
            texts.map((text) => {
                const known = made.get(text);
                if (known) return known;
                const similarity = planted.get(text);
                const other = any();
                if (similarity === undefined) last = other;
                else {
                    const along = last.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
                    const across = normalize(other.map((value, at) => value - along * (last[at] ?? 0)));
                    const share = Math.sqrt(1 - similarity ** 2);
                    last = normalize(last.map((value, at) => value * similarity + share * (across[at] ?? 0)));
                }
                made.set(text, last);
                return last;
            }),
        close: async () => undefined,
    };
}

describeTargets("duplicates", (target) => {
    let database: TestDatabase;
    let connection: Connection;

    beforeEach(async () => {
        database = await createSearchDatabase(target);
        await database.client.execute("DELETE FROM questions");
        connection = await openTestConnection(database);
        return () => connection.close();
    });

    test("are all found, each pair once, and nothing else", async () => {
        const planted = new Map<string, number>();
        const rows = [];
        for (let at = 0; at < 600; at++) {
            const text =
                at % 6 === 1 || at % 6 === 3
                    ? `question ${at - 1} about thing ${at - 1} again`
                    : `question ${at} about thing ${at}`;
            if (at % 6 === 1) planted.set(text, 0.965);
            if (at % 6 === 3) planted.set(text, 0.925);
            if (at % 6 === 5) planted.set(text, 0.88);
            rows.push({
                id: `q-${String(at).padStart(3, "0")}`,
                question: text,
                answer: "a",
                tags: "[]",
                channel: at < 300 ? "one" : "two",
                difficulty: "beginner",
            });
        }
        await database.client.batch(rows.map(saveQuestion), "write");
        await sync(connection, [createPlanting(planted)]);
        const options = { threshold: 0.9, model: "planted/1", signal, progress: () => undefined };
        const { compared, pairs } = await findDuplicates(connection, statements, options);
        const count = (kind: string): number => pairs.filter((pair) => pair.kind === kind).length;
        expect([compared, count("duplicate"), count("possible")]).toEqual([600, 100, 100]);
        expect(new Set(pairs.map(({ ids }) => ids.join())).size).toBe(pairs.length);
        for (const { ids, similarity, kind } of pairs) {
            const [one = 0, other = 0] = ids.map((id) => Number(id.slice(2)));
            expect([other - one, similarity >= 0.95]).toEqual([1, kind === "duplicate"]);
        }
        const ofChannel = await findDuplicates(connection, statements, { ...options, channel: "one" });
        expect(ofChannel.pairs).toHaveLength(100);
        tell(`${target.name}: 100 duplicates and 100 possible ones among 179,700 pairs, none missed and none more`);
    });

    test("compare the vectors that the database stores", async () => {
        for (const length of [1, 2, 3, 4, 31, 512, 768]) {
            const vector = normalize(Float32Array.from({ length }, (_, at) => Math.sin(at + length)));
            const [row] = await connection
                .readAll([
                    {
                        sql: "SELECT vector8(?) AS stored, vector_extract(vector8(?)) AS text",
                        args: [JSON.stringify([...vector]), JSON.stringify([...vector])],
                    },
                ])
                .then(([result]) => (result?.ok ? result.rows : []));
            const stored = readVector(row?.stored as Uint8Array);
            const expected = normalize(Float32Array.from(JSON.parse(String(row?.text)) as number[]));
            expect([...stored]).toEqual([...expected].map((value) => expect.closeTo(value, 4)));
        }
        expect(await readRows(database.client, "SELECT 1 AS one")).toHaveLength(1);
    });

    test("share words by their set, whatever their case and order", () => {
        expect(compareWords("How does a B-tree grow?", "how does A b tree GROW")).toBe(1);
        expect(compareWords("one two three", "two three four")).toBe(0.5);
        expect(compareWords("", "")).toBe(0);
    });
});
