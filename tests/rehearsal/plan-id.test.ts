import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { rehearseDeploy } from "../../src/cli/commands/rehearse.ts";
import { runDeploy } from "../../src/migrations/carry-out.ts";
import { prepareDeploy } from "../../src/planning/prepare.ts";
import { readAll, refusal } from "../migrations/deploy.ts";
import { deployInto, openTestConnection, silentReport, type TestProject } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { bookshop, pushHere, shareBookshop } from "./rehearsing.ts";

const second = { "migrations/002.do.add-title.sql": "ALTER TABLE books\n    ADD COLUMN title TEXT;\n" };
const third = { "migrations/003.do.add-shelf.sql": "ALTER TABLE books ADD COLUMN shelf TEXT;" };
const other = { "triggers/trg_loans.sql": "CREATE TRIGGER trg_loans AFTER DELETE ON loans BEGIN\n    SELECT 1;\nEND;" };

describeTargets("a plan id", (target) => {
    const shop = shareBookshop(target);
    const { withFiles } = shop;

    async function planOf(project: TestProject): Promise<string> {
        const { stdout, code } = await pushHere(project, { dryRun: true });
        expect(code).toBe(0);
        return /^Plan: +(\S+)$/m.exec(stdout)?.[1] ?? "";
    }

    async function expectRefused(project: TestProject, plan: string, ...lines: RegExp[]): Promise<void> {
        const before = await readAll(shop.database.client);
        const { code, stderr, error } = await pushHere(project, { plan });
        expect([code, error?.code]).toEqual([4, "plan-changed"]);
        for (const line of lines) expect(stderr).toMatch(line);
        expect(stderr).toContain("`--dry-run`");
        expect(stderr.trimEnd().split("\n").at(-1)).toBe("Nothing was applied.");
        expect(await readAll(shop.database.client)).toEqual(before);
    }

    test("is the same twice, and runs that very plan", async () => {
        const project = withFiles({ ...second, ...other });
        const plan = await planOf(project);
        expect(plan).toMatch(/^1-[0-9a-f]{4}-[0-9a-f]{6}-[0-9a-f]{12}$/);
        expect(await planOf(project)).toBe(plan);
        // Line endings are no other content.
        changeProject(project.root, {
            "migrations/002.do.add-title.sql": `${Object.values(second)[0]}`.replaceAll("\n", "\r\n"),
        });
        expect(await planOf(project)).toBe(plan);
        const { code, stdout } = await pushHere(project, { plan: ` ${plan.toUpperCase()} ` });
        expect([code, stdout]).toEqual([
            0,
            expect.stringContaining("Applied 1 migration. The database is at version 2"),
        ]);
        await expectRefused(project, plan, /at version 1 then, and is at version 2/);
    });

    test("is another one after an edit of a pending file, one more file, or another trigger", async () => {
        const project = withFiles(second);
        const plan = await planOf(project);
        changeProject(project.root, { "migrations/002.do.add-title.sql": "ALTER TABLE books ADD COLUMN title ANY;" });
        await expectRefused(project, plan, /the pending files, their content, or the options/);
        changeProject(project.root, { ...second, ...third });
        await expectRefused(project, plan, /the pending files, their content, or the options/);
        changeProject(project.root, { "migrations/003.do.add-shelf.sql": undefined, ...other });
        await expectRefused(project, plan, /the pending files, their content, or the options/);
        changeProject(project.root, { "triggers/trg_loans.sql": undefined });
        expect(await planOf(project)).toBe(plan);
    });

    test("is another one after another deploy, a change by hand, and for another database", async () => {
        const project = withFiles(second);
        const plan = await planOf(project);
        await shop.database.client.executeMultiple(
            "DROP VIEW v_books; CREATE VIEW v_books AS SELECT id AS id, 'nobody' AS author FROM books;",
        );
        await expectRefused(project, plan, /deployed to since then, or a view or trigger was changed by hand/);
        await deployInto(shop.database, writeProject({ ...bookshop, ...other }));
        await expectRefused(project, plan, /deployed to since then/);
        const elsewhere = await target.createDatabase();
        const { code, stderr } = await pushHere(
            { ...project, database: elsewhere, client: elsewhere.client },
            { plan },
        );
        expect([code, stderr]).toEqual([4, expect.stringContaining("it was made for a database other than ")]);
        await elsewhere.close();
    });

    test("is refused when it is not a plan id, before anything is done", async () => {
        const { code, stderr } = await pushHere(withFiles(second), { plan: "latest" });
        expect([code, stderr]).toEqual([2, expect.stringContaining("'latest' is not a plan id")]);
        expect((await shop.database.client.execute("SELECT max(version) FROM schemaversion")).rows[0]?.[0]).toBe(1);
    });

    test("holds against a deployer that comes between plan and run, and one between two files", async () => {
        const project = withFiles({ ...second, ...third });
        const rival = writeProject({ ...bookshop, ...second, ...third });
        const connection = await openTestConnection(shop.database);
        const run = { now: new Date(), report: silentReport, pinned: true };
        try {
            const early = await prepareDeploy(project.root, connection);
            await deployInto(shop.database, writeProject({ ...bookshop, ...second }));
            const late = await refusal(runDeploy(connection, early, run));
            expect(late.text).toContain("another deployer changed the database after the plan was approved");
            expect(late.text).toContain("Nothing was applied by this run. The database is at version 2.");

            changeProject(project.root, {
                "migrations/004.do.more.sql": "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;",
            });
            const prepared = await prepareDeploy(project.root, connection, { perFile: true });
            expect(prepared.plan.steps.length).toBe(2);
            // After this run's first file, somebody else deploys: of the two, only that first one is ours.
            const replan: typeof prepared.replan = async (state, perFile) => {
                if (state.generation !== prepared.state.generation) await deployInto(shop.database, `${rival}`);
                return prepared.replan(state, perFile);
            };
            changeProject(rival, {
                "migrations/004.do.more.sql": "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;",
            });
            const between = await refusal(runDeploy(connection, { ...prepared, replan }, { ...run, perFile: true }));
            expect(between.text).toContain("another deployer changed the database after the plan was approved");
            expect(between.text).toContain(
                "Kept: 003.do.add-shelf.sql. The rest was rolled back. The database is at version 4.",
            );
            expect(between.error.exitCode).toBe(4);
        } finally {
            connection.close();
        }
    });

    test("lets a run of several transactions go on to its end when nobody else deploys", async () => {
        const project = withFiles({ ...second, ...third });
        const { stdout } = await pushHere(project, { dryRun: true, perFile: true });
        const plan = /^Plan: +(\S+)$/m.exec(stdout)?.[1] ?? "";
        const { code, stdout: said } = await pushHere(project, { plan, perFile: true });
        expect([code, said]).toEqual([
            0,
            expect.stringContaining("Applied 2 migrations. The database is at version 3"),
        ]);
    });
});

test("a plan id of a file that does not exist yet is the one that it is deployed with", async () => {
    const root = writeProject(bookshop);
    const dry = await runHere((context) => push(context, { dryRun: true }), { root, url: "file:new.db" });
    const plan = /^Plan: +(\S+)$/m.exec(dry.stdout)?.[1] ?? "";
    const rehearsed = await runHere((context) => rehearseDeploy(context, {}), { root, url: "file:new.db" });
    expect([rehearsed.code, rehearsed.stdout]).toEqual([0, expect.stringContaining(`Plan:     ${plan}\n`)]);
    expect(existsSync(path.join(root, "new.db"))).toBe(false);
    const run = await runHere((context) => push(context, { plan, rehearse: true }), { root, url: "file:new.db" });
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("The database is at version 1")]);
});
