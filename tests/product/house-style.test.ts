import { existsSync, readFileSync } from "node:fs";
import { type FormatOptionsWithLanguage, format } from "sql-formatter";
import { describe, expect, test } from "vitest";
import { readMigrations, readSqlFiles } from "./files.ts";

const VIEWS = readSqlFiles("views");
const TRIGGERS = readSqlFiles("triggers");
const MIGRATIONS = readSqlFiles("migrations");
const FILES = [...MIGRATIONS, ...VIEWS, ...TRIGGERS];

const OPTIONS = JSON.parse(
    readFileSync(new URL("../../sql-formatter.json", import.meta.url), "utf8"),
) as FormatOptionsWithLanguage;

// What the lint finds is no test here: tests/lint/repository.test.ts holds these files to all of its rules.
describe("the SQL files", () => {
    test.each(FILES)("$name has Unix lines, one newline at its end, and no tab or trailing space", ({ text }) => {
        expect(text).not.toMatch(/\r|\t|[ \t]+\n|^\uFEFF/);
        expect(text).toMatch(/[^\n]\n$/);
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

    test("begin with the phase of the documents that they belong to", () => {
        for (const file of does.slice(0, 12)) expect(file.text).toMatch(/^-- Phase [1-4], [a-z ]+: /);
    });
});

describe.each([
    ["view", VIEWS, "views"],
    ["trigger", TRIGGERS, "triggers"],
] as const)("every %s", (_kind, files, folder) => {
    test.each(files)("$name has a test file", ({ name }) => {
        const file = new URL(`${folder}/${name.replace(/\.sql$/, ".test.ts")}`, import.meta.url);
        expect(existsSync(file), file.pathname).toBe(true);
    });
});
