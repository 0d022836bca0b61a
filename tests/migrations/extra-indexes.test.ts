import { expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { previewPlan, runDeploy } from "../../src/migrations/carry-out.ts";
import { readRows } from "../support/contents.ts";
import { openTestConnection, silentReport } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { changeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, plan, readAll, readNames, refusal, rollback } from "./deploy.ts";
import { createFamily, recipe } from "./family.ts";

const own = ["idx_parents_big", "idx_parents_code", "idx_parents_size"];

/** As applications create them at their start. */
const extra =
    "CREATE INDEX IF NOT EXISTS by_boss ON parents (boss DESC, code COLLATE NOCASE);" +
    "create index [By Length] on Parents (length(code)) where size is not null;" +
    "CREATE INDEX by_what ON log (what);";

describeTargets("an index that no file creates", (target) => {
    test("stays after a rebuild of its table and after its undo, and is listed", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(extra);
        const select = "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1";
        const before = await readRows(client, select);
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe, "migrations/002.undo.rebuild.sql": recipe });
        const kept = ["by_boss", "By Length"].map((name) => expect.objectContaining({ change: "kept", name }));
        const deployed = await deploy(root, database);
        expect(deployed.prepared.plan.extraIndexes).toEqual(kept);
        expect(await readRows(client, select)).toEqual(before);
        expect((await rollback(root, database, 1)).prepared.plan.extraIndexes).toEqual(kept);
        expect(await readRows(client, select)).toEqual(before);
        expect(await readRows(client, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    });

    test("gives way to an index of that name in a migration, also on another table and in a rebuild", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(extra);
        changeProject(root, {
            "migrations/002.do.index.sql": "CREATE INDEX BY_WHAT ON parents (boss);",
            "migrations/003.do.rebuild.sql": `${recipe}CREATE INDEX by_what ON parents (boss);\nCREATE INDEX by_boss ON parents (boss, id);`,
        });
        const prepared = await plan(root, database);
        // The index of migration 2 is one of the files, and the others are tracked from step to step.
        expect(prepared.plan.extraIndexes.map(({ change, name }) => `${change} ${name}`)).toEqual([
            "replaced by_what",
            "replaced by_boss",
            "kept By Length",
        ]);
        // Nothing has happened yet.
        const { stdout } = await runHere((context) => push(context, { dryRun: true }), { root, url: database.url });
        expect(stdout).toMatch(
            /^Keeping: +index By Length \(not in the files; to be created again after the rebuild\)$/m,
        );
        expect(stdout).toMatch(/^Replacing: index by_what, index by_boss \(/m);
        expect(previewPlan(prepared).renderScripts().join("\n")).toContain(
            "\n-- Not in the files.\nCREATE INDEX [By Length] on Parents (length(code)) where size is not null;\n",
        );
        await deploy(root, database);
        expect(await readNames(client, "index")).toEqual(["By Length", "by_boss", "by_what", ...own]);
        const sql = "SELECT sql FROM sqlite_schema WHERE name = 'by_boss'";
        expect(await readRows(client, sql)).toEqual([{ sql: "CREATE INDEX by_boss ON parents (boss, id)" }]);
    });

    test("stops a migration that removes its column, and the hint works", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(
            "ALTER TABLE parents ADD COLUMN mood TEXT; CREATE INDEX by_mood ON parents (mood);",
        );
        const before = await readAll(client);
        const drop = "ALTER TABLE parents DROP COLUMN mood;";
        for (const [sql, message] of [
            [recipe, "index 'by_mood', which no file creates, cannot be created again after the rebuild: "],
            [drop, "migrations/002.do.change.sql:1: error in index by_mood after drop column: "],
        ] as const) {
            changeProject(root, { "migrations/002.do.change.sql": sql });
            const { error } = await refusal(deploy(root, database));
            expect([error.code, error.message]).toEqual(["migration-failed", expect.stringContaining(message)]);
            expect(error.hint).toContain("drop it by hand (`DROP INDEX by_mood`), then run the command again");
            expect(await readAll(client)).toEqual(before);
        }
        await client.execute("DROP INDEX by_mood");
        await deploy(root, database);
        expect(await readNames(client, "index")).toEqual(own);
    });

    test("stops a rebuild where it is unique, because it refuses rows", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple("CREATE UNIQUE INDEX one_each ON parents (code, size);");
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe });
        const before = await readAll(client);
        const { error } = await refusal(deploy(root, database));
        expect([error.code, error.details]).toEqual(["would-lose", ["would be lost: index one_each"]]);
        expect(await readAll(client)).toEqual(before);
    });

    test("stops a rebuild where it was created after the plan, and the next run keeps it", async () => {
        const { database, client, root } = await createFamily(target);
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe });
        const prepared = await plan(root, database);
        await client.executeMultiple("CREATE INDEX by_boss ON parents (boss);");
        const before = await readAll(client);
        const connection = await openTestConnection(database);
        const run = { now: new Date(), signal: undefined, report: silentReport };
        const { error } = await refusal(runDeploy(connection, prepared, run));
        connection.close();
        expect([error.code, error.details, error.hint]).toEqual([
            "would-lose",
            ["would be lost: index by_boss"],
            "an index was created meanwhile: run the command again, which keeps it",
        ]);
        expect(await readAll(client)).toEqual(before);
        await deploy(root, database);
        expect(await readNames(client, "index")).toEqual(["by_boss", ...own]);
    });
});
