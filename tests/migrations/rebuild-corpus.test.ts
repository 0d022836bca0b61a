import type { Client } from "@libsql/client";
import { beforeAll, describe, expect, test } from "vitest";
import { scaffold } from "../../src/cli/commands/new.ts";
import { createOutput } from "../../src/cli/output.ts";
import { lintFiles } from "../../src/lint/lint.ts";
import { readFiles } from "../../src/planning/files.ts";
import { isMigratorTable } from "../../src/schema/facts.ts";
import type { SchemaRow } from "../../src/schema/row.ts";
import { readName, tokenize } from "../../src/sql/lexer.ts";
import { readRows } from "../support/contents.ts";
import { createDeployedProject, type TestProject } from "../support/deployed.ts";
import { runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, readColumn, rollback } from "./deploy.ts";
import { zoo, zooFiles, zooRows } from "./zoo.ts";

const tables = Object.entries(zoo).map(([name, why]): [string, string] => [name.replaceAll('"', ""), why]);

/** Writes a rebuild as `pnpm db:new --rebuild <table> rebuild <table>` does, in this process. */
async function writeRebuild(root: string, table: string): Promise<void> {
    const output = createOutput({ json: false, color: false, write: () => undefined });
    const args = ["rebuild", table];
    await scaffold({ root, output, args, signal: new AbortController().signal, elapsed: () => 0 }, { rebuild: table });
}

let written: Promise<string> | undefined;

/** A project with the rebuilds of all tables, each written where there was none of the others. */
function writeZoo(): Promise<string> {
    written ??= (async () => {
        const root = writeProject(zooFiles);
        for (const [at, [table]] of tables.entries()) {
            const alone = writeProject(zooFiles);
            await writeRebuild(alone, table);
            for (const file of (await readFiles(alone)).sets[0]?.migrations.slice(2) ?? []) {
                const number = String(at + 3).padStart(3, "0");
                const moved = (path = ""): string => path.replace(/\d+/, number);
                changeProject(root, { [moved(file.path)]: file.sql, [moved(file.undo?.path)]: file.undo?.sql });
            }
        }
        return root;
    })();
    return written;
}

interface Contents {
    readonly schema: SchemaRow[];
    readonly rows: Readonly<Record<string, unknown>>;
}

/** Objects and rows, with the rowids, of everything that is not the migrator's own. */
async function readContents(client: Client): Promise<Contents> {
    const sql = 'SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY type, name';
    const schema = (await readRows(client, sql)) as unknown as SchemaRow[];
    const rows: Record<string, unknown> = {};
    for (const { type, name, sql: made } of schema) {
        // What a full-text or vector index keeps for itself is judged by what it finds.
        if (type !== "table" || isMigratorTable(name) || /^words_|shadow/.test(name)) continue;
        const hasRowid = !/WITHOUT ROWID/.test(made ?? "") && name !== "words";
        rows[name] = await readRows(
            client,
            `SELECT ${hasRowid ? "_rowid_ AS kept_rowid, " : ""}* FROM "${name}" ORDER BY 1`,
        );
    }
    rows.words = await readColumn(client, "SELECT rowid FROM words WHERE words MATCH 'two' ORDER BY 1");
    rows.vectors = await readColumn(client, "SELECT id FROM vector_top_k('idx_vectors_e', vector32('[1,0.1,0]'), 3)");
    return { schema: schema.filter(({ name }) => !isMigratorTable(name)), rows };
}

/** Each object as its tokens and comments: without white space, and without the quotes that a rename puts around names. */
function describeObjects({ schema }: Contents): Record<string, string> {
    const describeSql = (sql: string | null): string =>
        tokenize(sql ?? "")
            .filter(({ kind }) => kind !== "space")
            .map((token) => (token.kind === "name" ? readName(token) : token.text))
            .join(" ");
    return Object.fromEntries(
        schema.map(({ type, name, table, sql }) => [`${type} ${name} on ${table}`, describeSql(sql)]),
    );
}

describeTargets("what `db:new --rebuild` writes", (target) => {
    let project: TestProject;
    let root: string;
    let before: Contents;
    let after: Contents;
    let undone: Contents;
    let rebuilt: string[][];

    beforeAll(async () => {
        project = await createDeployedProject(target, writeProject(zooFiles));
        await project.client.executeMultiple(zooRows);
        before = await readContents(project.client);
        root = await writeZoo();
        const { steps } = await deploy(root, project.database);
        rebuilt = steps.map((step) => [...step.rebuilt]);
        after = await readContents(project.client);
    });

    test("the written rebuilds deploy unchanged, each table in its own transaction", () => {
        expect(rebuilt).toEqual(tables.map(([table]) => [table]));
    });

    test.each(tables)("keeps the rows and objects of '%s': %s", (table) => {
        expect(after.rows[table]).toEqual(before.rows[table]);
        expect(before.rows[table]).not.toEqual([]);
        const own = ({ schema }: Contents): Record<string, string> =>
            describeObjects({ rows: {}, schema: schema.filter((row) => row.table === table) });
        expect(own(after)).toEqual(own(before));
    });

    test("the rebuilds keep everything else, and leave a sound database", async () => {
        expect(after.rows).toEqual(before.rows);
        expect(describeObjects(after)).toEqual(describeObjects(before));
        expect(await readColumn(project.client, "PRAGMA integrity_check")).toEqual(["ok"]);
        expect(await readRows(project.client, "PRAGMA foreign_key_check")).toEqual([]);
        await expect(project.client.execute("INSERT INTO cascades (parent) VALUES (99)")).rejects.toThrow(
            "FOREIGN KEY",
        );
    });

    test("the undo files of the rebuilds restore the schema", async () => {
        expect((await rollback(root, project.database, 2)).version).toBe(2);
        undone = await readContents(project.client);
        expect(undone.rows).toEqual(before.rows);
        expect(describeObjects(undone)).toEqual(describeObjects(before));
    });

    test("delete actions, sequences and triggers still work after the rebuilds", async () => {
        const { client } = project;
        await client.executeMultiple("DELETE FROM restricts; DELETE FROM defaults; DELETE FROM parents WHERE id = 1;");
        expect(await readColumn(client, "SELECT id FROM parents")).toEqual([]);
        expect(await readColumn(client, "SELECT id FROM grandchildren")).toEqual([4]);
        expect(await readColumn(client, "SELECT parent FROM nulls")).toEqual([null, null, null]);
        await client.execute("INSERT INTO parents (code) VALUES ('f')");
        expect(await readColumn(client, "SELECT id FROM parents")).toEqual([6]);
        await client.execute("UPDATE watched SET body = 'u'");
        expect((await readColumn(client, "SELECT what FROM log ORDER BY id")).slice(-2)).toEqual([
            "trg_parents_insert f",
            "update; u",
        ]);
    });
});

describe("the files of `db:new --rebuild`", () => {
    test("db:new --rebuild names its files, and puts them into the set that makes the table", async () => {
        const root = writeProject({
            ...zooFiles,
            "migrations/extras/007.do.create-more.sql": "CREATE TABLE more (id INTEGER PRIMARY KEY, a TEXT) STRICT;\n",
        });
        const { code, stdout } = await runScript("db:new", ["--rebuild", "MORE", "limit", "more"], { cwd: root });
        expect([code, stdout]).toEqual([
            0,
            "Wrote:    migrations/extras/008.do.limit-more.sql\nWrote:    migrations/extras/008.undo.limit-more.sql\n" +
                "Both rebuild the table unchanged. Edit the definition and the copy in the first file; the second one undoes it.\n",
        ]);
        const { sets } = await readFiles(root);
        const file = sets[1]?.migrations.at(-1);
        expect(file?.sql).toBe(`-- Limit more: rebuilds more with its rows and indexes.
CREATE TABLE more_new (id INTEGER PRIMARY KEY, a TEXT) STRICT;

INSERT INTO
    more_new (id, a)
SELECT
    id,
    a
FROM
    more;

DROP TABLE more;

ALTER TABLE more_new
RENAME TO more;
`);
        expect(file?.undo?.sql.split("\n")[0]).toBe("-- Undoes: limit more. Rebuilds more as it was before.");
        expect(file?.undo?.checksum).toBe(file?.checksum);
    });

    test("db:new --rebuild writes formatted files without lint errors", async () => {
        const root = await writeZoo();
        const { findings } = lintFiles(await readFiles(root), (path) => /rebuild-/.test(path));
        expect(findings.filter(({ level }) => level === "error")).toEqual([]);
        const { sets } = await readFiles(root);
        const paths = sets.flatMap((set) => set.migrations.flatMap(({ path, undo }) => [path, undo?.path ?? path]));
        const { code, stderr } = await runScript("sql:format", ["--check", ...paths.slice(4)], { cwd: root });
        expect([code, stderr]).toEqual([0, ""]);
    });

    test.each([
        ["nothing", "'nothing' is not a table of these files"],
        ["v_parents", "'v_parents' is not a table of these files (Did you mean 'parents'?)"],
        ["parnets", "'parnets' is not a table of these files (Did you mean 'parents'?)"],
        ["words", "'words' is a table that cannot be rebuilt"],
        ["words_data", "'words_data' is a table that cannot be rebuilt"],
        ["schemaversion", "'schemaversion' is a table that cannot be rebuilt"],
    ])("are not written for %s", async (table, message) => {
        const root = writeProject(zooFiles);
        await expect(writeRebuild(root, table)).rejects.toMatchObject({ code: "usage", message });
        const { sets } = await readFiles(root);
        expect(sets[0]?.migrations.map(({ version }) => version)).toEqual([1, 2]);
    });
});
