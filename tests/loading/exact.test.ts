import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { loadFiles, makeQuestion } from "./records.ts";

const root = copyProject();

/** A question whose JSON is given as text. */
function writeQuestion(id: string, fields: string, more = {}): string {
    return `${JSON.stringify(makeQuestion(id, more)).slice(0, -1)},${fields}}`;
}

/** Loads files of these bytes; gives the exit code and the lines of the reject file. */
async function loadBytes(
    { url }: Pick<TestDatabase, "url">,
    files: Readonly<Record<string, Uint8Array>>,
): Promise<{ code: number; lines: readonly string[] }> {
    const folder = makeFolder();
    mkdirSync(path.join(folder, "in"));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, "in", name), bytes);
    const rejects = path.join(folder, "left.rejects.ndjson");
    writeFileSync(rejects, "");
    const { code } = await migrateHere({ root, url, json: true }, { from: path.join(folder, "in"), rejects });
    return { code, lines: readFileSync(rejects, "utf8").split("\n").slice(0, -1) };
}

describeTargets("what a record says, byte for byte", (target) => {
    let database: TestDatabase;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
    });

    const json = (id: string): Promise<unknown> =>
        readValue(database.client, `SELECT relevance_details FROM questions WHERE id = '${id}'`);

    test("JSON keeps its numbers and strings as they were written, without white space", async () => {
        const written = ['{"n":[9007199254740993,1e400,1.0,-0],"s":"caf\\u00e9 \\/"}', '{"10":1,"9":{"__proto__":2}}'];
        const [first = "", second = ""] = written.map((text, at) =>
            writeQuestion(`n-${at}`, `"relevanceDetails": ${text.replaceAll(",", " ,\n ")}`),
        );
        const lines = [first, second].map((text) => text.replaceAll("\n", " ")).join("\n");
        expect((await loadFiles(database, { "a.json": `[${first},${second}]` })).code).toBe(0);
        expect([await json("n-0"), await json("n-1")]).toEqual(written);
        const again = await loadFiles(database, { "a.ndjson": lines });
        expect(again.questions).toMatchObject({ read: 2, unchanged: 2 });
    });

    test("numbers that differ in the last digit are different JSON, and the same ones written otherwise are too", async () => {
        const load = (field: string, lastUpdated = "2026-01-01T00:00:00.000Z") =>
            loadFiles(database, { "a.json": writeQuestion("d", field, { lastUpdated }) });
        await load('"videos":{"a":9007199254740992,"b":[1]}');
        expect((await load('"videos":{"b":[1],"a": 9007199254740992}')).questions).toMatchObject({ unchanged: 1 });
        const other = await load('"videos":{"a":9007199254740993,"b":[1]}');
        expect(other.rejects).toMatchObject([{ code: "undated-change" }]);
        const newer = await load('"videos":{"a":9007199254740993,"b":[1]}', "2026-02-01T00:00:00.000Z");
        expect(newer.questions).toMatchObject({ updated: 1 });
    });

    test("a repeated key rejects its record, or its file where no record holds it, as it was written", async () => {
        const inside = writeQuestion("k-1", '"videos":{"a":1.0,"a":2}');
        const fine = JSON.stringify(makeQuestion("k-2"));
        const above = writeQuestion("k-3", '"id":"k-4"');
        const { code, lines } = await loadBytes(database, {
            "a.json": Buffer.from(`{"questions": [${inside}, ${fine},${above}]}`),
            "b.json": Buffer.from(
                `{"k-5": ${fine.replace('"k-2"', '"k-5"')}, "k-5": ${fine.replace('"k-2"', '"k-6"')}}`,
            ),
        });
        expect(code).toBe(5);
        expect(lines.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual(Array(3).fill("repeated-key"));
        for (const text of [inside, above, '{"k-5":{"id":"k-5"', '"k-5":{"id":"k-6"'])
            expect(lines.join()).toContain(text);
        const ids = await readRows(database.client, "SELECT id FROM questions WHERE id LIKE 'k-%'");
        expect(ids).toEqual([{ id: "k-2" }]);
    });

    test("a byte that is not UTF-8 rejects its record, and the others of the file load", async () => {
        const texts = [makeQuestion("u-caf\xe9"), makeQuestion("u-1"), makeQuestion("u-2", { tags: ["a\xff"] })];
        const bytes = Buffer.from(JSON.stringify(texts), "latin1");
        const utf16 = Buffer.from(`\ufeff${JSON.stringify([makeQuestion("u-3")])}`, "utf16le");
        const { code, lines } = await loadBytes(database, { "a.json": bytes, "b.json": utf16 });
        expect(code).toBe(5);
        expect(lines.map((line) => JSON.parse(line))).toMatchObject([
            { code: "invalid-text", position: "", message: expect.stringContaining("UTF-16") },
            { code: "invalid-text", position: "0", message: "id contains a byte that is not UTF-8 (\\xE9)" },
            { code: "invalid-text", position: "2", record: { tags: ["a\udcff"] } },
        ]);
        const ids = await readRows(database.client, "SELECT id FROM questions WHERE id LIKE 'u-%'");
        expect(ids).toEqual([{ id: "u-1" }]);
    });

    test("a record that is nested 100,000 deep stands whole in the reject file", async () => {
        const deep = `${"[".repeat(100_000)}9007199254740993${"]".repeat(100_000)}`;
        const record = writeQuestion("deep", `"videos":{"a":${deep}}`);
        const { lines } = await loadBytes(database, { "a.json": Buffer.from(`[${record}]`) });
        expect(lines).toEqual([expect.stringContaining(`"code":"too-deep"`)]);
        expect(lines[0]?.endsWith(`"record":${record}}`)).toBe(true);
    });

    test("a row id beyond 2^53 is compared and updated like any other", async () => {
        await database.client.execute(
            "INSERT INTO bot_ledger (id, bot_name, action, item_type, item_id, created_at) " +
                "VALUES (9007199254740993, 'b', 'created', 'question', 'q', '2026-01-01T00:00:00.000Z')",
        );
        await database.client.execute(
            "INSERT INTO question_history (id, question_id, event_type, event_source, created_at) " +
                "VALUES (9007199254740993, 'h', 'updated', 'system', '2026-01-01T00:00:00.000Z')",
        );
        const at = { itemType: "question", itemId: "q", createdAt: "2026-01-01T00:00:00.000Z" };
        const ledger = [{ botName: "b", action: "created", ...at, reason: "why" }];
        const forced = await loadFiles(database, { "l.json": ledger }, { force: true });
        expect(forced.counts["bot-ledger"]).toMatchObject({ updated: 1 });
        expect(await readValue(database.client, "SELECT reason FROM bot_ledger WHERE item_id = 'q'")).toBe("why");
        const event = { questionId: "h", eventType: "updated", eventSource: "import", createdAt: at.createdAt };
        const taken = await loadFiles(database, { "h.json": [event] });
        expect(taken.counts["question-history"]).toMatchObject({ created: 0, replaced: 1 });
    });

    test("a row whose text is not UTF-8 is compared, left alone by other records, and replaced by a record of its own", async () => {
        const broken = "CAST(x'636166e9' AS TEXT)";
        await loadFiles(database, { "a.json": [makeQuestion("m-1", { tags: ["a"] }), makeQuestion("m-2")] });
        await database.client.execute("DROP TRIGGER IF EXISTS trg_questions_update");
        await database.client.execute(`UPDATE questions SET answer = ${broken} WHERE id = 'm-1'`);
        const others = await loadFiles(database, { "a.json": [makeQuestion("m-2"), makeQuestion("m-3")] });
        expect(others.questions).toMatchObject({ unchanged: 1, created: 1 });
        const old = makeQuestion("m-1", { lastUpdated: "2020-01-01T00:00:00.000Z" });
        expect((await loadFiles(database, { "a.json": [old] })).questions).toMatchObject({ older: 1 });
        const replaced = await loadFiles(database, {
            "a.json": [makeQuestion("m-1", { lastUpdated: "2099-01-01T00:00:00Z" })],
        });
        expect([replaced.code, replaced.questions]).toMatchObject([0, { updated: 1 }]);
        expect(await readValue(database.client, "SELECT answer FROM questions WHERE id = 'm-1'")).toContain("m-1");
    });
});
