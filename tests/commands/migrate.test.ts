import { expect, test, vi } from "vitest";
import { makeQuestion } from "../loading/records.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, type Ran } from "../support/here.ts";
import { assertLocal } from "../support/local.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyProject({ seeds: true }, { "in/questions.json": JSON.stringify([makeQuestion("q-1")]) });

describeTargets("db:migrate", (target) => {
    // Only a server can stand for one on another machine.
    const testElsewhere = target.name === "sqld" ? test : (): void => undefined;

    test("names the problem and touches nothing where there is nothing to load from", async () => {
        const database = await target.createDatabase();
        const run = (from: string): Promise<Ran> => migrateHere({ root, url: database.url }, { from });
        const missing = await run("no/such/path");
        expect([missing.code, missing.error?.message]).toEqual([
            2,
            expect.stringMatching(/^'.*no\/such\/path' does not exist$/),
        ]);
        const empty = await run(writeProject({ "notes.txt": "no records" }));
        expect([empty.code, empty.error?.message]).toEqual([
            2,
            expect.stringMatching(/ has no \.json, \.ndjson or \.jsonl file$/),
        ]);
        expect(await readRows(database.client, "SELECT * FROM sqlite_schema")).toEqual([]);
    });

    test("prints one document with --json: what was applied, loaded and rejected", async () => {
        const database = await target.createDatabase();
        const files = { "a.json": JSON.stringify([makeQuestion("q-1"), makeQuestion("q-2", { status: "gone" })]) };
        const from = writeProject(files);
        const ran = await migrateHere(
            { root, url: database.url, json: true },
            { from, rejects: `${from}/left.ndjson` },
        );
        expect(ran.code).toBe(5);
        const document = JSON.parse(ran.stdout);
        expect(document).toMatchObject({
            database: database.url,
            version: 12,
            loaded: { questions: { read: 2, created: 1, updated: 0, unchanged: 0, older: 0, rejected: 1 } },
            rejected: 1,
            rejects: `${from}/left.ndjson`,
        });
        expect(document.migrations).toHaveLength(12);
        const again = await migrateHere({ root, url: database.url, json: true }, { schemaOnly: true });
        expect(JSON.parse(again.stdout)).toMatchObject({ migrations: [], loaded: {}, rejected: 0, rejects: null });
    });

    test("with --dry-run, and with --show-sql, applies nothing and loads nothing", async () => {
        const database = await target.createDatabase();
        const dry = await migrateHere({ root, url: database.url }, { dryRun: true });
        expect(dry.code).toBe(0);
        expect(dry.stdout).toMatch(/\nWould load: questions: (\d+) read, \1 created\n/);
        expect(dry.stdout).toMatch(
            /\nDry run: nothing was applied\. Would load \d+ questions, \d+ channel-mappings\. /,
        );
        const shown = await migrateHere({ root, url: database.url }, { showSql: true });
        expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("\nCREATE TABLE questions (")]);
        expect(shown.stdout).not.toContain("Loading");
        expect(await readRows(database.client, "SELECT * FROM sqlite_schema")).toEqual([]);
    });

    testElsewhere("asks before it loads into a database on another machine, up to date or not", async () => {
        const database = await createDeployedDatabase(target);
        const before = await hashContents(database.client);
        const refused = await migrateElsewhere(database, { from: "in" });
        expect([refused.code, refused.error?.code, refused.error?.outcome]).toEqual([
            2,
            "not-confirmed",
            "Nothing was changed.",
        ]);
        expect(refused.stderr).toContain("is on another machine, and there is no terminal to ask on");
        expect(await hashContents(database.client)).toBe(before);
        // Nothing is written, so nothing is asked.
        expect((await migrateElsewhere(database, { from: "in", dryRun: true })).code).toBe(0);
        expect(await hashContents(database.client)).toBe(before);
        expect((await migrateElsewhere(database, { from: "in", yes: true })).code).toBe(0);
        expect(await readRows(database.client, "SELECT id FROM questions")).toEqual([{ id: "q-1" }]);
    });

    testElsewhere("never puts the bundled seed into a database on another machine unless it is told to", async () => {
        const database = await target.createDatabase();
        const count = (): Promise<unknown> => readValue(database.client, "SELECT count(*) FROM questions");
        for (const verdict of ["Applied 12 migrations.", "Nothing to do."]) {
            const ran = await migrateElsewhere(database, { yes: true });
            expect([ran.code, ran.stderr]).toEqual([
                0,
                "The bundled seeds were not loaded: the database is remote. --seed loads them anyway.\n",
            ]);
            expect(ran.stdout).toContain(`\n${verdict} The database is at version 12: `);
            expect(await count()).toBe(0);
        }
        expect((await migrateElsewhere(database, { seed: true })).error?.code).toBe("not-confirmed");
        expect(await count()).toBe(0);
        expect((await migrateElsewhere(database, { seed: true, yes: true })).code).toBe(0);
        expect(await count()).toBeGreaterThan(90);
        expect((await migrateElsewhere(database, {})).stderr).toBe("");
    });
});

// The address is one that nobody has; every request to it goes to the test's own server.
async function migrateElsewhere({ url }: TestDatabase, options: Parameters<typeof migrateHere>[1]): Promise<Ran> {
    assertLocal(url);
    const elsewhere = "https://code-reels.example.invalid";
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", (input: URL, init: RequestInit) => {
        if (input.origin !== elsewhere) throw new Error("A request would have left this machine.");
        return real(new URL(input.pathname, url), init);
    });
    try {
        return await migrateHere({ root, url: elsewhere, isRouted: true }, options);
    } finally {
        vi.unstubAllGlobals();
    }
}
