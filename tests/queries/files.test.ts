import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { bindQuery, readLiteral, readQueries } from "../../src/queries/files.ts";
import { writeProject } from "../support/project.ts";

const good = `-- What it gives.
-- A second sentence.
-- For: the page of a thing, and
--     somebody else.
-- :first = 'it''s'
-- :limit = 5
-- Scans: because.
SELECT
    :limit AS a,
    :first AS b, -- :no parameter
    ':no' AS c,
    :limit AS d;
`;

async function readProblems(files: Record<string, string>): Promise<readonly string[]> {
    const error = await readQueries(writeProject(files)).catch((thrown: unknown) => thrown);
    if (!(error instanceof AppError)) throw new Error(`nothing was refused: ${JSON.stringify(error)}`);
    expect(error.code).toBe("invalid-files");
    return [error.message, ...error.details];
}

describe("the files of queries/", () => {
    test("are read with what their first comment says, by name; sub-folders and a README are passed over", async () => {
        const root = writeProject({
            "queries/things.sql": good,
            "queries/another-one.sql": "-- One.\r\n-- For: nobody.\r\nSELECT 1\r\n",
            "queries/volumes/rows.sql": "nothing",
            "queries/README.md": "# Queries\n",
        });
        const [first, second] = await readQueries(root);
        expect(first).toEqual({
            ...{ name: "another-one", path: "queries/another-one.sql", line: 3, sql: "SELECT 1" },
            ...{
                title: "One.",
                purpose: "nobody.",
                parameters: [],
                report: undefined,
                scans: undefined,
                sorts: undefined,
            },
        });
        expect(second).toMatchObject({
            title: "What it gives. A second sentence.",
            purpose: "the page of a thing, and somebody else.",
            parameters: [
                { name: "limit", example: 5 },
                { name: "first", example: "it's" },
            ],
            scans: "because.",
            sorts: undefined,
            line: 8,
        });
    });

    test("are none where there is no folder", async () => {
        expect(await readQueries(writeProject({ "a.txt": "" }))).toEqual([]);
    });

    test("are sent with numbers in the place of names, and with the examples where no value is given", async () => {
        const [query] = await readQueries(writeProject({ "queries/things.sql": good }));
        if (!query) throw new Error("no query");
        expect(bindQuery(query, { first: null })).toEqual({
            sql: "SELECT\n    ?1 AS a,\n    ?2 AS b, -- :no parameter\n    ':no' AS c,\n    ?1 AS d",
            args: [5, null],
        });
        expect(
            bindQuery({ sql: "SELECT :constructor", parameters: [{ name: "constructor", example: 1 }] }).args,
        ).toEqual([1]);
    });

    test("are refused all at once, each mistake with its file, its line and its remedy", async () => {
        const problems = await readProblems({
            "queries/things.sql": good.replace("-- :limit = 5\n", "-- :limits = 5\n"),
            "queries/bare.sql": "SELECT 1;\n",
        });
        expect(problems).toEqual([
            "the files of queries/ have 4 problems",
            "queries/bare.sql:1: does not say what it is",
            "    begin the file with a sentence in a comment",
            "queries/bare.sql:1: has no line 'For: …'",
            "    add a line such as `-- For: the page of a question.`",
            "queries/things.sql:9: :limit has no example",
            "    add a line such as `-- :limit = 'a value'` to the comment at the top",
            "queries/things.sql:6: the statement has no :limits",
            "    remove the line, or use the parameter",
        ]);
    });

    const head = "-- It.\n-- For: us.\n";
    test.each([
        ["Things.sql", `${head}SELECT 1;`, "Things.sql:1: is not named as the files of queries/ are"],
        ["things.txt", `${head}SELECT 1;`, "things.txt:1: is not named as the files of queries/ are"],
        ["a.sql", `${head}`, "a.sql:1: has no statement"],
        ["a.sql", `${head}SELECT 1;\nSELECT 2;`, "a.sql:4: has a second statement"],
        ["a.sql", `${head}SELECT 'x;`, "a.sql:3: the literal, name or comment is never closed"],
        ["a.sql", `${head}/* x`, "a.sql:3: the literal, name or comment is never closed"],
        ["a.sql", `${head}SELECT ?;`, "a.sql:3: the parameter '?' is not written as a name"],
        ["a.sql", `${head}-- :a = 1\nSELECT :a,\n@a;`, "a.sql:5: the parameter '@a' is not written as a name"],
        ["a.sql", `${head}-- :a = later\nSELECT :a;`, "a.sql:3: the example of :a is not a value"],
        ["a.sql", `${head}-- :a = 1 + 1\nSELECT :a;`, "a.sql:3: the example of :a is not a value"],
        ["a.sql", `${head}-- :a\nSELECT :a;`, "a.sql:3: is not a parameter with an example"],
        ["a.sql", `${head}-- :a = 1\n-- :a = 2\nSELECT :a;`, "a.sql:4: :a appears twice"],
        ["a.sql", `${head}-- For: them.\nSELECT 1;`, "a.sql:3: 'For:' appears twice"],
        ["a.sql", `${head}-- and you.\nSELECT 1;`, "a.sql:3: belongs to no heading"],
    ])("%s with %j is refused", async (name, text, problem) => {
        const [, detail] = await readProblems({ [`queries/${name}`]: text });
        expect(detail).toContain(`queries/${problem}`);
    });

    test.each([
        ["'a'", "a"],
        ["''", ""],
        ["'it''s'", "it's"],
        ["42", 42],
        ["-3", -3],
        ["0.5", 0.5],
        ["9007199254740993", 9007199254740993n],
        ["null", null],
        ["'a", undefined],
        ['"a"', undefined],
        ["a", undefined],
        ["x'00'", undefined],
        ["1, 2", undefined],
        ["", undefined],
    ])("take %s for its value", (text, value) => {
        expect(readLiteral(text)).toBe(value);
    });
});
