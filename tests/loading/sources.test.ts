import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { listFiles, openSource } from "../../src/loading/sources/files.ts";
import { runCommand, startCommand } from "../support/command.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";
import { readAll } from "./reading.ts";
import { makeQuestion } from "./records.ts";

const questions = [makeQuestion("q-1"), makeQuestion("q-2", { answer: "Ümläut & Söhne \u{1F512}" })];
const lines = questions.map((question) => JSON.stringify(question)).join("\n");

test("files that gzip packed are read like others, whatever they are called; a damaged one is rejected by its name", async () => {
    const packed = gzipSync(JSON.stringify(questions));
    const folder = writeProject({ "notes.gz": "no", "f.json": "[]" });
    const files: Record<string, Buffer> = {
        "a.json.gz": packed,
        "b.ndjson.gz": gzipSync(lines),
        "c.json": packed,
        "d.json.gz": packed.subarray(0, packed.length - 20),
        "e.json.gz": Buffer.from("[]"),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
    const found = await listFiles(folder);
    expect(found.map((file) => path.basename(file))).toEqual([...Object.keys(files), "f.json"]);
    const { documents, rejected } = await readAll(found);
    expect(documents.map(({ file, position, value }) => [path.basename(file), position, value])).toEqual([
        ["a.json.gz", "", questions],
        ["b.ndjson.gz", "line 1", questions[0]],
        ["b.ndjson.gz", "line 2", questions[1]],
        ["c.json", "", questions],
        ["e.json.gz", "", []],
        ["f.json", "", []],
    ]);
    expect(rejected).toMatchObject([
        { code: "invalid-gzip", position: "", message: expect.stringContaining("cut off or damaged"), record: null },
    ]);
    expect(path.basename(rejected[0]?.file ?? "")).toBe("d.json.gz");
});

test("standard input is spooled to a file that is gone afterwards, also when reading it fails", async () => {
    const spooled = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("load-"));
    const before = spooled();
    const opened = await openSource("/", "-", Readable.from([lines.slice(0, 50), lines.slice(50)]));
    expect(opened.files.map((file) => [opened.nameFile(file), readFileSync(file, "utf8")])).toEqual([
        ["standard input", lines],
    ]);
    await opened.close();
    expect(opened.files.filter((file) => existsSync(file))).toEqual([]);
    const failing = new Readable({
        read() {
            this.destroy(new Error("The pipe broke."));
        },
    });
    await expect(openSource("/", "-", failing)).rejects.toThrow("The pipe broke.");
    const silent = new Readable({ read: () => undefined });
    const interrupt = new AbortController();
    const waiting = openSource("/", "-", silent, interrupt.signal);
    interrupt.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(spooled().filter((name) => !before.includes(name))).toEqual([]);
});

describeTargets("--from -", (target) => {
    const root = copyProject();

    test("loads what is piped in, packed or not, and names it in the rejects", async () => {
        const database = await createDeployedDatabase(target);
        const settings = { cwd: root, env: { TURSO_DATABASE_URL: database.url } };
        const input = `${lines}\n${JSON.stringify(makeQuestion("q-3", { difficulty: "hard" }))}\n`;
        const args = ["--from", "-", "--rejects", "left.ndjson", "--json"];
        const first = await runCommand("db:migrate", args, { ...settings, input });
        expect([first.code, JSON.parse(first.stdout).loaded.questions]).toMatchObject([5, { created: 2, rejected: 1 }]);
        expect(JSON.parse(readFileSync(path.join(root, "left.ndjson"), "utf8"))).toMatchObject({
            file: "standard input",
            position: "line 3",
            code: "invalid-difficulty",
        });
        const before = await hashContents(database.client);
        const again = await runCommand("db:seed", ["--from", "-", "--json"], { ...settings, input: lines });
        expect([again.code, again.stderr]).toEqual([0, ""]);
        expect(JSON.parse(again.stdout).loaded.questions).toMatchObject({ read: 2, unchanged: 2 });
        expect(await hashContents(database.client)).toBe(before);
        const empty = await startCommand("db:migrate", ["--from", "-"], settings).result;
        expect([empty.code, empty.stderr]).toEqual([0, "skipped standard input: it is empty\n"]);
        const blank = await runCommand("db:migrate", ["--from", "-"], { ...settings, input: "\n" });
        expect([blank.code, blank.stderr]).toEqual([0, "skipped standard input: it is empty\n"]);
        expect(await hashContents(database.client)).toBe(before);
    });
});

describeTargets("--max-rejects", (target) => {
    const wrong = ["x", "y"].map((id) => makeQuestion(id, { difficulty: "hard" }));
    const dangling = { linux: { subChannels: { shell: ["q-404"] } } };
    const root = copyProject(
        {},
        {
            "in/a.json": JSON.stringify([...questions, ...wrong]),
            "in/b.json": JSON.stringify(dangling),
            "in/c.json": "{",
            "events.json": JSON.stringify([{ eventType: "created" }, { questionId: "q-1", eventType: "no" }]),
        },
    );

    test("writes no record when more cannot load, keeps them all in the reject file, and ends with 5", async () => {
        const database = await createDeployedDatabase(target);
        const before = await hashContents(database.client);
        const settings = { root, url: database.url };
        const ran = await migrateHere(settings, { from: "in", maxRejects: 3, rejects: "left.ndjson" });
        expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
            5,
            "4 records cannot be loaded, but --max-rejects allows 3",
            "No record was written.",
        ]);
        expect(await hashContents(database.client)).toBe(before);
        const left = readFileSync(path.join(root, "left.ndjson"), "utf8").trimEnd().split("\n");
        expect(left.map((line) => JSON.parse(line).code).sort()).toEqual([
            "dangling-reference",
            "invalid-difficulty",
            "invalid-difficulty",
            "invalid-json",
        ]);
        const history = await runHere(
            (context) => migrateHistory(context, { from: "events.json", maxRejects: 1, rejects: "left.ndjson" }),
            settings,
        );
        expect([history.code, history.error?.outcome]).toEqual([5, "No record was written."]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("loads the others when no more than that cannot, as without it", async () => {
        const database = await createDeployedDatabase(target);
        const settings = { root, url: database.url, json: true };
        const ran = await migrateHere(settings, { from: "in", maxRejects: 4, rejects: "left.ndjson" });
        expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([
            5,
            { rejected: 4, loaded: { questions: { created: 2, rejected: 2 } } },
        ]);
        expect(await readRows(database.client, "SELECT id FROM questions ORDER BY id")).toEqual([
            { id: "q-1" },
            { id: "q-2" },
        ]);
        expect(await readValue(database.client, "SELECT count(*) FROM channel_mappings")).toBe(2);
        const none = await migrateHere(settings, { from: "in", maxRejects: 0, rejects: "left.ndjson" });
        expect([none.code, none.error?.outcome]).toEqual([5, "No record was written."]);
    });
});
