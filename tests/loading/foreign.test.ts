import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { loaders } from "../../seeds/index.ts";
import { createIntake } from "../../src/loading/sources/intake.ts";
import { readSource } from "../../src/loading/sources/read-source.ts";
import { openStaging } from "../../src/loading/sources/staging.ts";
import { hashContents } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";
import { loadFiles, makeQuestion } from "./records.ts";

const post = { id: 1, title: "T", slug: "t", content: "C" };
const card = { question: "Q", answer: "A" };
const lock = { id: 1, generation: 3, owner: null, expires_at: null };
const books = "is bookkeeping of the database, which no load writes";

/** What a file is, by its name and content; undefined for one that is damaged. */
const others: Readonly<Record<string, readonly [document: unknown, says: string | undefined]>> = {
    "blog/a.json": [[post], "holds blog posts, which have no table here"],
    "blog/b.json": [{ blog_posts: [{ id: 1 }] }, "holds blog posts, which have no table here"],
    "blog-posts.json": [[{ id: 1 }], "holds blog posts, which have no table here"],
    "books/history_writer.json": [[{ id: 1, default_source: "bot" }], books],
    "books/lock.json": [[lock], books],
    "books/objects.json": [[{ name: "v", type: "view", set_name: "core", status: "present", checksum: "c" }], books],
    "books/schema_seeds.json": [[{ name: "a" }], books],
    "books/schemaversion_tests.json": [[{ version: 1 }], books],
    "books/tables.json": [{ schema_lock: [lock] }, books],
    "books/versions.json": [[{ version: 1, name: "a", md5: "m", run_at: "t", checksum: "c" }], books],
    "cards.json": [{ flashcards: [card] }, "holds flashcards, which have no table here"],
    "counts.json": [
        { linux: { total: 5, beginner: 1 } },
        "holds counts of questions by channel, which the database counts itself",
    ],
    "channels.json": [{ channels: { linux: { what: 1 } } }, undefined],
    "scalar/flashcards.json": [5, undefined],
};

describeTargets("a file of another kind", (target) => {
    test("is told by its shape, the name of its table or its own name, and not rejected; a damaged one is", async () => {
        const database = await createDeployedDatabase(target);
        const before = await hashContents(database.client);
        const files = Object.entries(others).map(([name, [document]]) => [name, document] as const);
        const { code, stdout, rejects } = await loadFiles(database, Object.fromEntries(files));
        const found = Object.entries(JSON.parse(stdout).otherFiles as Record<string, { says: string }>);
        const told = found.map(([file, { says }]) => [file.replace(/^.*?\/in\//, ""), says]);
        const unknown = "holds no record that a loader knows";
        const expected = Object.entries(others).map(([name, [, says = unknown]]) => [name, says]);
        expect(told.sort()).toEqual(expected.sort());
        expect([code, rejects.map(({ file }) => path.basename(file))]).toEqual([
            5,
            ["channels.json", "flashcards.json"],
        ]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("in an export is named once, apart from what is damaged", async () => {
        const database = await createDeployedDatabase(target);
        const before = await hashContents(database.client);
        const challenge = { id: "cc1", title: "T", description: "D", test_cases: "[]" };
        const { code, stderr, stdout, codes } = await loadFiles(database, {
            "challenges.json": [challenge],
            "tests/t-1.json": {
                id: "t-1",
                channelId: "aws",
                passingScore: 70,
                questions: [{ id: "1", question: "Q" }],
            },
            "flashcards.ndjson": '{"id":"f","front":"F","back":"B"}\n{"id":"g","front":"F","back":"B"}\n',
            "posts/a.json": { id: "a", blogTitle: "A", blogSections: [] },
            "channels.json": [{ id: "aws", questionCount: 3, beginner: 1 }],
            "history/index.json": { questions: { "q-1": { totalEvents: 1, eventTypes: {}, latestEvent: {} } } },
        });
        expect([code, codes]).toEqual([0, []]);
        const lines = stderr.split("\n").filter((line) => line.startsWith("skipped"));
        expect(lines.map((line) => line.replace(/^skipped \S*\/in\/|: its rows.*/g, ""))).toEqual([
            "challenges.json: it belongs to the set challenges, which no loader fills",
            "channels.json: it holds counts of questions by channel, which the database counts itself",
            "flashcards.ndjson: it holds flashcards, which have no table here (2 documents)",
            "history/index.json: it is an index of history, whose events are in other files",
            "posts/a.json: it holds blog posts, which have no table here",
            "tests/t-1.json: it belongs to the set tests, which no loader fills",
        ]);
        expect(Object.values(JSON.parse(stdout).otherFiles)).toHaveLength(6);
        expect(await hashContents(database.client)).toBe(before);
        const mixed = await loadFiles(database, {
            "what.json": [{ a: 1 }],
            "cut.json": '[{"id":',
            "q.json": [makeQuestion("q-2")],
        });
        expect([mixed.code, mixed.codes]).toEqual([5, ["invalid-json ", "unknown-shape "]]);
        expect(mixed.stderr).toMatch(/^warning: rejected \S+what\.json: it holds no record that a loader knows$/m);
        expect(mixed.counts).toMatchObject({ questions: { read: 1, created: 1 } });
    });

    test("that is CSV, SQL or a database is rejected by that name, with what to do", async () => {
        const database = await createDeployedDatabase(target);
        const before = await hashContents(database.client);
        const folder = writeProject({});
        const file = path.join(folder, "theirs.db");
        const theirs = createClient({ url: `file:${file}` });
        await theirs.executeMultiple(
            "CREATE TABLE users (id TEXT, username TEXT); INSERT INTO users VALUES ('u', 'ada')",
        );
        theirs.close();
        const print = (...args: string[]): string => execFileSync("sqlite3", [...args], { encoding: "utf8" });
        const csv = print("-header", "-csv", file, "SELECT * FROM users");
        const sql = print(file, ".dump");
        const { code, codes, rejects } = await loadFiles(database, {
            "a.json": csv,
            "b.json": sql,
            "c.json": `-- Notes\n${sql}`,
        });
        expect([code, codes]).toEqual([5, ["invalid-json ", "invalid-json ", "invalid-json "]]);
        expect(rejects.map(({ message, record }) => [message.split("; ")[0], record])).toEqual([
            ["it is CSV", csv],
            ["it is SQL", sql],
            ["it is SQL", `-- Notes\n${sql}`],
        ]);
        for (const { message } of rejects) expect(message).toContain("`sqlite3 -json FILE 'SELECT * FROM t'`");
        const rejectFile = path.join(folder, "x.rejects.ndjson");
        const whole = await migrateHere(
            { root: copyProject(), url: database.url },
            { from: file, rejects: rejectFile },
        );
        expect([whole.code, whole.stderr]).toEqual([
            5,
            expect.stringMatching(/invalid-json: it is a SQLite database; .*`pnpm db:adopt`.*`pnpm db:backup`/),
        ]);
        expect(JSON.parse(readFileSync(rejectFile, "utf8"))).toMatchObject({ position: "", record: null });
        expect(await hashContents(database.client)).toBe(before);
    });
});

test("a large file of another format is told by its beginning", async () => {
    const folder = writeProject({
        "a.json": `id,name\n${"1,a\n".repeat(50)}`,
        "b.json": `[${JSON.stringify(makeQuestion("q-1"))}`,
    });
    const copy = path.join(folder, "c.db");
    const theirs = createClient({ url: `file:${path.join(folder, "theirs.db")}` });
    await theirs.execute("CREATE TABLE t (id)");
    theirs.close();
    copyFileSync(path.join(folder, "theirs.db"), copy);
    const staging = openStaging();
    const intake = createIntake(staging, loaders, { nameFile: (file) => path.basename(file) });
    const files = ["a.json", "b.json", "c.db"].map((name) => path.join(folder, name));
    await readSource(files, "", intake, { whole: 10 });
    const messages = [...intake.rejections].map(({ message }) => message.split("; ")[0]);
    staging.close();
    expect(messages).toEqual(["it is CSV", "the file ends before its JSON does", "it is a SQLite database"]);
});
