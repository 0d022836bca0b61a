import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokenize } from "../../src/sql/lexer.ts";
import { checksumTokens, findOpenToken, normalizeText, splitStatements } from "../../src/sql/statements.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { samples } from "./corpus.ts";

describe("the lexer", () => {
    test("gives tokens that together are the whole text", () => {
        for (const { script } of samples) {
            const tokens = tokenize(script);
            expect(tokens.map((token) => token.text).join("")).toBe(script);
            expect(tokens.map((token) => token.offset)).toEqual(
                tokens.map((_, at) => tokens.slice(0, at).reduce((sum, token) => sum + token.text.length, 0)),
            );
        }
    });

    test("normalizes CRLF, CR and a byte order mark away", () => {
        for (const { script } of samples) {
            expect(normalizeText(`\uFEFF${script.replaceAll("\n", "\r\n")}`)).toBe(script);
            expect(normalizeText(script.replaceAll("\n", "\r"))).toBe(script);
        }
    });

    test("counts lines inside of literals and comments too", () => {
        const lines = splitStatements("/* a\nb */ SELECT\n'x\ny';\n\nSELECT 2;").map((statement) => statement.line);
        expect(lines).toEqual([2, 6]);
    });

    test.each([
        ["a literal", "SELECT 1;\nSELECT 'it''s", 2, "string"],
        ["a literal that ends in a doubled quote", "SELECT 'a''", 1, "string"],
        ["a blob", "SELECT x'00", 1, "string"],
        ["a name in double quotes", 'SELECT 1 AS "a;\nb', 1, "name"],
        ["a name in backticks", "SELECT 1;\n\nSELECT 1 AS `a``", 3, "name"],
        ["a name in brackets", "SELECT 1 AS [a;", 1, "name"],
        ["a comment", "SELECT 1;\n/* a;\nSELECT 2;", 2, "comment"],
        ["a comment of three signs", "SELECT 1; /*/", 1, "comment"],
        ["a comment that ends in a star", "SELECT 1; /* a *", 1, "comment"],
    ])("finds the beginning of %s that is never closed", (_, script, line, kind) => {
        expect(findOpenToken(script)).toMatchObject({ line, kind });
    });

    test("the lexer takes closed literals and comments for closed", () => {
        for (const { script } of samples) expect(findOpenToken(script)).toBeUndefined();
        for (const text of ["''", "''''", "'a'''", '""', '""""', "``", "[]", "/**/", "/***/", "x''", "-- open '"]) {
            expect(findOpenToken(`SELECT 1 ${text}`)).toBeUndefined();
        }
    });

    test("reads a literal of five megabytes", () => {
        const statements = splitStatements(
            `SELECT '${"a;''".repeat(1_250_000)}'; /* ${"b;*".repeat(500_000)} */ SELECT 2`,
        );
        expect(statements.map((statement) => statement.sql.length)).toEqual([5_000_009, 8]);
    });
});

describe("the checksum", () => {
    const script = "CREATE TABLE t (\n    -- the key\n    id INTEGER,\n    a TEXT DEFAULT 'x  y' /* why */\n);\n";
    const checksum = checksumTokens(script);

    test.each([
        ["comments", "/* new */ CREATE TABLE t (id INTEGER, -- other\n a TEXT DEFAULT 'x  y');"],
        ["white space", "CREATE\tTABLE t(id INTEGER,a TEXT DEFAULT 'x  y')   ;\n\n\n"],
        ["CRLF", script.replaceAll("\n", "\r\n")],
        ["CR", script.replaceAll("\n", "\r")],
        ["a byte order mark", `\uFEFF${script}`],
    ])("stays the same under other %s", (_, other) => {
        expect(checksumTokens(other)).toBe(checksum);
    });

    test.each([
        ["white space inside a literal", script.replace("x  y", "x y")],
        ["a name", script.replace("a TEXT", "b TEXT")],
        ["letter case of a name", script.replace("a TEXT", "A TEXT")],
        ["a quoted name for a bare one", script.replace("a TEXT", '"a" TEXT')],
        ["two tokens for one", script.replace("INTEGER", "INT EGER")],
        ["a statement more", `${script}SELECT 1;`],
    ])("changes with %s", (_, other) => {
        expect(checksumTokens(other)).not.toBe(checksum);
    });

    test("takes no two scripts of the corpus for the same", () => {
        expect(
            new Set(samples.filter(({ statements }) => statements.length > 0).map(({ script: s }) => checksumTokens(s)))
                .size,
        ).toBe(samples.length - 1);
    });
});

describeTargets("the splitter", (target) => {
    let database: TestDatabase;

    beforeAll(async () => {
        database = await target.createDatabase();
    });

    beforeEach(async () => {
        await database.client.executeMultiple(
            "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS w; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);",
        );
    });

    // sqld prepares the text as one statement and refuses what is more or less. A file would run the first alone and keep
    // a prepared EXPLAIN open, so there it is a script: what is cut too early is a syntax error.
    const run = (sql: string): Promise<unknown> =>
        target.name === "sqld" ? database.client.execute(sql) : database.client.executeMultiple(sql);

    test.each(samples)("cuts as SQLite does: $name", async ({ script, statements }) => {
        const found = splitStatements(script);
        expect(found.map((statement) => statement.sql)).toEqual(statements);
        for (const statement of found) await run(statement.sql);
    });

    test("gives the same database as the whole script", async () => {
        const other = await target.createDatabase();
        const script = samples.map(
            (sample) => `${sample.script}\n;DROP TRIGGER IF EXISTS log; DROP TRIGGER IF EXISTS "end";`,
        );
        const table = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);";
        const all = `${script.join("\n")}\n${samples[0]?.script ?? ""}`;
        await other.client.executeMultiple(table + all);
        for (const { sql } of splitStatements(all)) await run(sql);
        const schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
        expect((await database.client.execute(schema)).rows).toEqual((await other.client.execute(schema)).rows);
        tell(
            `${target.name} ${samples.length} scripts, ${splitStatements(all).length} statements cut as SQLite cuts them`,
        );
    });
});
