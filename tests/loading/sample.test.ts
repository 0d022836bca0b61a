import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { LoadCounts, Rejection } from "../../src/loading/loader.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { addOutcomes } from "./records.ts";

const sample = fileURLToPath(new URL("../../../shared/data/open-interview", import.meta.url));
const hasSample = existsSync(sample);
const testSample = hasSample ? test : test.skip;
const note = hasSample ? "" : " (the real exports are not here)";
const root = copyProject();

interface Loaded {
    readonly code: number;
    readonly counts: Readonly<Record<string, LoadCounts>>;
    readonly rejects: readonly Rejection[];
    readonly stderr: string;
}

async function load({ url }: TestDatabase, from: string): Promise<Loaded> {
    const rejectFile = path.join(writeProject({}), "left.ndjson");
    const ran = await migrateHere({ root, url, json: true }, { from, rejects: rejectFile });
    const lines = existsSync(rejectFile) ? readFileSync(rejectFile, "utf8").trimEnd().split("\n") : [];
    return {
        code: ran.code,
        counts: JSON.parse(ran.stdout).loaded,
        rejects: lines.map((line) => JSON.parse(line)),
        stderr: ran.stderr,
    };
}

/** How often each code is among them. */
function tally(codes: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
}

function listFiles(folder: string): string[] {
    const names = readdirSync(path.join(sample, folder), { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".json")).map((name) => path.join(sample, folder, name));
}

/** What cannot load of the question files, found without the loaders. */
function countUnloadable(): { codes: Record<string, number>; records: number } {
    const codes: string[] = [];
    let records = 0;
    for (const file of listFiles("questions")) {
        const text = readFileSync(file, "utf8");
        let document: unknown;
        try {
            document = JSON.parse(text);
        } catch {
            codes.push("invalid-json");
            continue;
        }
        for (const record of (Array.isArray(document) ? document : [document]) as Record<string, unknown>[]) {
            records++;
            if (typeof record.id !== "string") codes.push("missing-id");
            else if (typeof record.answer !== "string" && record.channel === undefined) codes.push("missing-answer");
            else if (record.difficulty === undefined) codes.push("missing-difficulty");
        }
    }
    return { codes: tally(codes), records };
}

describeTargets("each file of the real exports", (target) => {
    let deployed: TestDatabase;

    // Ten seconds on a server, which has had each part by then.
    const testWhole = target.name === "file:" ? testSample : test.skip;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
    });

    /** Loads a part of it twice into an empty database; the second time must not write a single byte. */
    async function loadTwice(part: string): Promise<Loaded & { database: TestDatabase }> {
        const database = await target.createCopy(deployed);
        const from = path.join(sample, part);
        const first = await load(database, from);
        for (const counts of Object.values(first.counts)) {
            expect([addOutcomes(counts), counts.updated, counts.older]).toEqual([counts.read, 0, 0]);
        }
        const before = await hashContents(database.client);
        const second = await load(database, from);
        expect(await hashContents(database.client)).toBe(before);
        expect(second.rejects).toEqual(first.rejects);
        expect([first.code, second.code]).toEqual(first.rejects.length > 0 ? [5, 5] : [0, 0]);
        expect(await readRows(database.client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        return { ...first, database };
    }

    testSample.each([
        ["certifications.json", { certifications: 53 }, {}],
        ["voice-sessions.json", { "voice-sessions": 3 }, {}],
        ["channel-mappings.json", { "channel-mappings": 0 }, { "dangling-reference": 1 }],
        ["bot-monitor.json", { "work-queue": 100, "bot-ledger": 100, "bot-runs": 50 }, {}],
        ["legacy", { questions: 283, "channel-mappings": 635 }, {}],
    ])(`loads, and a second time writes nothing: %s${note}`, async (part, created, codes) => {
        const { counts, rejects, database } = await loadTwice(part);
        expect(
            Object.fromEntries(Object.entries(counts).map(([name, one]) => [name, one.created + one.replaced])),
        ).toEqual(created);
        expect(tally(rejects.map(({ code }) => code))).toEqual(codes);
        await database.close();
    });

    testSample(`of the questions loads, but for those that a count of their own finds unloadable${note}`, async () => {
        const { counts, rejects, database } = await loadTwice("questions");
        const counted = countUnloadable();
        const found = tally(rejects.map(({ code }) => code));
        tell(
            `${target.name}: ${counted.records} questions; rejected ${JSON.stringify(found)}, counted ${JSON.stringify(counted.codes)}`,
        );
        expect(found).toEqual(counted.codes);
        expect(found).toEqual({ "invalid-json": 1, "missing-id": 18, "missing-difficulty": 2, "missing-answer": 3 });
        expect(counts.questions).toMatchObject({ read: counted.records, rejected: 23 });
        const withoutAnswer = rejects.filter(({ code }) => code === "missing-answer").map(({ record }) => record);
        for (const record of withoutAnswer) {
            expect(record).toMatchObject({ options: expect.any(Array) });
            expect(record).not.toHaveProperty("channel");
        }
        await database.close();
    });

    testSample(`of the history loads, but for the one that names no question${note}`, async () => {
        const { counts, rejects, stderr, database } = await loadTwice("history");
        expect(rejects).toMatchObject([{ code: "missing-question-id", position: "history/0" }]);
        expect(rejects[0]?.file.endsWith(`history${path.sep}undefined.json`)).toBe(true);
        const files = listFiles("history").length;
        expect(counts).toMatchObject({ "question-history": { read: files, created: files - 1, rejected: 1 } });
        expect(stderr).toContain(`question-history: ${files - 1} ids in questionId are not in questions\n`);
        await database.close();
    });

    testSample(`of the learning paths gets its type, company and channels${note}`, async () => {
        const { counts, stderr, database } = await loadTwice("learning-paths.json");
        expect(counts).toMatchObject({ "learning-paths": { read: 43, created: 43 } });
        expect(stderr).toMatch(/^learning-paths: [\d,]+ ids in questionIds are not in questions$/m);
        const paths = await readRows(
            database.client,
            "SELECT id, path_type, target_company, channels FROM learning_paths",
        );
        for (const { id, path_type, target_company, channels } of paths) {
            const [, type, company] = /^(company|job-title|skill|certification)-(.*)$/.exec(String(id)) ?? [];
            expect(path_type).toBe(type);
            if (type === "company") {
                const slug = String(target_company)
                    .toLowerCase()
                    .replace(/[^a-z0-9]+/g, "-");
                expect(company?.startsWith(slug), `${id}: ${target_company}`).toBe(true);
            }
            // No question is here that could say one.
            expect(channels).toBe("[]");
        }
        await database.close();
    });

    testWhole(
        `loads beside all others by one command, and history takes over what the triggers wrote${note}`,
        async () => {
            const { counts, rejects, database } = await loadTwice(".");
            const { client } = database;
            expect(tally(rejects.map(({ code }) => code))).toMatchObject({
                "invalid-json": 1,
                "missing-id": 18,
                "missing-difficulty": 2,
                "missing-answer": 3,
                "missing-question-id": 1,
            });
            // The two exports share questions; the newer text of each is loaded, and the other one is kept in the rejects.
            const doubles = rejects.filter(({ code }) => code === "duplicate-id").length;
            expect(counts.questions?.rejected).toBe(23 + doubles);
            const events =
                "SELECT count(*) FROM (SELECT 1 FROM question_history GROUP BY question_id, event_type HAVING count(*) > 1)";
            expect(await readValue(client, events)).toBe(0);
            const [wrong] = await readRows(
                client,
                `SELECT count(*) AS count FROM learning_paths AS path WHERE EXISTS (
                SELECT 1 FROM json_each(path.question_ids) AS id JOIN questions AS q ON q.id = id.value
                WHERE q.channel NOT IN (SELECT value FROM json_each(path.channels)))`,
            );
            expect(wrong).toEqual({ count: 0 });
            expect(
                await readValue(client, "SELECT count(*) FROM learning_paths WHERE channels <> '[]'"),
            ).toBeGreaterThan(0);
            await database.close();
        },
    );
});
