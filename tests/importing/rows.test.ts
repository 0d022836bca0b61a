import { describe, expect, test } from "vitest";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";

/** Imports files of D1, and returns each decision but for the one about undo files. */
async function decide(files: Readonly<Record<string, string>>): Promise<string[]> {
    const root = writeProject(Object.fromEntries(Object.entries(files).map(([name, sql]) => [`old/${name}`, sql])));
    const { code, stdout } = await runScript("db:new", ["--import", "old", "--json"], { cwd: root });
    expect(code).toBe(0);
    const { decisions } = JSON.parse(stdout) as { decisions: Record<"path" | "line" | "message" | "remedy", string>[] };
    return decisions.flatMap(({ path, line, message, remedy }) =>
        /goes? back/.test(message) ? [] : [`${path}${line ? `:${line}` : ""}: ${message} | ${remedy}`],
    );
}

const tables = "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT);\nCREATE TABLE log (what TEXT);\n";
const insert = "INSERT INTO a (n) VALUES ('x'), ('y');\n";
const trigger = "CREATE TRIGGER a_ai AFTER INSERT ON a BEGIN INSERT INTO log VALUES (NEW.n); END;\n";

describe("an import compares the rows that the originals and the written files make", () => {
    test("and names a trigger that the originals create after a statement that now fires it", async () => {
        const files = { "1_a.sql": tables, "2_b.sql": `\n${insert}`, "3_c.sql": trigger };
        expect(await decide({ ...files, "4_d.sql": "INSERT INTO a (n) VALUES ('z');\n" })).toEqual([
            "old/2_b.sql:2: the rows of 'log' differ from those that the originals make (3, not 1): the trigger 'a_ai' fires for this statement, although the originals create it later | take back what it does to 'log' by a statement after this one, unless these rows are right",
        ]);
    });

    test("and names a trigger that is dropped later, or for a while", async () => {
        const dropped = { "1_a.sql": tables, "2_b.sql": trigger + insert, "3_c.sql": "DROP TRIGGER a_ai;\n" };
        expect(await decide(dropped)).toEqual([
            "old/2_b.sql:2: the rows of 'log' differ from those that the originals make (0, not 2): the trigger 'a_ai', which the originals drop later, does not fire for this statement | write what it did to 'log' as a statement after this one",
        ]);
        const stamp = (text: string): string =>
            `CREATE TRIGGER a_au AFTER UPDATE ON a BEGIN UPDATE log SET what = '${text}'; END;\n`;
        const start = { "1_a.sql": `${tables}${insert}INSERT INTO log VALUES ('');\n` };
        const paused = `DROP TRIGGER a_au;\nUPDATE a SET n = 'q';\n${stamp("one")}`;
        expect(await decide({ ...start, "2_b.sql": stamp("one"), "3_c.sql": paused })).toEqual([
            "old/3_c.sql:2: the rows of 'log' differ from those that the originals make: the trigger 'a_au' fires for this statement, although the originals create it later | take back what it does to 'log' by a statement after this one, unless these rows are right",
        ]);
        const replaced = `DROP TRIGGER a_au;\n${stamp("two")}`;
        const update = `${stamp("one")}UPDATE a SET n = 'q';\n`;
        expect(await decide({ ...start, "2_b.sql": update, "3_c.sql": replaced })).toEqual([
            "old/2_b.sql:2: the rows of 'log' differ from those that the originals make: the trigger 'a_au' fires for this statement in its last form | correct 'log' by a statement after this one, unless these rows are right",
        ]);
    });

    test("and says where the rows of a new table are written before its trigger is there", async () => {
        expect(await decide({ "1_a.sql": tables + trigger + insert })).toEqual([
            "old/1_a.sql:4: the rows of 'log' differ from those that the originals make (0, not 2): the trigger 'a_ai' does not fire for this statement, because this file creates the table | move this statement to a migration of its own after this one",
        ]);
        // The rows that the file writes before the trigger differ in nothing, so the second file is named.
        const [told] = await decide({ "1_a.sql": tables + insert, "2_b.sql": insert, "3_c.sql": trigger });
        expect(told).toMatch(/^old\/2_b\.sql:1: .* \(2, not 0\): the trigger 'a_ai' fires for this/);
    });

    test("and finds the trigger that reaches a table by way of another one", async () => {
        const more = `${tables}CREATE TABLE total (n INTEGER);\nINSERT INTO total VALUES (0);\n`;
        const count = "CREATE TRIGGER log_ai AFTER INSERT ON log BEGIN UPDATE total SET n = n + 1; END;\n";
        const [first, ...rest] = await decide({ "1_a.sql": more, "2_b.sql": insert, "3_c.sql": trigger + count });
        expect(first).toContain("the rows of 'log' differ from those that the originals make (2, not 0)");
        expect(rest.join()).toMatch(/^old\/2_b\.sql:1: the rows of 'total' differ .*: the trigger 'a_ai' fires for/);
    });

    test("without what depends on the time or on chance, but with the columns beside that", async () => {
        const drawn = "CREATE TABLE a (n TEXT, r INTEGER DEFAULT (random()), at TEXT DEFAULT (strftime('%f')));\n";
        const log = "CREATE TABLE log (what TEXT);\n";
        const many = "INSERT INTO log SELECT 'x' FROM a, a AS b, a AS c, a AS d WHERE random() > 0;\n";
        expect(await decide({ "1_a.sql": `${drawn}${log}${insert.repeat(5)}${many}` })).toEqual([]);
        const change = "CREATE TRIGGER a_ai AFTER INSERT ON a BEGIN UPDATE a SET n = 'w'; END;\n";
        expect(await decide({ "1_a.sql": drawn, "2_b.sql": insert, "3_c.sql": change })).toEqual([
            expect.stringMatching(/^old\/2_b\.sql:1: the rows of 'a' differ .* make: the trigger 'a_ai' fires/),
        ]);
    });

    test("and finds no difference between values that look alike in every type and encoding", async () => {
        const odd =
            "CREATE TABLE a (v);\nINSERT INTO a VALUES (1), (1.0), ('1'), (x'31'), (NULL), (''), (0.1 + 0.2);\n";
        const broken = "INSERT INTO a VALUES (CAST(x'e9' AS TEXT)), (char(0, 1));\n";
        expect(await decide({ "1_a.sql": odd + broken, "2_b.sql": "CREATE TABLE none (x);\n" })).toEqual([]);
    });

    test("and tells a cascade that only happens with foreign keys on", async () => {
        const family =
            "CREATE TABLE p (id INTEGER PRIMARY KEY);\nINSERT INTO p VALUES (1), (2);\n" +
            "CREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE);\nINSERT INTO c VALUES (1), (2);\n";
        expect(await decide({ "1_a.sql": family, "2_b.sql": "DELETE FROM p WHERE id = 2;\n" })).toEqual([
            "old/1_a.sql:4: the rows of 'c' differ from those that the originals make (1, not 2) with foreign keys off; with foreign keys on they are the same | nothing, if the other tool had foreign keys on; else correct the rows",
        ]);
        const kept = "PRAGMA foreign_keys=OFF;\nDELETE FROM p WHERE id = 2;\nINSERT INTO p VALUES (2);\n";
        expect(await decide({ "1_a.sql": family, "2_b.sql": kept })).toEqual([
            expect.stringContaining("old/2_b.sql:1: ran with foreign keys off; here they are on"),
            "old/2_b.sql:1: the rows of 'c' differ from those that the originals make (1, not 2); the originals switch foreign keys off here, or defer them | see which action of a foreign key changes 'c', and correct the rows",
        ]);
    });
});
