import { readFileSync } from "node:fs";
import path from "node:path";
import type { Client } from "@libsql/client";
import { expect } from "vitest";
import { readRows, readValue } from "../support/contents.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, copyWhole, verifyHere } from "./adopting.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

/** `A`, an unpaired surrogate, `B`, and a byte that no character begins with. */
const broken = "41EDA08042FF";
const deep = "replace(hex(zeroblob(20000)), '0', '[')";

const odd = `
    PRAGMA foreign_keys = OFF;
    UPDATE questions SET answer = CAST(X'${broken}' AS TEXT) WHERE id IN ('q-1', 'q-2');
    UPDATE questions SET difficulty = 'hard' WHERE id = 'q-2';
    UPDATE questions SET tags = ${deep} WHERE id = 'q-3';
    UPDATE questions SET relevance_score = 9007199254740993 WHERE id = 'q-4';
    UPDATE questions SET relevance_score = 9e999, is_new = 0.1 + 0.2 WHERE id = 'q-5';
    INSERT INTO question_relationships (id, source_question_id, target_question_id, relationship_type)
    VALUES (-9223372036854775807, 'q-1', 'q-6', 'related'), (9007199254740993, 'q-1', 'q-7', 'related'), (9007199254740995, 'q-1', 'gone', 'related');
    UPDATE question_relationships SET created_at = '2024-01-01 00:00:00';
    CREATE TABLE snowflakes (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT);
    INSERT INTO snowflakes VALUES (-9223372036854775808, 'lowest'), (9007199254740993, 'a'), (9007199254740995, CAST(X'${broken}' AS TEXT)), (9223372036854775806, 'high');
    CREATE TABLE pairs (left TEXT COLLATE NOCASE, right REAL, note, PRIMARY KEY (left, right)) WITHOUT ROWID;
    INSERT INTO pairs VALUES ('a', 9e999, 1), ('B', -0.1, 2), ('b', 1e300, 3);
    PRAGMA foreign_keys = ON;`;

const rows = {
    questions: "SELECT id, hex(answer) AS answer FROM questions ORDER BY id",
    relationships: "SELECT CAST(id AS TEXT) AS id FROM question_relationships ORDER BY question_relationships.id",
    snowflakes: "SELECT CAST(id AS TEXT) AS id, hex(note) AS note FROM snowflakes ORDER BY snowflakes.id",
    sequence: "SELECT CAST(seq AS TEXT) AS seq FROM sqlite_sequence WHERE name = 'snowflakes'",
    pairs: "SELECT left, quote(right) AS right, note FROM pairs ORDER BY note",
    refused:
        "SELECT source_table, CAST(source_row AS TEXT) AS source_row, reasons, hex(record) AS record FROM schema_adoption WHERE outcome = 'refused' ORDER BY source_table, schema_adoption.source_row",
};

async function readAll(client: Client): Promise<Record<keyof typeof rows, Record<string, unknown>[]>> {
    const entries: [string, Record<string, unknown>[]][] = [];
    for (const [key, sql] of Object.entries(rows)) entries.push([key, await readRows(client, sql)]);
    return Object.fromEntries(entries) as Record<keyof typeof rows, Record<string, unknown>[]>;
}

describeTargets("adoption of values that few have", (target) => {
    testOriginal(
        `keeps text that is no UTF-8 and numbers of any size, and writes what is refused whole${note}`,
        async () => {
            const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
            await buildOriginal(source.client, "drizzle", 8);
            await source.client.executeMultiple(odd);
            const given = await readRows(source.client, rows.snowflakes);
            const paths = ["copy", "in place"].map((way) => path.join(writeProject({}), `${way}.ndjson`));
            await copyWhole(source.url, copy.url);
            const copied = await adoptHere(copy.url, { rejects: paths[0] ?? "" });
            expect([copied.code, copied.error]).toEqual([5, undefined]);
            const adopted = await adoptHere(source.url, { rejects: paths[1] ?? "" });
            expect([adopted.code, adopted.error]).toEqual([5, undefined]);
            for (const { url } of [source, copy]) expect(await verifyHere(url)).toBe(0);

            const [there, here] = [await readAll(copy.client), await readAll(source.client)];
            expect(there).toEqual(here);
            expect(here.snowflakes).toEqual(given);
            expect(here.sequence).toEqual([{ seq: "9223372036854775806" }]);
            expect(here.pairs.map(({ note: own }) => own)).toEqual([1, 2, 3]);
            expect(here.questions.find(({ id }) => id === "q-1")).toEqual({ id: "q-1", answer: broken });
            expect(here.relationships.map(({ id }) => id)).toEqual(["-9223372036854775807", "9007199254740993"]);

            const [beside, inPlace] = paths.map((file) => readFileSync(file, "utf8"));
            expect(beside).toBe(inPlace);
            const rejects = (inPlace ?? "")
                .trimEnd()
                .split("\n")
                .map((line) => JSON.parse(line));
            const recordOf = (id: string): Record<string, unknown> =>
                rejects.find(({ file, record }) => file === "questions" && record.id === id)?.record;
            expect(recordOf("q-2")).toMatchObject({ answer: { blob: broken }, question: "What is 2?" });
            expect(recordOf("q-3").tags).toBe("[".repeat(40_000));
            expect(recordOf("q-4").relevanceScore).toBe("9007199254740993");
            expect(recordOf("q-5").isNew).toBe(0.1 + 0.2);
            expect(recordOf("q-5").relevanceScore).toBe("9e999");
            const dangling = rejects.filter(({ position }) => position === "9007199254740995");
            expect(dangling.map(({ record }) => record.id)).toEqual(["9007199254740995"]);
            expect(await readValue(source.client, "SELECT count(*) FROM questions")).toBe(4);
            for (const database of [source, copy]) await database.close();
        },
    );
});
