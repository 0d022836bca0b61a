import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";

const config = { "sql-formatter.json": '{ "language": "sqlite", "tabWidth": 4, "keywordCase": "preserve" }' };
const untidy = "CREATE TABLE a (id INTEGER PRIMARY KEY,\n  -- The name.\n name TEXT) STRICT;";
const tidy = "CREATE TABLE a (\n    id INTEGER PRIMARY KEY,\n    -- The name.\n    name TEXT\n) STRICT;\n";
const trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN  UPDATE a SET name = name; END;\n";
const files = {
    ...config,
    "migrations/001.do.create-a.sql": untidy,
    "migrations/001.undo.create-a.sql": "DROP   TABLE a;\n",
    "views/v.sql": "CREATE VIEW v AS SELECT id AS id FROM a;\n",
    "triggers/t.sql": trigger,
};

function read(root: string, name: string): string {
    return readFileSync(path.join(root, name), "utf8");
}

describe("sql:format", () => {
    test("formats views and migrations, do and undo, and no trigger", async () => {
        const root = writeProject(files);
        const { code, stdout } = await runScript("sql:format", [], { cwd: root });
        expect(code).toBe(0);
        expect(stdout).toContain("Formatted 3 of 3 files.\n");
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(tidy);
        expect(read(root, "migrations/001.undo.create-a.sql")).toBe("DROP TABLE a;\n");
        expect(read(root, "views/v.sql")).toBe("CREATE VIEW v AS\nSELECT\n    id AS id\nFROM\n    a;\n");
        expect(read(root, "triggers/t.sql")).toBe(trigger);
        expect(existsSync(path.join(root, "local.db"))).toBe(false);
        const again = await runScript("sql:format", [], { cwd: root });
        expect(again.stdout).toContain("Nothing to do: 3 files checked, all formatted.\n");
    });

    test("leaves a migration alone that the database has had, also when it is named", async () => {
        const root = writeProject(files);
        expect((await runScript("db:push", [], { cwd: root })).code).toBe(0);
        changeProject(root, { "migrations/002.do.drop-v.sql": "DROP   TABLE b;", "views/v.sql": files["views/v.sql"] });
        await runScript("sql:format", [], { cwd: root });
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(untidy);
        expect(read(root, "migrations/001.undo.create-a.sql")).toBe("DROP   TABLE a;\n");
        expect(read(root, "migrations/002.do.drop-v.sql")).toBe("DROP TABLE b;\n");
        const named = await runScript("sql:format", ["./migrations/001.do.create-a.sql"], { cwd: root });
        expect(named.code).toBe(0);
        expect(named.stdout).toContain("Applied:  migrations/001.do.create-a.sql (never formatted again)");
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(untidy);
    });

    test("formats only the named files, and says of a trigger that it is formatted by hand", async () => {
        const root = writeProject(files);
        const { code, stdout } = await runScript("sql:format", ["triggers/t.sql", "views/v.sql"], { cwd: root });
        expect(code).toBe(0);
        expect(stdout).toContain("Trigger:  triggers/t.sql (formatted by hand");
        expect(stdout).toContain("Formatted 1 of 1 file.");
        expect(read(root, "triggers/t.sql")).toBe(trigger);
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(untidy);
    });

    test("writes keywords and types in capitals, and no name, text or comment", async () => {
        const lower =
            "create table a (\n    -- select: what was chosen.\n    text text not null default 'null',\n    \"select\" integer\n) strict;\n";
        const view =
            "-- as it is\nwith filter as (select text as row from a)\nselect count(*) as any, replace(row, 'from', \"row\") as end from filter group by row;\n";
        const hand = "create trigger t after insert on a\nbegin\n  select new.text;\nend;\n";
        const own = { "migrations/001.do.create-a.sql": lower, "views/v.sql": view, "triggers/t.sql": hand };
        const root = writeProject({ ...config, ...own });
        const found = await runScript("db:lint", ["migrations"], { cwd: root });
        expect(found.stdout).toContain(
            "001.do.create-a.sql:1: warning: keyword-case: 8 keywords are not in capitals, first at line 1\n",
        );
        // A migration may be applied elsewhere, and then keeps its letters unless it is named.
        expect((await runScript("sql:format", [], { cwd: root })).stdout).toContain("Formatted 1 of 2 files.");
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(lower);
        await runScript("sql:format", ["triggers/t.sql", "migrations/001.do.create-a.sql"], { cwd: root });
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(
            "CREATE TABLE a (\n    -- select: what was chosen.\n    text TEXT NOT NULL DEFAULT 'null',\n    \"select\" INTEGER\n) STRICT;\n",
        );
        expect(read(root, "views/v.sql").replace(/\s+/g, " ")).toBe(
            "-- as it is WITH filter AS ( SELECT text AS row FROM a ) SELECT count(*) AS any, replace(row, 'from', \"row\") AS end FROM filter GROUP BY row; ",
        );
        expect(read(root, "triggers/t.sql")).toBe(
            "CREATE TRIGGER t AFTER INSERT ON a\nBEGIN\n  SELECT new.text;\nEND;\n",
        );
        expect((await runScript("db:lint", [], { cwd: root })).stdout).not.toContain("keyword-case");
    });

    test("--check changes nothing and exits with 4, naming the files", async () => {
        const root = writeProject(files);
        const { code, stdout, stderr } = await runScript("sql:format", ["--check"], { cwd: root });
        expect(code).toBe(4);
        expect(stderr).toContain("error: 3 files are not formatted");
        expect(stderr).toContain("migrations/001.undo.create-a.sql\n");
        expect(stdout).not.toContain("Database:");
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(untidy);
        await runScript("sql:format", [], { cwd: root });
        expect((await runScript("sql:format", ["--check"], { cwd: root })).code).toBe(0);
    });

    test.each([
        ["cannot be read by the formatter", config, "{2}", "the formatter cannot read it (Parse error"],
        [
            "would come out with other tokens",
            {
                "sql-formatter.json": config["sql-formatter.json"].replace(
                    '"preserve"',
                    '"preserve", "functionCase": "upper"',
                ),
            },
            "max(2, 1)",
            "formatting would change what it says",
        ],
    ])("changes no file when one of them %s", async (_what, settings, value, reason) => {
        const view = `create view w as select ${value} as two;\n`;
        const root = writeProject({ ...files, ...settings, "views/w.sql": view });
        const { code, stderr } = await runScript("sql:format", [], { cwd: root });
        expect(code).toBe(1);
        expect(stderr).toContain(`error: views/w.sql: ${reason}`);
        expect(stderr).toContain("Nothing was changed.");
        expect(read(root, "views/w.sql")).toBe(view);
        expect(read(root, "migrations/001.do.create-a.sql")).toBe(untidy);
    });

    test("formats the documented SQL too, whatever the database has had, and passes over what is no SQL", async () => {
        const folders = [
            "operations/checks",
            "operations/checks/general",
            "operations/maintenance",
            "operations/statistics",
            "queries",
            "queries/volumes",
        ];
        const sent = folders.map((folder) => `${folder}/010-a.sql`);
        const query = "-- It.\nSELECT id FROM a;\n";
        const root = writeProject({
            ...files,
            ...Object.fromEntries(sent.map((file) => [file, query])),
            ...{ "operations/checks/notes.txt": query, "queries/README.md": "# Queries\n" },
        });
        expect((await runScript("db:push", [], { cwd: root })).code).toBe(0);
        const checked = await runScript("sql:format", ["--check"], { cwd: root });
        expect(checked.code).toBe(4);
        for (const file of sent) expect(checked.stderr).toContain(`${file}\n`);
        for (const file of sent) expect(read(root, file)).toBe(query);
        const { stdout } = await runScript("sql:format", [], { cwd: root });
        expect(stdout).toContain("Formatted 7 of 7 files.\n");
        for (const file of sent) expect(read(root, file)).toBe("-- It.\nSELECT\n    id\nFROM\n    a;\n");
        expect([read(root, "operations/checks/notes.txt"), read(root, "queries/README.md")]).toEqual([
            query,
            "# Queries\n",
        ]);
    });

    test("says which named file is not there", async () => {
        const root = writeProject(files);
        const { code, stderr } = await runScript("sql:format", ["views/none.sql"], { cwd: root });
        expect(code).toBe(2);
        expect(stderr).toContain("error: views/none.sql cannot be read: there is no such file");
    });
});
