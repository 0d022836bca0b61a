import { beforeAll, describe, expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { findFileProblems, type Problem } from "../../src/planning/problems.ts";
import { accepted, refusedByRule, refusedByServer } from "../migrations/dialect.ts";
import { writeProject } from "../support/project.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const all = [...refusedByServer, ...refusedByRule, ...accepted];

/** Each statement in a file of its own, of the kind that it belongs in, behind two lines: what the check says of it. */
async function check(statements: readonly string[]): Promise<Map<string, Problem[]>> {
    const files = statements.map((sql, at): [path: string, sql: string] => {
        const [, type] = /^CREATE (VIEW|TRIGGER) \w+ /.exec(sql) ?? [];
        if (type === undefined) return [`migrations/${String(at + 1).padStart(3, "0")}.do.try.sql`, sql];
        return [`${type.toLowerCase()}s/o${at}.sql`, sql.replace(/^(CREATE \w+) \w+/, `$1 o${at}`)];
    });
    const root = writeProject(Object.fromEntries(files.map(([path, sql]) => [path, `-- one\n\n${sql};\n`])));
    const problems = findFileProblems(await readFiles(root));
    return new Map(statements.map((sql, at) => [sql, problems.filter((problem) => problem.path === files[at]?.[0])]));
}

describe("the check of statements", () => {
    let found: Map<string, Problem[]>;

    beforeAll(async () => {
        found = await check(all);
    });

    test.each([...refusedByServer, ...refusedByRule])("refuses, with line and remedy: %s", (sql) => {
        const problems = found.get(sql) ?? [];
        expect(problems).toHaveLength(1);
        expect(problems[0]?.line).toBe(3);
        expect(problems[0]?.remedy).toMatch(
            /^(remove it|write the value|use an ordinary table|create it in|order the rows|filter with|rebuild)/,
        );
    });

    test.each(accepted)("lets pass: %s", (sql) => {
        expect(found.get(sql)).toEqual([]);
    });

    test("names the line where a long statement goes wrong", async () => {
        const view = "SELECT\n    a,\n    group_concat(\n        a ORDER BY b\n    )\nFROM t";
        const insert = "INSERT INTO t (a)\nVALUES\n    ('x'),\n    (:name)";
        const lines = [...(await check([view, insert])).values()].map((problems) => problems.map((item) => item.line));
        expect(lines).toEqual([[6], [6]]);
    });

    test("refuses a statement that is larger than a server takes", async () => {
        const large = `INSERT INTO t (a) VALUES ('${"é".repeat(2_500_000)}')`;
        const [problem] = (await check([large])).get(large) ?? [];
        expect(problem).toMatchObject({ line: 3, remedy: "split it" });
    });
});

describeTargets("a server's parser", (target) => {
    let database: TestDatabase;

    beforeAll(async () => {
        database = await target.createDatabase();
        await database.client.executeMultiple(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, j TEXT);" +
                "CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INTEGER); CREATE VIEW vv AS SELECT a AS a FROM t;",
        );
    });

    const tries = (sql: string): Promise<string> =>
        database.client.executeMultiple(`BEGIN;\n${sql}\n;ROLLBACK;`).then(
            () => "taken",
            (error: Error) => error.message,
        );

    test("takes every statement that the check lets pass", async () => {
        for (const sql of accepted) expect(`${sql}: ${await tries(sql)}`).toBe(`${sql}: taken`);
        tell(`${target.name} ${accepted.length} statements pass the check and run`);
    });

    test.skipIf(target.name === "file:")("refuses every statement that the check refuses for its sake", async () => {
        for (const sql of refusedByServer) expect(`${sql}: ${await tries(sql)}`).toMatch(/: (SQL_PARSE|ARGS)_/);
        tell(`sqld ${refusedByServer.length} statements fail the check and on the server`);
    });

    test("takes what the check refuses by rule, or knows its grammar at least", async () => {
        for (const sql of refusedByRule) expect(await tries(sql)).not.toMatch(/SQL_PARSE_ERROR/);
    });
});
