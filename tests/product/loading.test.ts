import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Client } from "@libsql/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { readMigrations, readSqlFiles } from "./files.ts";
import { readRows } from "./rows.ts";

const hasShell = spawnSync("sqlite3", ["--version"]).status === 0;
const OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY type, name";

describeTargets("the SQL files, one by one", (target) => {
    let client: Client;

    beforeEach(async () => {
        client = (await target.createDatabase()).client;
    });

    test("make the same schema again after they were undone, from the last one to the first", async () => {
        const versions: unknown[] = [await readRows(client, OBJECTS)];
        const does = readMigrations("do");
        for (const file of does) {
            await client.executeMultiple(file.text);
            versions.push(await readRows(client, OBJECTS));
        }
        for (const [index, file] of readMigrations("undo").reverse().entries()) {
            await client.executeMultiple(file.text);
            expect(await readRows(client, OBJECTS), file.name).toEqual(versions[does.length - index - 1]);
        }
        for (const file of does) await client.executeMultiple(file.text);
        expect(await readRows(client, OBJECTS)).toEqual(versions.at(-1));
    });

    test("are one statement each, where they make a view or a trigger", async () => {
        for (const file of readMigrations("do")) await client.executeMultiple(file.text);
        // `execute` takes exactly one statement on a server.
        for (const file of [...readSqlFiles("views"), ...readSqlFiles("triggers")]) await client.execute(file.text);
    });
});

describe.skipIf(!hasShell)("the SQL files in the sqlite3 shell", () => {
    let directory: string;

    beforeAll(() => {
        directory = mkdtempSync(path.join(tmpdir(), "sqlite3-test-"));
    });

    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    test("load without a word, and let the shell write", () => {
        const files = [...readMigrations("do"), ...readSqlFiles("views"), ...readSqlFiles("triggers")];
        const script = [
            ...files.map((file) => file.text),
            `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'q', 'a', 'e', 'beginner', 'c', 's');
            INSERT OR REPLACE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'q', 'b', 'e', 'beginner', 'c', 's');
            UPDATE questions SET status = 'deleted', voice_suitable = 1;
            DELETE FROM questions;
            SELECT event_type, changed_fields FROM question_history ORDER BY id;`,
        ].join("\n");
        const shell = spawnSync("sqlite3", ["-bail", path.join(directory, "shell.db")], {
            input: script,
            encoding: "utf8",
        });
        expect(shell.stderr).toBe("");
        expect(shell.stdout.trim().split("\n")).toEqual([
            "created|",
            'updated|["answer"]',
            'deleted|["voice_suitable","status"]',
            "deleted|",
        ]);
    });
});
