import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { showVerification } from "../../src/cli/commands/verify.ts";
import { backupHere } from "../backup/running.ts";
import { runCommand } from "../support/command.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { deployInto } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, copyWhole, countRows, root, verifyHere } from "./adopting.ts";
import { buildSpoiled } from "./killing.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

test.each([{}, { check: true }])("makes no file where the path is mistyped (%o)", async (options) => {
    const folder = writeProject({});
    const ran = await adoptHere(`file:${path.join(folder, "nope.db")}`, options);
    expect([ran.code, ran.error?.message, ran.error?.hint]).toEqual([
        2,
        `file:${path.join(folder, "nope.db")} does not exist`,
        "set TURSO_DATABASE_URL to the database to adopt",
    ]);
    expect(readdirSync(folder)).not.toContain("nope.db");
});

test("makes no file and no backup where the path of the database to copy is mistyped", async () => {
    const folder = writeProject({});
    const url = `file:${path.join(folder, "nope.db")}`;
    const ran = await backupHere({ url, args: [path.join(folder, "old.sql.gz")] });
    expect([ran.code, ran.error?.message]).toEqual([2, `${url} does not exist`]);
    expect(readdirSync(folder).filter((name) => /nope|old/.test(name))).toEqual([]);
});

testOriginal(
    `changes nothing where the reject file cannot be written, and overwrites nothing else${note}`,
    async () => {
        const folder = writeProject({});
        const url = `file:${path.join(folder, "old.db")}`;
        const client = createClient({ url });
        await buildOriginal(client, "drizzle", 3);
        await client.execute("UPDATE questions SET difficulty = 'hard' WHERE id = 'q-3'");
        const before = await hashContents(client);
        mkdirSync(path.join(folder, "taken"));
        writeFileSync(path.join(folder, "questions.json"), '[{"id": "q-1"}]');
        const reasons = { "nowhere/left.ndjson": /^ENOENT: /, "questions.json": /^it has other content/ };
        for (const [name, reason] of Object.entries(reasons)) {
            const rejects = path.join(folder, name);
            const ran = await adoptHere(url, { rejects });
            expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
                1,
                `the rejected records cannot be written to ${rejects}`,
                "Nothing was changed.",
            ]);
            expect(ran.error?.details).toEqual([expect.stringMatching(reason)]);
        }
        expect(await hashContents(client)).toBe(before);
        expect(readFileSync(path.join(folder, "questions.json"), "utf8")).toBe('[{"id": "q-1"}]');

        // One of an earlier run is its own.
        const rejects = path.join(folder, "left.ndjson");
        for (const _run of [1, 2]) expect((await adoptHere(url, { rejects })).code).toBe(5);
        expect(readFileSync(rejects, "utf8").trimEnd().split("\n")).toHaveLength(2);
        client.close();
    },
);

testOriginal(`gives two runs of one second a reject file each${note}`, async () => {
    const folder = writeProject({});
    const url = `file:${path.join(folder, "old.db")}`;
    const client = createClient({ url });
    await buildOriginal(client, "drizzle", 3);
    await client.execute("UPDATE questions SET difficulty = 'hard' WHERE id = 'q-3'");
    const files = new Set<string>();
    for (const _run of [1, 2, 3]) {
        const { stderr } = await adoptHere(url);
        files.add(/rejected records? to (\S+);/.exec(stderr)?.[1] ?? "");
    }
    expect(files.size).toBe(3);
    for (const file of files) expect(readFileSync(path.join(root, file), "utf8").split("\n")).toHaveLength(3);
    client.close();
});

describeTargets("an adoption that meets others", (target) => {
    testOriginal(`runs twice at once, and both end well${note}`, async () => {
        const database = await buildSpoiled(target, 300);
        const questions = await countRows(database.client, "questions");
        const env = { TURSO_DATABASE_URL: database.url };
        const folder = writeProject({});
        const runs = ["one", "two"].map((name) =>
            runCommand("db:adopt", ["--rejects", path.join(folder, name)], { cwd: root, env }),
        );
        const ended = await Promise.all(runs);
        expect(ended.map(({ code, stderr }) => [code, /error: .*/.exec(stderr)?.[0]])).toEqual([
            [5, undefined],
            [5, undefined],
        ]);
        const refused = "schema_adoption WHERE outcome = 'refused'";
        expect(
            await readValue(
                database.client,
                `SELECT count(*) - count(DISTINCT source_table || source_row) FROM ${refused}`,
            ),
        ).toBe(0);
        const own = Number(
            await readValue(database.client, `SELECT count(*) FROM ${refused} AND source_table = 'questions'`),
        );
        expect((await countRows(database.client, "questions")) + own).toBe(questions);
        expect(await verifyHere(database.url)).toBe(0);
        const [one, two] = ["one", "two"].map((name) => readFileSync(path.join(folder, name), "utf8"));
        expect(one).toBe(two);
        await database.close();
    });

    testOriginal(`is refused where an object of others has the name of one of the files${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "drizzle", 3);
        const [index] = await readRows(
            await fresh(),
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = 'questions' LIMIT 1",
        );
        await client.execute(`CREATE INDEX ${index?.name} ON coding_challenges (score)`);
        const before = await hashContents(client);
        for (const options of [{}, { check: true }]) {
            const ran = await adoptHere(url, options);
            expect([ran.code, ran.error?.message, ran.error?.hint]).toEqual([
                1,
                `'${index?.name}' is an index of 'coding_challenges', and the files have another index of that name`,
                "rename or drop it by hand",
            ]);
        }
        expect(await hashContents(client)).toBe(before);
        await close();
    });

    testOriginal(
        `refuses what points to refused rows, also in a table that has the files' form already${note}`,
        async () => {
            const { client, url, close } = await target.createDatabase();
            await buildOriginal(client, "drizzle", 4);
            const made = await readRows(
                await fresh(),
                "SELECT sql FROM sqlite_schema WHERE tbl_name = 'channel_mappings' AND sql IS NOT NULL AND type IN ('table', 'index')",
            );
            await client.executeMultiple(`PRAGMA foreign_keys = OFF; DROP TABLE channel_mappings; ${made.map(({ sql }) => `${sql};`).join("\n")}
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id) SELECT channel, sub_channel, id FROM questions;
            UPDATE questions SET difficulty = 'hard' WHERE id = 'q-3';`);
            const rejects = path.join(writeProject({}), "left.ndjson");
            const copy = await target.createDatabase();
            await copyWhole(url, copy.url);
            const runs = [
                [url, { check: true }],
                [copy.url, { rejects }],
                [url, { rejects }],
            ] as const;
            for (const [where, options] of runs) {
                const ran = await adoptHere(where, options);
                expect([ran.code, ran.error]).toEqual([5, undefined]);
                expect(ran.stdout).toContain("\nRefuse:   channel_mappings: 1 by key:question_id\n");
            }
            for (const database of [copy, { client, url }]) {
                expect(await countRows(database.client, "channel_mappings")).toBe(3);
                expect(
                    await readRows(database.client, "SELECT * FROM pragma_foreign_key_check('channel_mappings')"),
                ).toEqual([]);
                expect(await verifyHere(database.url)).toBe(0);
            }
            await copy.close();
            await close();
        },
    );

    testOriginal(`refuses what points to nothing where only that is left to do${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "drizzle", 4);
        const made = await readRows(
            await fresh(),
            "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('questions', 'channel_mappings') AND sql IS NOT NULL AND type IN ('table', 'index') ORDER BY rowid",
        );
        // As a run leaves it that was ended between the two tables.
        await client.executeMultiple(`PRAGMA foreign_keys = OFF; DROP TABLE channel_mappings; DROP TABLE questions;
            ${made.map(({ sql }) => `${sql};`).join("\n")}
            INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'a', 'b', 'c', 'beginner', 'd', 'e'), ('q-2', 'a', 'b', 'c', 'beginner', 'd', 'e');
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('d', 'e', 'q-1'), ('d', 'e', 'q-3');`);
        const ran = await adoptHere(url, { rejects: path.join(writeProject({}), "left.ndjson") });
        expect([ran.code, ran.error]).toEqual([5, undefined]);
        expect(ran.stdout).toContain("\nRefuse:   channel_mappings: 1 by key:question_id\n");
        expect(await countRows(client, "channel_mappings")).toBe(1);
        expect(await verifyHere(url)).toBe(0);
        await close();
    });

    testOriginal(`is told apart by db:verify from tables of others${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "original", 3);
        expect((await adoptHere(url)).code).toBe(0);
        const { code, stdout } = await runHere(showVerification, { root, url });
        expect(code).toBe(0);
        expect(stdout).toMatch(/\ntable +schema_adoption +bookkeeping, not in the files\n/);
        expect(stdout).toMatch(/\ntable +bot_state +extra, not in the files\n/);
        await close();
    });

    // A database that the files made.
    async function fresh() {
        const database = await target.createDatabase();
        await deployInto(database);
        return database.client;
    }
});
