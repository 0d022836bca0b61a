import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { exportForms } from "../../app/exports.ts";
import { migrateHistory } from "../../app/migrate-history.ts";
import { migrateJobTitles } from "../../app/migrate-job-titles.ts";
import { origins } from "../../app/origins.ts";
import { bundled } from "../../seeds/bundled.ts";
import { adopt } from "../../src/cli/commands/adopt.ts";
import { baseline } from "../../src/cli/commands/baseline.ts";
import { exportTables } from "../../src/cli/commands/export.ts";
import { maintain } from "../../src/cli/commands/maintain.ts";
import { migrate } from "../../src/cli/commands/migrate.ts";
import { scaffold } from "../../src/cli/commands/new.ts";
import { push } from "../../src/cli/commands/push.ts";
import { pushSchema } from "../../src/cli/commands/push-schema.ts";
import { reset } from "../../src/cli/commands/reset.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import { showStatistics } from "../../src/cli/commands/stats.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import type { Context } from "../../src/cli/program.ts";
import { ruleFiles } from "../maintenance/maintaining.ts";
import { hashContents, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTarget, type TestDatabase } from "../support/targets.ts";

const files = ["do", "undo"].map((action) => `migrations/013.${action}.add-teams.sql`);
const warnings = files.map(
    (file) =>
        `warning: ${file} has no statement yet: it is left out here, and \`pnpm db:migrate\` refuses it until it has one\n`,
);

describeTarget("file:", (target) => {
    const root = copyProject({}, { ...ruleFiles, "none.json": "[]" });
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
});
