import type { InValue } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createSearchDatabase, questions, saveQuestion } from "./searching.ts";

/** The same sequence on every run. */
function createRandom(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

describeTargets("the full text of questions", (target) => {
    let database: TestDatabase;

    beforeEach(async () => {
        database = await createSearchDatabase(target);
    });

    const check = async (): Promise<void> => {
        for (const table of ["questions_search", "questions_words"])
            await database.client.execute(`INSERT INTO ${table} (${table}, rank) VALUES ('integrity-check', 1)`);
    };

    const findIds = async (word: string): Promise<unknown[]> => {
        const rows = await readRows(
            database.client,
            `SELECT id FROM questions WHERE rowid IN (SELECT rowid FROM questions_search WHERE questions_search MATCH '"${word}"') ORDER BY id`,
        );
        return rows.map(({ id }) => id);
    };

    const run = (sql: string, args: InValue[] = []): Promise<unknown> => database.client.execute({ sql, args });

    test("follows each way to write a question", async () => {
        await check();
        const [one] = questions;
        if (!one) throw new Error("There is no question.");
        await run("UPDATE questions SET answer = 'About xylophones.' WHERE id = 'q-1'");
        expect(await findIds("xylophone")).toEqual(["q-1"]);
        await database.client.execute(saveQuestion({ ...one, answer: "About zithers." }));
        expect([await findIds("xylophone"), await findIds("zither")]).toEqual([[], ["q-1"]]);
        await run(
            `INSERT OR IGNORE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'Bassoon?', '', '', 'beginner', 'sre', '')`,
        );
        expect([await findIds("bassoon"), await findIds("zither")]).toEqual([[], ["q-1"]]);
        await run(
            `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'Ocarina?', 'x', 'x', 'beginner', 'sre', '') ON CONFLICT (id) DO UPDATE SET question = excluded.question`,
        );
        expect(await findIds("ocarina")).toEqual(["q-1"]);
        await run("UPDATE questions SET status = 'flagged' WHERE id = 'q-1'");
        expect(await findIds("ocarina")).toEqual([]);
        await run("UPDATE questions SET question = 'Theremin?' WHERE id = 'q-1'");
        await check();
        await run("UPDATE questions SET status = 'active' WHERE id = 'q-1'");
        expect([await findIds("ocarina"), await findIds("theremin")]).toEqual([[], ["q-1"]]);
        await run("DELETE FROM questions WHERE id = 'q-1'");
        expect(await findIds("theremin")).toEqual([]);
        await check();
    });

    // A server does not keep a PRAGMA from one request to the next.
    const switches = target.name === "file:" ? [false, true] : [false];
    test.each(switches)("equals its table after any sequence of writes, recursive triggers: %s", async (recursive) => {
        const random = createRandom(7);
        if (recursive) await database.client.execute("PRAGMA recursive_triggers = ON");
        const statuses = ["active", "active", "flagged", "deleted"];
        const statements = [
            (id: string, text: string) => ({
                sql: `INSERT OR REPLACE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel, status)
                    VALUES (?, ?, 'a', 'e', 'beginner', 'sre', '', ?)`,
                args: [id, text, statuses[random(4)] ?? ""],
            }),
            (id: string, text: string) => ({
                sql: `INSERT OR IGNORE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                    VALUES (?, ?, 'a', 'e', 'beginner', 'sre', '')`,
                args: [id, text],
            }),
            (id: string, text: string) => ({
                sql: `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                    VALUES (?, ?, 'a', 'e', 'beginner', 'sre', '')
                    ON CONFLICT (id) DO UPDATE SET question = excluded.question WHERE length(excluded.question) % 2`,
                args: [id, text],
            }),
            (id: string) => ({
                sql: "UPDATE questions SET status = ? WHERE id = ?",
                args: [statuses[random(4)] ?? "", id],
            }),
            (id: string, text: string) => ({ sql: "UPDATE questions SET answer = ? WHERE id = ?", args: [text, id] }),
            (id: string, text: string) => ({
                sql: "UPDATE questions SET id = ? WHERE id = ? AND NOT EXISTS (SELECT 1 FROM questions WHERE id = ?)",
                args: [`${id}-${text.length}`, id, `${id}-${text.length}`],
            }),
            (id: string) => ({ sql: "DELETE FROM questions WHERE id = ?", args: [id] }),
            (id: string, text: string) => ({
                sql: "UPDATE OR REPLACE questions SET id = ?, answer = ? WHERE id = ?",
                args: [`q-${random(20)}`, text, id],
            }),
            (id: string) => ({
                sql: "UPDATE OR IGNORE questions SET id = ? WHERE id = ?",
                args: [`q-${random(20)}`, id],
            }),
            (id: string, text: string) => ({
                sql: `INSERT OR REPLACE INTO questions (rowid, id, question, answer, explanation, difficulty, channel, sub_channel)
                    VALUES ((SELECT rowid FROM questions ORDER BY id LIMIT 1 OFFSET ?), ?, ?, 'a', 'e', 'beginner', 'sre', '')`,
                args: [String(random(10)), id, text],
            }),
        ];
        for (let round = 0; round < 30; round++) {
            const batch = Array.from({ length: 10 }, (_, at) => {
                const write = statements[random(statements.length)] ?? (() => ({ sql: "SELECT 1", args: [] }));
                return write(`q-${random(20)}`, `word${random(50)} ${"x".repeat(random(9))} in ${round}/${at}`);
            });
            await database.client.batch(batch, "write");
            await check();
            const [counts] = await readRows(
                database.client,
                `SELECT (SELECT count(*) FROM questions_search_docsize) AS indexed,
                    (SELECT count(*) FROM questions WHERE status = 'active') AS active`,
            );
            expect(counts?.indexed, `round ${round}`).toBe(counts?.active);
        }
        tell(`${target.name}: 300 writes in 30 batches, the full text equal after each batch`);
    });

    test("is taken away and installed again with the rows that are there", async () => {
        const { deployWell } = await import("../support/deploying.ts");
        const { root } = await import("../support/deployed.ts");
        const before = await findIds("replication");
        await database.client.executeMultiple(
            `DROP TABLE question_vectors; DROP TABLE question_search_vectors; DROP TABLE replaced_question; DROP TABLE questions_vocabulary; DROP TABLE questions_words;
            DROP TABLE questions_search; DROP TABLE schemaversion_search; DROP VIEW v_searchable_questions;
            DROP TRIGGER trg_questions_search_insert; DROP TRIGGER trg_questions_search_update;
            DROP TRIGGER trg_questions_search_delete; DROP TRIGGER trg_questions_search_replace;`,
        );
        await deployWell(root, database, { sets: ["search"] });
        expect(before.length).toBe(4);
        expect(await findIds("replication")).toEqual(before);
        await check();
    });
});
