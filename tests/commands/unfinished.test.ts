import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { exportForms } from "../../app/exports.ts";
import { migrateHistory } from "../../app/migrate-history.ts";
import { migrateJobTitles } from "../../app/migrate-job-titles.ts";
import { origins } from "../../app/origins.ts";
import { searchSite } from "../../app/search.ts";
import { bundled } from "../../seeds/bundled.ts";
import { adopt } from "../../src/cli/commands/adopt.ts";
import { baseline } from "../../src/cli/commands/baseline.ts";
import { exportTables } from "../../src/cli/commands/export.ts";
import { maintain } from "../../src/cli/commands/maintain.ts";
import { migrate } from "../../src/cli/commands/migrate.ts";
import { scaffold } from "../../src/cli/commands/new.ts";
import { push } from "../../src/cli/commands/push.ts";
import { pushSchema } from "../../src/cli/commands/push-schema.ts";
import { rehearseDeploy } from "../../src/cli/commands/rehearse.ts";
import { reset } from "../../src/cli/commands/reset.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import { showStatistics } from "../../src/cli/commands/stats.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import type { Context } from "../../src/cli/program.ts";
import { initSearch } from "../../src/cli/vector/init.ts";
import { restoreHere, takeBackup } from "../backup/running.ts";
import { ruleFiles } from "../maintenance/maintaining.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTarget, type TestDatabase } from "../support/targets.ts";
import { library } from "./library.ts";

const files = ["do", "undo"].map((action) => `migrations/013.${action}.add-teams.sql`);
const warnings = files.map(
    (file) =>
        `warning: ${file} has no statement yet: it is left out here, and \`pnpm db:migrate\` refuses it until it has one\n`,
);

describeTarget("file:", (target) => {
    const root = copyProject(
        { seeds: true },
        {
            ...ruleFiles,
            "none.json": "[]",
            "migrations/search/001.do.create-words.sql": "CREATE TABLE words (id INTEGER PRIMARY KEY) STRICT;\n",
        },
    );
    let deployed: TestDatabase;
    let unrecorded: TestDatabase;

    const run = (action: (context: Context) => Promise<unknown>, { url }: TestDatabase): Promise<Ran> =>
        runHere(action, { root, url });

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
        unrecorded = await target.createCopy(deployed);
        await unrecorded.client.execute("DELETE FROM schemaversion");
        const { code } = await runHere((context) => scaffold(context, {}), { root, args: ["add", "teams"] });
        expect(code).toBe(0);
    });

    const exported = path.join(writeProject({}), "exported");
    test.each<[string, (context: Context) => Promise<unknown>]>([
        ["db:stats", (context) => showStatistics(context)],
        ["db:export", (context) => exportTables({ ...context, args: [exported] }, {}, bundled, exportForms)],
        ["db:maintain", (context) => maintain(context, {})],
        ["db:rollback", (context) => rollback(context, { to: 11, dryRun: true })],
        ["db:migrate:history", (context) => migrateHistory(context, { dryRun: true, from: "none.json" })],
        ["db:migrate:job-titles", (context) => migrateJobTitles(context, {})],
        ["db:seed", (context) => migrate(context, { data: ["certifications"], dryRun: true }, bundled)],
        ["db:migrate --from", (context) => migrate(context, { from: "none.json" }, bundled)],
        ["db:migrate --to", (context) => migrate(context, { to: 12 }, bundled)],
        ["db:push --to", (context) => push(context, { to: 12 })],
        ["db:push:schema --to", (context) => pushSchema(context, { to: 12 })],
        ["db:rehearse --to", (context) => rehearseDeploy(context, { to: 12 })],
        ["vector:init", (context) => initSearch(context, { dryRun: true }, searchSite)],
    ])("%s warns of an unfinished migration and goes on", async (name, action) => {
        const { code, stderr } = await run(action, deployed);
        expect([name, code, stderr]).toEqual([name, 0, expect.stringContaining(warnings.join(""))]);
    });

    test("db:status counts it as pending, also when only its undo file is empty, and db:verify says that it is left out", async () => {
        for (const sql of ["-- Add teams.\n", "CREATE TABLE teams (id INTEGER PRIMARY KEY) STRICT;\n"]) {
            changeProject(root, { [files[0] ?? ""]: sql });
            const { code, stdout, stderr } = await run(showStatus, deployed);
            expect([code, stderr]).toEqual([3, expect.stringContaining(`${files[1]} has no statement yet`)]);
            expect(stdout).toMatch(/^\[ \] +migrations\/013\.do\.add-teams\.sql +unfinished$/m);
            expect(stdout).toContain("\nPending: 1 unfinished migration. Write the statements that are missing, then ");
            const verified = await run((context) => showVerification(context), deployed);
            expect([verified.code, verified.stdout]).toEqual([
                0,
                expect.stringMatching(/ matches the files: \d+ objects compared, without 1 unfinished migration\.\n/),
            ]);
        }
        changeProject(root, { [files[0] ?? ""]: "-- Add teams.\n" });
    });

    test("db:adopt --check and db:baseline go on too, and a baseline does not record it", async () => {
        const checked = await run((context) => adopt(context, { check: true }, origins), unrecorded);
        expect([checked.code, checked.stderr]).toEqual([0, warnings.join("")]);
        const recorded = await run((context) => baseline(context, {}), unrecorded);
        expect([recorded.code, recorded.stderr]).toEqual([0, warnings.join("")]);
        expect(await readValue(unrecorded.client, "SELECT max(version) FROM schemaversion")).toBe(12);
    });

    test("a deploy and a reset refuse it, and so does every command once it is applied", async () => {
        const before = await hashContents(deployed.client);
        const refusing: [(context: Context) => Promise<unknown>, string][] = [
            [(context) => migrate(context, {}, bundled), "Nothing was applied."],
            [(context) => push(context, {}), "Nothing was applied."],
            [(context) => push(context, { to: 13, set: ["search"] }), "Nothing was applied."],
            [(context) => migrate(context, { seed: true }, bundled), "Nothing was applied."],
            [(context) => pushSchema(context, {}), "Nothing was applied."],
            [(context) => reset(context, { yes: true }), "Nothing was dropped."],
        ];
        for (const [action, outcome] of refusing) {
            const { error, stderr } = await run(action, deployed);
            expect(error).toMatchObject({ code: "invalid-files", outcome });
            expect(stderr).toContain(`${files[0]}: has no statement\n`);
        }
        expect(await hashContents(deployed.client)).toBe(before);
        const applied = "migrations/012.do.create-user-sessions.sql";
        changeProject(root, { [applied]: "-- Emptied.\n" });
        const reading: [(context: Context) => Promise<unknown>, string | undefined][] = [
            [showStatus, undefined],
            [(context) => rollback(context, { to: 11 }), "Nothing was undone."],
        ];
        for (const [action, outcome] of reading) {
            const { error, stderr } = await run(action, deployed);
            expect([error?.code, error?.outcome]).toEqual(["invalid-files", outcome]);
            expect(stderr).toContain(`${applied}: has no statement`);
        }
        expect(await hashContents(deployed.client)).toBe(before);
    });

    const stub = "migrations/004.do.add-things.sql";
    const later = "migrations/005.do.index-titles.sql";
    const index = "CREATE INDEX idx_books_title ON books (title);\n";
    const selectVersions = "SELECT version FROM schemaversion WHERE version > 0 ORDER BY version";

    async function deployLibrary(sql: string) {
        const root = writeProject(library);
        const database = await target.createDatabase();
        const run = (action: (context: Context) => Promise<unknown>): Promise<Ran> =>
            runHere(action, { root, url: database.url });
        expect((await run((context) => push(context, {}))).code).toBe(0);
        await database.client.executeMultiple(sql);
        const readVersions = async () =>
            (await readRows(database.client, selectVersions)).map(({ version }) => version);
        return { root, database, run, readVersions };
    }

    test("db:baseline records nothing after it, so that it is not out of order once it is finished", async () => {
        const { root, run, readVersions } = await deployLibrary(index);
        changeProject(root, { [stub]: "-- Things.\n", [later]: index });
        const held = `warning: ${later} comes after ${stub}, which is unfinished: it is left out here too\n`;
        const refused = await run((context) => baseline(context, {}));
        expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(held)]);
        expect(refused.error?.message).toBe("the database already has version rows, and no finished migration is next");
        const named = await run((context) => baseline(context, { to: 5 }));
        expect([named.error?.code, named.error?.outcome]).toEqual(["invalid-files", "Nothing was recorded."]);
        expect(await readVersions()).toEqual([1, 2, 3]);
        changeProject(root, { [stub]: "CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT;\n" });
        expect((await run((context) => push(context, { to: 4 }))).code).toBe(0);
        expect((await run((context) => baseline(context, {}))).code).toBe(0);
        expect(await readVersions()).toEqual([1, 2, 3, 4, 5]);
    });

    test("the first db:baseline records what comes before it, with a finished one after it", async () => {
        const { root, database, run, readVersions } = await deployLibrary("");
        await database.client.execute("DELETE FROM schemaversion");
        changeProject(root, { [stub]: "-- Things.\n", [later]: index });
        const { code, stdout } = await run((context) => baseline(context, {}));
        expect([code, stdout]).toEqual([0, expect.stringContaining("\nRecorded 3 migrations. ")]);
        expect(await readVersions()).toEqual([1, 2, 3]);
    });

    test("db:verify --write-files gives its number to no other file, and says what to do first", async () => {
        const { root, run, readVersions } = await deployLibrary("ALTER TABLE books ADD COLUMN pages INTEGER");
        changeProject(root, { [stub]: "-- Things.\n" });
        const { code, stdout } = await run((context) => showVerification(context, { writeFiles: true }));
        expect([code, stdout]).toEqual([4, expect.stringMatching(/^Wrote: +migrations\/005\.do\.align-books\.sql$/m)]);
        expect(stdout).toContain(
            `Next: review the files, finish ${stub} and run \`pnpm db:migrate --to 4\`, then run \`pnpm db:baseline\``,
        );
        changeProject(root, { [stub]: "CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT;\n" });
        for (const action of [
            (context: Context) => migrate(context, { to: 4 }, bundled),
            (context: Context) => baseline(context, {}),
        ]) {
            expect((await run(action)).code).toBe(0);
        }
        expect(await readVersions()).toEqual([1, 2, 3, 4, 5]);
    });

    test("a deploy of a part applies nothing after it, and refuses an unfinished migration of that part", async () => {
        const { root, run, readVersions } = await deployLibrary("");
        const reviews = "migrations/reviews/001.do.create-reviews.sql";
        const table = "CREATE TABLE reviews (id INTEGER PRIMARY KEY) STRICT;\n";
        changeProject(root, { [stub]: "-- Things.\n", [later]: index, [reviews]: table, "none.json": "[]" });
        const held = `warning: ${later} comes after ${stub}, which is unfinished: it is left out here too\n`;
        const set = ["reviews"];
        const actions: ((context: Context) => Promise<unknown>)[] = [
            (context) => push(context, { set, rehearse: true }),
            (context) => migrate(context, { from: "none.json" }, bundled),
        ];
        for (const action of actions) {
            const { code, stderr } = await run(action);
            expect([code, stderr]).toEqual([0, expect.stringContaining(held)]);
        }
        expect(await readVersions()).toEqual([1, 2, 3]);
        const unfinished = "migrations/reviews/002.do.grade-reviews.sql";
        changeProject(root, { [unfinished]: "-- Grades.\n" });
        for (const options of [{ set }, { to: 5 }]) {
            const { error, stderr } = await run((context) => push(context, options));
            expect([error?.code, stderr]).toEqual(["invalid-files", expect.stringContaining("has no statement\n")]);
        }
        expect(await readVersions()).toEqual([1, 2, 3]);
    });

    test("db:restore does not advise a deploy that would be refused", async () => {
        const { root, database } = await deployLibrary("");
        const file = await takeBackup(database.url);
        changeProject(root, { [stub]: "-- Things.\n" });
        const verified = await restoreHere({ root, args: [file] }, { verify: true });
        expect(verified.stdout).toContain(" It is at version 3, that of the files.");
    });
});
