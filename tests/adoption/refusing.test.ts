import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect } from "vitest";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { migrateHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { adoptHere, countRows, listRefused, verifyHere } from "./adopting.ts";
import { findRefused, listChecks, type PlantedRow, plantRows } from "./bad-rows.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

const wrong = `
    PRAGMA foreign_keys = OFF;
    INSERT INTO users VALUES ('u-3', 'ada', 'hash');
    INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
    VALUES ('bad', 'Why?', 'So.', '', 'Beginner', 'linux', 'shell'), (NULL, 'No id?', 'So.', '', 'beginner', 'linux', 'shell');
    INSERT INTO channel_mappings (id, channel_id, sub_channel, question_id)
    VALUES (101, 'linux', 'shell', 'bad'), (102, 'linux', 'shell', 'gone'), (103, 'linux', 'shell', 'q-1'),
        (104, 'linux', 'shell', 'q-1'), (105, 'linux', 'shell', 'q-2');
    INSERT INTO question_relationships (id, source_question_id, target_question_id, relationship_type)
    VALUES (101, 'bad', 'gone', 'related'), (102, 'q-1', 'q-1', 'related'), (103, 'q-2', 'q-1', 'related'), (104, 'q-2', 'q-1', 'related');
    INSERT INTO user_sessions (id, user_id, session_type, session_key, title, total_items)
    VALUES ('s-3', 'u-3', 'test', 'a', 'b', 1), ('s-4', 'nobody', 'test', 'a', 'b', 1), ('s-5', 'u-1', 'test', 'a', 'b', 1);
    PRAGMA foreign_keys = ON;
`;

describeTargets("adoption of bad rows", (target) => {
    let made: TestDatabase;

    beforeAll(async () => {
        made = await target.createDatabase();
    });

    testOriginal(
        `refuses just the rows that a constraint refuses, whole, and every CHECK has refused one${note}`,
        async () => {
            const { client, url } = made;
            await buildOriginal(client, "original", 5);
            const planted = await plantRows(client);
            const wanted = await findRefused(planted);
            const before = await hashContents(client);
            const check = await adoptHere(url, { check: true }, { json: true });
            expect(check.code).toBe(5);
            expect(await hashContents(client)).toBe(before);
            const surveyed = JSON.parse(check.stdout);
            const rejects = path.join(writeProject({}), "left.ndjson");
            const counts: Record<string, number> = {};
            for (const { table } of surveyed.tables) {
                counts[table] = table === "history_writer" ? 0 : await countRows(client, table);
            }

            const ran = await adoptHere(url, { rejects });
            expect([ran.code, ran.error]).toEqual([5, undefined]);
            expect(await verifyHere(url)).toBe(0);
            const refused = await readRows(
                client,
                "SELECT source_table, reasons, record FROM schema_adoption WHERE outcome = 'refused'",
            );
            const keyOf = (table: unknown, id: unknown): string => `${table} ${id}`;
            const found = new Map(
                refused.map((row) => [keyOf(row.source_table, JSON.parse(String(row.record)).id), row]),
            );
            const isFound = (one: PlantedRow): boolean =>
                found.has(keyOf(one.table, one.row.id instanceof Uint8Array ? "[object Object]" : one.row.id));
            const missed = [...wanted]
                .filter(([one]) => !isFound(one))
                .map(([{ table, column, value }, why]) => `${table}.${column} = ${value}: ${why}`);
            const surplus = planted
                .filter((one) => !wanted.has(one) && isFound(one))
                .map(({ table, column, value }) => `${table}.${column} = ${value}`);
            expect({ missed, surplus }).toEqual({ missed: [], surplus: [] });

            // The check has told the same, and every row is somewhere.
            const told: Record<string, number> = {};
            for (const { table, rows, refused: count, reasons } of surveyed.tables) {
                const own = refused.filter((row) => row.source_table === table);
                expect([table, own.length, rows]).toEqual([table, count, counts[table]]);
                if (table !== "history_writer") expect((await countRows(client, table)) + own.length).toBe(rows);
                Object.assign(told, reasons);
            }
            expect(Object.keys(told)).toEqual(
                expect.arrayContaining(["key:question_id", "key:user_id", "key:source_question_id"]),
            );
            const checks = Object.keys(told).filter((reason) => reason.startsWith("check:"));
            expect(checks.map((reason) => reason.slice("check:".length)).sort()).toEqual((await listChecks()).sort());
            const lines = readFileSync(rejects, "utf8").trimEnd().split("\n");
            expect(lines).toHaveLength(refused.length);
            tell(
                `${target.name}: ${planted.length} rows planted, ${refused.length} refused by ${Object.keys(told).length} reasons`,
            );
        },
    );

    testOriginal(`keeps the newest of equal keys, and refuses what points to refused rows${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "original", 5);
        await client.executeMultiple(wrong);
        const check = await adoptHere(url, { check: true });
        expect(check.code).toBe(5);
        expect(check.stdout).toContain("\nCheck: nothing was changed. 8 rows would be refused.\n");
        const rejects = path.join(writeProject({}), "left.ndjson");
        const ran = await adoptHere(url, { rejects });
        expect(readFileSync(rejects, "utf8")).toContain('"message":"question_id refers to a missing or refused row"');
        expect([ran.code, ran.stdout]).toEqual([
            5,
            expect.stringContaining(
                "\nAdopted the database. Merged 2 rows into others (schema_adoption keeps them). Refused 8 rows. ",
            ),
        ]);
        expect(await listRefused(client)).toEqual([
            'users 3: ["unique:username"]',
            'questions 6: ["check:questions_difficulty_is_known"]',
            'channel_mappings 101: ["key:question_id"]',
            'channel_mappings 102: ["key:question_id"]',
            'question_relationships 101: ["key:source_question_id","key:target_question_id"]',
            'question_relationships 102: ["check:question_relationships_target_is_another_question"]',
            'user_sessions 3: ["key:user_id"]',
            'user_sessions 4: ["key:user_id"]',
        ]);
        expect(await readRows(client, "SELECT * FROM pragma_foreign_key_check('channel_mappings')")).toEqual([]);
        // One without an id gets one: nothing can have pointed to it.
        expect(await readValue(client, "SELECT length(id) FROM questions WHERE question = 'No id?'")).toBe(36);
        await close();
    });

    testOriginal(
        `writes rejects that load once they are mended, and warns of extra rows that point to them${note}`,
        async () => {
            const { client, url, close } = await target.createDatabase();
            await buildOriginal(client, "original", 5);
            await client.execute({
                sql: "UPDATE questions SET difficulty = 'Beginner', answer = ? WHERE id = 'q-1'",
                args: ["a'b\u0000Ω"],
            });
            await client.execute("CREATE TRIGGER trg_audit AFTER DELETE ON questions BEGIN SELECT 1; END");
            const rejects = path.join(writeProject({}), "left.ndjson");
            const ran = await adoptHere(url, { rejects });
            expect(ran.code).toBe(5);
            expect(ran.stdout).toContain(
                "\nDrop:     32 indexes, trigger trg_audit (schema_adoption keeps their SQL)\n",
            );
            expect(ran.stderr).toContain("coding_challenges: 1 row refers to missing rows of questions\n");
            const [first = "", ...others] = readFileSync(rejects, "utf8").trimEnd().split("\n");
            const reject = JSON.parse(first);
            expect(reject).toMatchObject({
                file: "questions",
                position: "1",
                code: "questions_difficulty_is_known",
                record: { id: "q-1", subChannel: "part", tags: ["a", "b"], answer: "a'b\u0000Ω" },
            });
            const mended = { ...reject, record: { ...reject.record, difficulty: "beginner", answer: "So." } };
            const lines = [JSON.stringify(mended), ...others].join("\n");
            const folder = copyProject({}, { "mended.ndjson": lines });
            const loaded = await migrateHere({ root: folder, url }, { from: "mended.ndjson" });
            expect([loaded.code, loaded.stderr]).toEqual([0, ""]);
            expect(await countRows(client, "questions")).toBe(5);
            expect(await countRows(client, "channel_mappings")).toBe(5);
            await close();
        },
    );

    testOriginal(`changes nothing when more rows would be refused than --max-rejects allows${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "drizzle", 5);
        await client.execute("UPDATE questions SET difficulty = 'hard' WHERE id <> 'q-1'");
        const before = await hashContents(client);
        const rejects = path.join(writeProject({}), "left.ndjson");
        const ran = await adoptHere(url, { maxRejects: 3, rejects });
        expect([ran.code, ran.error?.message]).toEqual([
            5,
            expect.stringMatching(/^\d+ rows would be refused, but --max-rejects allows 3$/),
        ]);
        expect(ran.error?.outcome).toBe("Nothing was changed.");
        expect(await hashContents(client)).toBe(before);
        expect(existsSync(rejects)).toBe(false);
        await close();
    });
});
