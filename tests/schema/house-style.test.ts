import { existsSync, readFileSync } from "node:fs";
import { type FormatOptionsWithLanguage, format } from "sql-formatter";
import { describe, expect, test } from "vitest";
import { readMigrations, readSqlFiles, stripWords } from "./files.ts";

const VIEWS = readSqlFiles("views");
const TRIGGERS = readSqlFiles("triggers");
const MIGRATIONS = readSqlFiles("migrations");
const FILES = [...MIGRATIONS, ...VIEWS, ...TRIGGERS];

const OPTIONS = JSON.parse(
    readFileSync(new URL("../../sql-formatter.json", import.meta.url), "utf8"),
) as FormatOptionsWithLanguage;

/** The words of SQL that the files use, and that name nothing in them (`action` and `key`, which do, are not here). */
const KEYWORDS =
    "add after all alter and as asc autoincrement before begin between by check collate constraint create cross default " +
    "delete desc distinct drop each else end except exists filter for foreign from glob group having if in index insert " +
    "instead intersect into is join left like limit not null of offset on or order over partition primary references " +
    "replace row select set strict table then trigger union unique update using values view when where with without " +
    "integer text real blob";

/** What no file may hold, and why. */
const FORBIDDEN: [string, RegExp][] = [
    ["IF NOT EXISTS or IF EXISTS: an unexpected state must fail", /\bIF\s+(NOT\s+)?EXISTS\b/],
    ["PRAGMA: the runner sees to it", /\bPRAGMA\b/],
    [
        "transaction control: the runner owns the transaction",
        /\b(COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b|\bBEGIN\s*(IMMEDIATE|EXCLUSIVE|DEFERRED|TRANSACTION|;)/,
    ],
    ["WITHOUT ROWID: full text needs rowids", /\bWITHOUT\s+ROWID\b/],
    ["group_concat(… ORDER BY …): sqld refuses it", /\bgroup_concat\s*\([^)]*\bORDER\b/i],
    ["ON DELETE or ON UPDATE: a REPLACE would set it off", /\bON\s+(DELETE|UPDATE)\b/],
    ["SELECT *: columns are named", /\bSELECT\s+\*/],
    ["double quotes: no name needs them", /"/],
];

describe("the SQL files", () => {
    test.each(FILES)("$name has Unix lines, one newline at its end, and no tab or trailing space", ({ text }) => {
        expect(text).not.toMatch(/\r|\t|[ \t]+\n|^\uFEFF/);
        expect(text).toMatch(/[^\n]\n$/);
    });

    test.each(FILES)("$name writes keywords and types in capitals, and names in small letters", ({ text }) => {
        const words = stripWords(text).match(/[A-Za-z_]\w*/g) ?? [];
        const keywords = new Set(KEYWORDS.split(" "));
        const wrong = words.filter((word) =>
            keywords.has(word.toLowerCase()) ? word !== word.toUpperCase() : /[A-Z]/.test(word) && /[a-z]/.test(word),
        );
        expect(wrong).toEqual([]);
    });

    test.each(FORBIDDEN)("hold no %s", (_what, pattern) => {
        const offenders = FILES.filter((file) => pattern.test(stripWords(file.text)));
        expect(offenders.map((file) => file.name)).toEqual([]);
    });

    test.each([...MIGRATIONS, ...VIEWS])("$name is as sql-formatter leaves it", ({ text }) => {
        expect(text).toBe(`${format(text, OPTIONS)}\n`);
    });
});

describe("the migrations", () => {
    const does = readMigrations("do");

    test("are numbered without a gap and named for what they do", () => {
        expect(does.length).toBeGreaterThanOrEqual(12);
        for (const [index, file] of does.entries())
            expect(file.name).toMatch(
                new RegExp(`^${String(index + 1).padStart(3, "0")}\\.do\\.[a-z]+(-[a-z0-9]+)+\\.sql$`),
            );
    });

    test("have an undo each", () => {
        expect(readMigrations("undo").map((file) => file.name)).toEqual(
            does.map((file) => file.name.replace(".do.", ".undo.")),
        );
    });

    test("begin with a line that tells what they are for", () => {
        expect(MIGRATIONS.filter((file) => !/^-- \w/.test(file.text)).map((file) => file.name)).toEqual([]);
        for (const file of does.slice(0, 12)) expect(file.text).toMatch(/^-- Phase [1-4], [a-z ]+: /);
    });

    test("make only STRICT tables, and every CHECK of a table has a name that begins with the table's", () => {
        for (const file of does)
            for (const [, table, body, options] of stripWords(file.text).matchAll(
                /CREATE TABLE (\w+) \(([\s\S]*?)\n\)([^;]*);/g,
            )) {
                const checks = body?.match(/\bCHECK\b/g) ?? [];
                const named = body?.match(new RegExp(`CONSTRAINT ${table}_[a-z0-9_]+ CHECK`, "g")) ?? [];
                expect(named.length, table).toBe(checks.length);
                expect(options, table).toBe(" STRICT");
            }
    });
});

describe.each([
    ["view", VIEWS, "views"],
    ["trigger", TRIGGERS, "triggers"],
] as const)("every %s", (kind, files, folder) => {
    test.each(files)("$name makes the one object that it is named for, and drops nothing", ({ name, text }) => {
        const created = [...stripWords(text).matchAll(/\bCREATE (\w+) (\w+)/g)].map(
            ([, type, made]) => `${type} ${made}`,
        );
        expect(created).toEqual([`${kind.toUpperCase()} ${name.replace(/\.sql$/, "")}`]);
        expect(stripWords(text)).not.toMatch(/\bDROP\b/);
    });

    test.each(files)("$name holds no CASE, at whose END older shells cut a trigger", ({ text }) => {
        expect(stripWords(text)).not.toMatch(/\bCASE\b/);
    });

    test.each(files)("$name has a test file", ({ name }) => {
        const file = new URL(`${folder}/${name.replace(/\.sql$/, ".test.ts")}`, import.meta.url);
        expect(existsSync(file), file.pathname).toBe(true);
    });
});
