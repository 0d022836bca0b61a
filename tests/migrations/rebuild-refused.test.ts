import { expect, test } from "vitest";
import { lintFiles } from "../../src/lint/lint.ts";
import { runDeploy } from "../../src/migrations/carry-out.ts";
import { readFiles } from "../../src/planning/files.ts";
import { prepareDeploy } from "../../src/planning/prepare.ts";
import { readRows } from "../support/contents.ts";
import { openTestConnection, silentReport } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, readAll, readNames, refusal } from "./deploy.ts";
import { copy, createFamily, indexes, newTable, recipe, swap, unmanagedTrigger } from "./family.ts";
import { path, wrong } from "./wrong-rebuilds.ts";

describeTargets("a rebuild that would lose something", (target) => {
    test.each(wrong)("is refused with the list of it, and the database is as before: %s", async (_, sql, texts) => {
        const { database, client, root } = await createFamily(target);
        await client.execute(unmanagedTrigger);
        const before = await readAll(client);
        changeProject(root, { [path]: sql });
        const { text } = await refusal(deploy(root, database));
        for (const expected of texts) expect(text).toContain(expected);
        expect(text).toContain("Nothing was applied.");
        expect(await readAll(client)).toEqual(before);
        tell(`${target.name} ${texts[0]?.replace(/\n[\s\S]+/, " …")}`);
    });

    test("is refused behind files that were applied before it, and says what was kept", async () => {
        const { database, client, root } = await createFamily(target);
        changeProject(root, {
            "migrations/002.do.a.sql": "ALTER TABLE parents ADD COLUMN a TEXT;",
            "migrations/003.do.rebuild.sql": newTable + swap + indexes,
            "migrations/004.do.b.sql": "ALTER TABLE parents ADD COLUMN b TEXT;",
        });
        const { error, text } = await refusal(deploy(root, database));
        expect(error.code).toBe("would-lose");
        expect(text).toContain("migrations/003.do.rebuild.sql: the rebuild would lose what the table has now");
        expect(text).toContain("Kept: 002.do.a.sql. The rest was rolled back. The database is at version 2.");
        const before = await readAll(client);
        changeProject(root, { "migrations/003.do.rebuild.sql": recipe });
        expect((await deploy(root, database)).version).toBe(4);
        expect((before["rows of cascades"] as unknown[]).length).toBe(5);
        expect((await readAll(client))["rows of cascades"]).toEqual(before["rows of cascades"]);
    });

    test("is refused where it drops rows or an index on purpose, with remedies that work when they are followed", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple("DELETE FROM restricts WHERE parent = 4; DELETE FROM plains WHERE parent = 4;");
        const before = await readAll(client);
        const gone = "DELETE FROM parents WHERE size = 3;\n";
        const some = recipe
            .replace(copy, copy.replace(";", " WHERE size IS NOT 3;"))
            .replace(/^CREATE INDEX idx_parents_size.*\n/m, "");
        for (const sql of [some, gone + some]) {
            changeProject(root, { [path]: sql });
            const { text } = await refusal(deploy(root, database));
            expect(text).toContain("would be lost: 1 row of parents\nwould be lost: index idx_parents_size\n");
            expect(text).toContain(
                "copy every row; if rows should go, `mv migrations/002.do.rebuild.sql migrations/003.do.rebuild.sql`, " +
                    "then delete them in migrations/002.do.delete-rows.sql (DELETE FROM parents WHERE …; after what references them), and copy all rows here; create the indexes and triggers again after the " +
                    "rename; one that should go is dropped by name before DROP TABLE (DROP INDEX idx_parents_size;)",
            );
            expect(await readAll(client)).toEqual(before);
            const { findings } = lintFiles(await readFiles(root), (file) => file === path);
            expect(findings.map(({ rule }) => rule)).toContain("rebuild-drops-rows");
        }
        changeProject(root, {
            [path]: undefined,
            "migrations/002.do.delete-parents.sql": gone,
            "migrations/003.do.rebuild-parents.sql": some
                .replace(" WHERE size IS NOT 3", "")
                .replace("DROP TABLE", "DROP INDEX idx_parents_size;\nDROP TABLE"),
        });
        const { findings } = lintFiles(await readFiles(root));
        expect(findings.filter(({ rule }) => /^rebuild-(drops-rows|loses-(rows|objects))$/.test(rule))).toEqual([]);
        expect((await deploy(root, database)).version).toBe(3);
        expect(await readRows(client, "SELECT code FROM parents ORDER BY id")).toEqual([
            { code: "a" },
            { code: "b" },
            { code: "c" },
        ]);
        expect(await readNames(client, "index")).not.toContain("idx_parents_size");
    });

    test("leaves the foreign keys of the same connection on", async () => {
        const { database, root } = await createFamily(target);
        changeProject(root, { [path]: newTable + swap });
        const connection = await openTestConnection(database);
        try {
            const prepared = await prepareDeploy(root, connection);
            await refusal(runDeploy(connection, prepared, { now: new Date(), report: silentReport }));
            const [keys] = await connection.readAll([{ sql: "SELECT foreign_keys FROM pragma_foreign_keys" }]);
            expect(keys).toMatchObject({ ok: true, rows: [{ foreign_keys: 1 }] });
            await expect(connection.write([{ sql: "INSERT INTO cascades (parent) VALUES (99)" }])).rejects.toThrow(
                "FOREIGN KEY constraint failed",
            );
        } finally {
            connection.close();
        }
    });

    test("is refused when it is spread over several files, because dropping a parent deletes its children", async () => {
        const { database, client, root } = await createFamily(target);
        const before = await readAll(client);
        const [drop = "", rename = ""] = swap.split("\n");
        changeProject(root, {
            "migrations/002.do.copy.sql": newTable + copy,
            "migrations/003.do.drop.sql": drop,
            "migrations/004.do.rename.sql": rename + indexes,
        });
        const { text } = await refusal(deploy(root, database));
        for (const child of ["cascades", "nulls", "restricts", "plains", "by_code"]) {
            expect(text).toContain(
                `migrations/003.do.drop.sql: drops 'parents', which '${child}' references: its rows would be deleted too, or could no longer be written\n` +
                    `    rebuild it in one file (migrations/README.md), drop '${child}', or rebuild '${child}' without the foreign key`,
            );
        }
        expect(await readAll(client)).toEqual(before);

        // Without its children a parent may go.
        const drops = ["cascades", "nulls", "restricts", "plains", "by_code", "parents"];
        changeProject(root, {
            "migrations/002.do.copy.sql": "DROP TABLE cascades;",
            "migrations/003.do.drop.sql": drops
                .slice(1)
                .map((name) => `DROP TABLE ${name};`)
                .join("\n"),
            "migrations/004.do.rename.sql": undefined,
            "views/v_parents.sql": undefined,
            "triggers/trg_parents_insert.sql": undefined,
            "triggers/trg_parents_delete.sql": undefined,
        });
        expect((await deploy(root, database)).version).toBe(3);
    });

    test("is refused beside a view that no file holds, with the way out", async () => {
        const { database, client, root } = await createFamily(target);
        await client.execute("CREATE VIEW report AS SELECT count(*) AS n FROM parents");
        const before = await readAll(client);
        changeProject(root, { [path]: recipe });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain(`${path}:10: error in view report`);
        expect(text).toContain(
            "save the view as views/report.sql with the text that it has, or drop it in this migration, before line 10",
        );
        expect(await readAll(client)).toEqual(before);
        // Each of them works.
        const other = await target.createCopy(database);
        changeProject(root, { "views/report.sql": "create view report AS SELECT count(*) AS n FROM parents;\n" });
        expect((await deploy(root, database)).version).toBe(2);
        expect(await readRows(client, "SELECT n FROM report")).toEqual([{ n: 4 }]);
        const lines = recipe.split("\n");
        changeProject(root, {
            "views/report.sql": undefined,
            [path]: [...lines.slice(0, 9), "DROP VIEW report;", ...lines.slice(9)].join("\n"),
        });
        expect((await deploy(root, other)).version).toBe(2);
        expect(await readNames(other.client, "view")).toEqual(["v_parents"]);
        await other.close();
    });

    test("is refused beside a view whose name no file can have, with the way out", async () => {
        const { database, client, root } = await createFamily(target);
        await client.execute('CREATE VIEW "my report" AS SELECT count(*) AS n FROM parents');
        changeProject(root, { [path]: recipe });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("the view 'my report' is in the way: drop it in this migration, before line 10");
        changeProject(root, { [path]: `DROP VIEW "my report";\n${recipe}` });
        expect((await deploy(root, database)).version).toBe(2);
    });

    test.each([
        [
            "NULL",
            "UPDATE parents SET size = NULL WHERE id < 3",
            "size INTEGER NOT NULL",
            "size",
            "NOT NULL constraint failed: parents_new.size",
            "3 rows of 'parents' have NULL in 'size'\nwrite `coalesce(size, …)` in the copy in migrations/002.do.a.sql,",
        ],
        [
            "TEXT",
            "UPDATE parents SET code = '7' WHERE id = 2",
            "code INTEGER UNIQUE",
            "code",
            "cannot store TEXT value in INTEGER column parents_new.code",
            "4 rows of 'parents' have TEXT in 'code'\nwrite `CAST(code AS INTEGER)` in the copy in migrations/002.do.a.sql,",
        ],
    ])(
        "says how many rows with %s are in the way of a stricter column",
        async (_, sql, definition, column, message, advice) => {
            const { database, client, root } = await createFamily(target);
            await client.execute(sql);
            const before = await readRows(client, "SELECT * FROM parents");
            const table = newTable.replace(new RegExp(`^    ${column} .*,$`, "m"), `    ${definition},`);
            const plain = copy.replace("coalesce(size, 0)", "size");
            changeProject(root, { "migrations/002.do.a.sql": table + plain + swap + indexes });
            const { error, text } = await refusal(deploy(root, database));
            expect(error.message).toContain(message);
            expect(text).toContain(advice);
            expect(text).toContain("Nothing was applied. The database is still at version 1.");
            expect(await readRows(client, "SELECT * FROM parents")).toEqual(before);
        },
    );
});
