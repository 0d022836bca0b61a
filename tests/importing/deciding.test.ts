import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";

const base = {
    "migrations/0007.do.create-shops.sql": "CREATE TABLE shops (id INTEGER PRIMARY KEY);\n",
    "triggers/trg_old.sql": "CREATE TRIGGER trg_old AFTER INSERT ON shops BEGIN SELECT 1; END;\n",
};

function list(root: string): string[] {
    return ["migrations", "views", "triggers"].flatMap((folder) =>
        existsSync(path.join(root, folder))
            ? readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map(
                  (name) => `${folder}/${name}`,
              )
            : [],
    );
}

const dbmate = {
    "old/2_trim.sql":
        "-- Why: '--' is no name.\n-- migrate:up transaction:false\nPRAGMA foreign_keys = OFF; -- first\nBEGIN;\n" +
        "INSERT INTO tags VALUES ('BEGIN;\n\n\nCOMMIT;');\n\n-- Counts.\n-- Always.\nCREATE TRIGGER trg_tags AFTER INSERT ON tags\n" +
        "BEGIN\n    SELECT 1;\nEND;\n\nCOMMIT;\n\n  SELECT  2 ;\n-- migrate:down\nDROP TRIGGER trg_tags;\n",
    "old/1_Create Tags.sql":
        "-- migrate:up\r\nCREATE TABLE tags (name TEXT); -- names\r\n\r\n-- migrate:down\r\nDROP TABLE tags;\r\n",
};

describe("db:new --import", () => {
    test("writes each direction byte for byte, without what the runner does and what moves, after what is there", async () => {
        const root = writeProject({ ...base, ...dbmate });
        const dry = await runScript("db:new", ["--import", "old", "--dry-run"], { cwd: root });
        expect(dry.stdout).toContain("Would write:\n  migrations/0008.do.create-tags.sql");
        expect(dry.stdout).toContain("Nothing was written: 4 files would be");
        expect(list(root).sort()).toEqual(Object.keys(base));

        const { code, stdout } = await runScript("db:new", ["--import", "./old/"], { cwd: root });
        expect(code).toBe(0);
        expect(stdout.replace(/\s+/g, " ")).toContain(
            "/0009.do.trim.sql from old/2_trim.sql, without PRAGMA foreign_keys, BEGIN, COMMIT triggers/",
        );
        expect(stdout).toContain("old/2_trim.sql:2: ran outside a transaction; here it runs in one\n");
        expect(stdout).toContain("old/2_trim.sql: what goes back holds only views and triggers");
        const read = (name: string): string => readFileSync(path.join(root, name), "utf8");
        expect(read("migrations/0008.do.create-tags.sql")).toBe("CREATE TABLE tags (name TEXT); -- names\n");
        expect(read("migrations/0008.undo.create-tags.sql")).toBe("DROP TABLE tags;\n");
        expect(read("migrations/0009.do.trim.sql")).toBe(
            "-- Why: '--' is no name.\n -- first\nINSERT INTO tags VALUES ('BEGIN;\n\n\nCOMMIT;');\n\n  SELECT  2 ;\n",
        );
        expect(read("triggers/trg_tags.sql")).toBe(
            "-- Counts.\n-- Always.\nCREATE TRIGGER trg_tags AFTER INSERT ON tags\nBEGIN\n    SELECT 1;\nEND;\n",
        );
        expect(list(root)).toHaveLength(6);
    });

    test("imports into a set, in the order of the journal, statements without a semicolon", async () => {
        const entries = ["0001_b", "0000_a"].map((tag, idx) => ({ idx, tag }));
        const root = writeProject({
            ...base,
            "old/meta/_journal.json": JSON.stringify({ entries }),
            "old/0000_a.sql": "CREATE INDEX i ON b (c)\n--> statement-breakpoint\nCREATE INDEX j ON b (c DESC)",
            "old/0001_b.sql": "CREATE TABLE b (c);--> statement-breakpoint\nSELECT 1;",
        });
        const { code, stdout } = await runScript("db:new", ["--import", "old", "--set", "more"], { cwd: root });
        expect(code).toBe(0);
        expect(stdout).toContain("then see `pnpm db:push --dry-run --set more`.\n");
        const read = (name: string): string => readFileSync(path.join(root, "migrations/more", name), "utf8");
        expect(read("001.do.b.sql")).toBe("CREATE TABLE b (c);\nSELECT 1;\n");
        expect(read("002.do.a.sql")).toBe("CREATE INDEX i ON b (c);\nCREATE INDEX j ON b (c DESC)\n");
    });

    test("says what is left to decide, by file and line", async () => {
        const root = writeProject({
            "old/1_tables.up.sql":
                "CREATE TABLE a (b TEXT);\nCREATE INDEX i ON a (b);\nCREATE TABLE c (d);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;\n",
            "old/1_tables.down.sql": "DROP TABLE c;\nDROP TABLE a;\n",
            "old/2_nothing.up.sql": "-- no-op\n",
            "old/2_nothing.down.sql": "SELECT 1;\n",
            "old/3_lose.up.sql":
                "CREATE TABLE n (b TEXT);\nINSERT INTO n SELECT b FROM a;\nDROP TABLE a;\nALTER TABLE n RENAME TO a;\n",
            "old/4_swap.up.sql": "\nALTER TABLE c RENAME TO c_old;\nCREATE TABLE c (d TEXT);\nDROP TABLE c_old;\n",
            "old/5_more.up.sql": "VACUUM;\nCREATE TEMP TABLE x (y);\n",
            "old/6_view.up.sql":
                "CREATE VIEW v AS SELECT 1 AS one;\nINSERT INTO c SELECT one FROM v;\nCREATE TABLE w AS SELECT one FROM v;\n",
        });
        const { code, stdout } = await runScript("db:new", ["--import", "old", "--json"], { cwd: root });
        expect(code).toBe(0);
        const { decisions } = JSON.parse(stdout) as { decisions: { path: string; line?: number; message: string }[] };
        const told = decisions.map(({ path: at, line, message }) => `${at}${line ? `:${line}` : ""}: ${message}`);
        expect(told).toEqual([
            "old/2_nothing.up.sql: has no statement that goes forward, so no migration was made of it",
            "old/2_nothing.down.sql:1: what goes back was left out, because nothing goes forward",
            "old/3_lose.up.sql: has nothing that goes back",
            "old/4_swap.up.sql: has nothing that goes back",
            "old/5_more.up.sql: has nothing that goes back",
            "old/6_view.up.sql: has nothing that goes back",
            "old/1_tables.up.sql:4: the trigger 't' was dropped with its table later and not created again, so it has no file",
            "old/6_view.up.sql:2: uses the view 'v', which is now in views/ and has its last form",
            "old/6_view.up.sql:3: uses the view 'v', which is now in views/ and has its last form",
            "migrations/002.do.lose.sql:3: rebuilds 'a' without its index 'i', which a deploy refuses",
            "migrations/003.do.swap.sql:2: renames 'c' away and creates it again, so that the deploy would not check that its rows and indexes are kept",
            "migrations/004.do.more.sql:1: Turso refuses VACUUM",
            "migrations/004.do.more.sql:2: Turso refuses temporary objects",
        ]);
    });

    test("leaves a ROLLBACK and a table that is there already to a person, with what must be removed", async () => {
        const root = writeProject({
            ...base,
            "old/1_undone.up.sql":
                "BEGIN;\nCREATE TABLE a (b);\nROLLBACK;\nBEGIN;\nCREATE TABLE a (c);\nCOMMIT;\nCOMMIT;\nCREATE TABLE d (e);\n",
            "old/2_again.up.sql": "CREATE TABLE IF NOT EXISTS Shops (id INTEGER PRIMARY KEY);\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old", "--set", "extras"], { cwd: root });
        const told = stdout.slice(stdout.indexOf("To decide:\n")).split("\n").slice(3, -2);
        expect(told).toEqual([
            "  migrations/extras/001.do.undone.sql:2: ROLLBACK inside a file",
            "      remove it and line 1, which it undid: the runner opens and ends the transaction",
            "  migrations/extras/002.do.again.sql:1: creates 'Shops', which migrations/0007.do.create-shops.sql creates",
            "      remove the statement if it is the same table, or give this one another name",
        ]);
        const undone = readFileSync(path.join(root, "migrations/extras/001.do.undone.sql"), "utf8");
        expect(undone).toBe("CREATE TABLE a (b);\nROLLBACK;\nCREATE TABLE a (c);\nCREATE TABLE d (e);\n");
    });

    const mark = "-- migrate:up\nSELECT 1;\n";
    test.each<[string, Record<string, string | Buffer>, readonly string[], number, string]>([
        [
            "a folder of two formats",
            { "1_a.up.sql": "SELECT 1;", "2_b.sql": mark },
            [],
            2,
            "old looks like a folder of dbmate and of golang-migrate",
        ],
        ["a folder of none", { "notes.sql": "SELECT 1;" }, [], 2, "old has no migrations of a known format"],
        [
            "an unknown format",
            { "1_a.sql": mark },
            ["--format", "constructor"],
            2,
            "'constructor' is not a format that can be imported",
        ],
        [
            "a format with no file",
            { "1_a.sql": mark },
            ["--format", "prisma"],
            1,
            "old/1_a.sql is not a migration.sql or down.sql of a migration",
        ],
        [
            "a file without its marker",
            { "1_a.sql": mark, "2_b.sql": "SELECT 1;" },
            [],
            1,
            "old/2_b.sql does not begin with an up marker of dbmate",
        ],
        [
            "a statement above the marker",
            { "1_a.sql": `SELECT 0;\n${mark}` },
            [],
            1,
            "old/1_a.sql:1 has a statement above the up marker",
        ],
        [
            "two down markers",
            { "1_a.sql": `${mark}-- migrate:down\n-- migrate:down\n` },
            [],
            1,
            "old/1_a.sql:4 has one more '-- migrate:down'",
        ],
        [
            "twins",
            { "1_a.up.sql": "SELECT 1;", "01_b.up.sql": "SELECT 1;" },
            [],
            1,
            "old/1_a.up.sql has the same version as old/01_b.up.sql",
        ],
        [
            "an orphan",
            { "1_a.up.sql": "SELECT 1;", "2_b.down.sql": "SELECT 1;" },
            [],
            1,
            "old/2_b.down.sql undoes a migration that does not exist",
        ],
        [
            "a stray file",
            { "001.do.a.sql": "SELECT 1;", "schema.sql": "SELECT 1;" },
            [],
            1,
            "old/schema.sql is not named like 001.do.add-tags.sql",
        ],
        [
            "a program among the files",
            { "001_a.sql": "-- +goose Up\nSELECT 1;", "002_b.go": "package b" },
            [],
            1,
            "old/002_b.go is not SQL",
        ],
        [
            "an open literal",
            { "1_a.sql": "SELECT 1;", "2_b.sql": "\nSELECT 'a;" },
            [],
            1,
            "old/2_b.sql:2: this string is never closed",
        ],
        [
            "bytes that are not UTF-8",
            { "1_a.sql": "SELECT 1;", "2_b.sql": Buffer.from([0x2d, 0x2d, 0xe9]) },
            [],
            1,
            "'old/2_b.sql' cannot be read",
        ],
        [
            "a journal without its file",
            { "meta/_journal.json": '{"entries":[{"tag":"0000_a"}]}' },
            [],
            1,
            "old/meta/_journal.json lists '0000_a', but there is no 0000_a.sql",
        ],
        [
            "a trigger that has a file",
            { "1_a.sql": "CREATE TRIGGER Trg_Old AFTER DELETE ON shops BEGIN SELECT 1; END;" },
            [],
            1,
            "old/1_a.sql creates what triggers/Trg_Old.sql defines already",
        ],
        ["words as well", { "1_a.sql": mark }, ["add", "tags"], 2, "--import takes the names from the files"],
    ])("writes nothing for %s", async (_, files, args, exitCode, message) => {
        const source = Object.fromEntries(Object.entries(files).map(([name, text]) => [`old/${name}`, text as string]));
        const root = writeProject({ ...base, ...source });
        const { code, stderr } = await runScript("db:new", ["--import", "old", ...args], { cwd: root });
        expect(code).toBe(exitCode);

        expect(stderr).toContain(`error: ${message}`);
        expect(stderr).toContain("hint:");
        expect(stderr).toContain("Nothing was written.");
        expect(list(root).sort()).toEqual(Object.keys(base));
    });

    test("asks for another folder than the one that it writes to, and takes it when that is done", async () => {
        const root = writeProject({ "migrations/0001_a.sql": "CREATE TABLE a (b);\n" });
        const { code, stderr } = await runScript("db:new", ["--import", "migrations"], { cwd: root });
        expect(code).toBe(2);
        expect(stderr).toContain("`mv migrations imported`, then `pnpm db:new --import imported`");
        expect(list(root)).toEqual(["migrations/0001_a.sql"]);
        const missing = await runScript("db:new", ["--import", "imported"], { cwd: root });
        expect(missing.stderr).toContain("the folder 'imported' cannot be read: there is no such folder");
    });
});
