import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";

describe("an import", () => {
    test("keeps the spaces before a line break inside a literal, beside what is left out", async () => {
        const insert = "INSERT INTO a VALUES ('two spaces  \nnext');";
        const root = writeProject({
            "old/1_a.sql": "CREATE TABLE a (b TEXT);\n",
            "old/2_b.sql": `BEGIN; ${insert} COMMIT;\nBEGIN; SELECT '\t\n'; COMMIT; -- end  \nSELECT 1;  BEGIN;  \nCOMMIT;\n`,
        });
        await runScript("db:new", ["--import", "old"], { cwd: root });
        const text = readFileSync(path.join(root, "migrations/002.do.b.sql"), "utf8");
        expect(text).toBe(` ${insert}\n SELECT '\t\n';  -- end  \nSELECT 1;\n`);
    });

    test("says which files wrote with foreign keys off or deferred, but for rebuilds and files that only create", async () => {
        const family =
            "CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT);\nCREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE);\n" +
            "INSERT INTO p VALUES (1, 'A'), (2, 'B');\nINSERT INTO c VALUES (1), (2);\n";
        const rebuild =
            "PRAGMA foreign_keys=OFF;\nCREATE TABLE n (id INTEGER PRIMARY KEY, n TEXT);\nINSERT INTO n SELECT * FROM p;\n" +
            "DROP TABLE p;\nALTER TABLE n RENAME TO p;\nPRAGMA foreign_keys=ON;\n";
        const root = writeProject({
            "old/1_a.sql": family,
            "old/2_b.sql": rebuild,
            "old/3_c.sql":
                "PRAGMA foreign_keys=OFF;\nDELETE FROM p WHERE id=2;\nINSERT INTO p VALUES(2,'B');\nPRAGMA foreign_keys=ON;\n",
            "old/4_d.sql":
                "PRAGMA defer_foreign_keys = true;\nINSERT INTO c VALUES (3);\nINSERT INTO p VALUES (3, 'C');\n",
            "old/5_e.sql":
                "PRAGMA foreign_keys=OFF;\nCREATE TABLE e (f);\nPRAGMA foreign_keys(1);\nINSERT INTO e VALUES (1);\n",
            "old/6_f.sql": "INSERT INTO e VALUES (2);\nPRAGMA foreign_keys = 0;\nCREATE TABLE f (f);\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old", "--json"], { cwd: root });
        const { decisions } = JSON.parse(stdout) as { decisions: { path: string; line?: number; message: string }[] };
        const told = decisions.map(({ path: at, line, message }) => `${at}${line ? `:${line}` : ""}: ${message}`);
        const because = "here they are on, because the file rebuilds no table";
        expect(told.filter((text) => text.includes("foreign keys"))).toEqual([
            `old/3_c.sql:1: ran with foreign keys off; ${because}`,
            `old/4_d.sql:1: ran with foreign keys deferred; ${because}`,
            `old/5_e.sql:1: ran with foreign keys off; ${because}`,
        ]);
        expect(stdout).toContain("write parents before their children and delete them after");
        expect(told.at(-1)).toContain("FOREIGN KEY constraint failed");
    });

    test("lists the files that the other tool does not run either", async () => {
        const undone = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n";
        const goose = writeProject({ "old/001_a.sql": undone, "old/2024/002_b.sql": undone, "old/notes/todo.txt": "" });
        const told = await runScript("db:new", ["--import", "old"], { cwd: goose });
        expect(told.stdout).toContain(
            "To decide:\n  old/2024/002_b.sql: lies in a sub-folder, which goose does not read, so it was left out\n" +
                "      nothing, unless it is a migration; then delete the written files, move it beside the others and import again\n",
        );
        const drizzle = writeProject({
            "old/meta/_journal.json": '{"entries":[{"tag":"0000_a"}]}',
            "old/0000_a.sql": "CREATE TABLE a (b);\n",
            "old/0001_b.sql": "CREATE TABLE b (b);\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old"], { cwd: drizzle });
        expect(stdout).toContain(
            "  old/0001_b.sql: is not in the journal, so it was left out\n" +
                "      nothing, unless it is a migration; then delete the written files, add it to old/meta/_journal.json and import again\n",
        );
    });

    test("names the lines that a ROLLBACK undid", async () => {
        const root = writeProject({
            "old/1_a.up.sql":
                "CREATE TABLE a (id, n);\nBEGIN;\nSAVEPOINT s1;\nINSERT INTO a VALUES (1, 'x');\nRELEASE s1;\nSAVEPOINT \"S 2\";\n" +
                "INSERT INTO a VALUES (2,\n'y');\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;\nINSERT INTO a VALUES (3, '');\n" +
                "ROLLBACK TO SAVEPOINT [s 2];\nRELEASE \"s 2\";\nINSERT INTO a VALUES (4, 'z');\nCOMMIT;\nROLLBACK;\n" +
                "BEGIN;\nSELECT 1;\nSAVEPOINT s1;\nSELECT 2;\nROLLBACK TRANSACTION;\n",
            "old/1_a.down.sql": "DROP TABLE a;\nBEGIN;\nSELECT 3;\nROLLBACK;\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old"], { cwd: root });
        const told = stdout.slice(stdout.indexOf("To decide:\n")).split("\n").slice(3, -2);
        const why = ": the runner opens and ends the transaction";
        expect(told).toEqual([
            "  migrations/001.do.a.sql:6: ROLLBACK inside a file",
            `      remove it and lines 3 to 5, which it undid${why}`,
            "  migrations/001.do.a.sql:8: ROLLBACK inside a file",
            `      remove it (it undid nothing that is left here)${why}`,
            "  migrations/001.do.a.sql:11: ROLLBACK inside a file",
            `      remove it and lines 9 to 10, which it undid${why}`,
            "  migrations/001.undo.a.sql:3: ROLLBACK inside a file",
            `      remove it and line 2, which it undid${why}`,
        ]);
    });

    test("says that diesel ran a migration outside a transaction", async () => {
        const root = writeProject({
            "old/2024-01-01-000001_a/up.sql": "CREATE TABLE a (id);\n",
            "old/2024-01-01-000001_a/down.sql": "DROP TABLE a;\n",
            "old/2024-01-01-000001_a/metadata.toml": "# run_in_transaction = false\nrun_in_transaction = true\n",
            "old/2024-01-01-000002_b/up.sql": "CREATE TABLE b (id);\n",
            "old/2024-01-01-000002_b/down.sql": "DROP TABLE b;\n",
            "old/2024-01-01-000002_b/metadata.toml": "# why\nrun_in_transaction = false # really\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old"], { cwd: root });
        expect(stdout.slice(stdout.indexOf("To decide:\n")).split("\n").slice(1, -2)).toEqual([
            "  old/2024-01-01-000002_b/metadata.toml:2: ran outside a transaction; here it runs in one",
            "      see that no statement of it needs that",
        ]);
    });

    test("names the file and the line that fail where the written files do not deploy", async () => {
        const root = writeProject({
            "old/1_a.sql": "CREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p INTEGER REFERENCES p);\n",
            "old/2_b.sql": "SELECT 1;\n\nINSERT INTO c VALUES (5);\n",
            "old/3_c.sql": "SELECT 1;\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old"], { cwd: root });
        expect(stdout).toContain(
            "  migrations/002.do.b.sql:3: does not deploy into a fresh database: FOREIGN KEY constraint failed\n" +
                "      correct the statement; `pnpm db:lint` tries what comes after it\n",
        );
        const kept = "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT);\n";
        const lost = "CREATE TABLE n (id INTEGER PRIMARY KEY, n TEXT);\nDROP TABLE a;\nALTER TABLE n RENAME TO a;\n";
        const files = { "old/1_a.sql": kept, "old/2_b.sql": "INSERT INTO a VALUES (1, 'x');\n", "old/3_c.sql": lost };
        const other = writeProject({ ...files, "old/4_d.sql": "SELECT 1;\n" });
        const told = await runScript("db:new", ["--import", "old"], { cwd: other });
        expect(told.stdout).toContain(
            "  migrations/003.do.c.sql: does not deploy into a fresh database: the rebuild would",
        );
        expect(told.stdout).toContain("1 row of a\n      copy every row; ");
    });

    test("advises otherwise where a statement writes through a view than where it reads one", async () => {
        const root = writeProject({
            "old/1_a.sql":
                "CREATE TABLE a (n TEXT);\nCREATE VIEW v AS SELECT n AS n FROM a;\n" +
                "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO a VALUES (NEW.n); END;\n",
            "old/2_b.sql": "INSERT INTO v VALUES ('x');\nINSERT INTO a SELECT n FROM v;\n",
        });
        const { stdout } = await runScript("db:new", ["--import", "old"], { cwd: root });
        expect(stdout).toContain(
            "  old/2_b.sql:1: writes through the view 'v', which is now in views/ and has its last form\n" +
                "      write to the table, as its INSTEAD OF trigger does\n" +
                "  old/2_b.sql:2: uses the view 'v', which is now in views/ and has its last form\n" +
                "      write what it selects into the statement\n",
        );
    });
});
