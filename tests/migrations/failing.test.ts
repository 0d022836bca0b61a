import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSqld } from "../../src/server/sqld.ts";
import { readValue } from "../support/contents.ts";
import { deploy, deployWell, textOf } from "../support/deploying.ts";
import { writeProject } from "../support/project.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const second = "migrations/002.do.second.sql";
const files = {
    "migrations/001.do.first.sql":
        "CREATE TABLE users (id INTEGER PRIMARY KEY) STRICT;\n\n" +
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users DEFERRABLE INITIALLY DEFERRED) STRICT;\n",
};

/** How a second migration fails, what it says, and how many requests that takes: two reads, the script, and what finds more. */
const failures: readonly (readonly [string, Record<string, string>, string, number])[] = [
    [
        "that fails at a statement",
        { [second]: "CREATE TABLE tags (id TEXT) STRICT;\nINSERT INTO tag VALUES ('a');\n" },
        `${second}:2: no such table: tag`,
        3,
    ],
    [
        "that a constraint refuses",
        { [second]: "INSERT INTO users VALUES (1);\nINSERT INTO users VALUES (1);\n" },
        `${second}:2: UNIQUE constraint failed: users.id`,
        3,
    ],
    ["with a word that is none", { [second]: "CREATE TABEL tags (id TEXT);\n" }, `${second}:1: near "TABEL"`, 4],
    [
        "that leaves rows which point nowhere",
        { [second]: "INSERT INTO posts VALUES (1, 7);\n" },
        "posts row 1 references a row of users",
        4,
    ],
];

describe.skipIf(findSqld() === undefined)("the requests of a failing deploy", () => {
    describeTargets("are one fewer than where the statement had to be looked for", (target) => {
        if (target.name === "file:") return test.skip("a file has none", () => undefined);
        let database: TestDatabase;
        let proxy: TestProxy;

        beforeAll(async () => {
            database = await target.createDatabase();
            await deployWell(writeProject(files), database);
            proxy = await startProxy(database.url);
        });

        afterAll(() => proxy?.close());

        test.each(failures)("%s", async (_, more, message, requests) => {
            proxy.requests = 0;
            const { error } = await deploy(writeProject({ ...files, ...more }), { url: proxy.url });
            expect(textOf(error)).toContain(message);
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\.$/m);
            expect(proxy.requests).toBe(requests);
        });

        test("says only what is known where the request that finds the statement is lost", async () => {
            proxy.requests = 0;
            proxy.hooks = { onRequest: (n) => (n === 3 ? "drop" : undefined) };
            const project = writeProject({ ...files, [second]: "CREATE TABEL tags (id TEXT);\n" });
            const { error } = await deploy(project, { url: proxy.url });
            proxy.hooks = {};
            expect(textOf(error)).toContain("TABEL");
            expect(textOf(error)).not.toContain("each statement ran");
            expect(error?.outcome).toContain("Nothing was applied. The database is still at version 1.");
        });

        test("a lost request is not taken for a commit where another deploy came in between", async () => {
            const view = (column: string): Record<string, string> => ({
                "views/v_users.sql": `CREATE VIEW v_users AS\nSELECT id AS ${column} FROM users;\n`,
            });
            await deployWell(writeProject({ ...files, ...view("first") }), database);
            let isDropped = false;
            proxy.hooks = {
                onRequest: async (_n, body) => {
                    if (isDropped || !body.includes("CREATE VIEW")) return;
                    isDropped = true;
                    await deployWell(writeProject({ ...files, ...view("theirs") }), database);
                    return "drop";
                },
            };
            const ours = writeProject({ ...files, ...view("ours") });
            const { outcome, notes } = await deploy(ours, { url: proxy.url });
            proxy.hooks = {};
            expect([isDropped, outcome?.steps.length, notes]).toEqual([true, 1, []]);
            expect(await readValue(database.client, "SELECT name FROM pragma_table_info('v_users')")).toBe("ours");
        });
    });
});

describeTargets("a migration that returns more rows than a server sends", (target) => {
    test.each([
        "UPDATE bodies SET body = body || 'y' RETURNING *;",
        "INSERT INTO bodies (body) SELECT body FROM bodies RETURNING body;",
        "SELECT * FROM bodies;",
    ])("is refused with its line, or runs: %s", async (statement) => {
        const large =
            "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n" +
            "INSERT INTO bodies (body) SELECT printf('%.*c', 1000000, 'x') FROM generate_series(1, 12);\n";
        const database = await target.createDatabase();
        await deployWell(writeProject(files), database);
        const project = writeProject({ ...files, [second]: `${large}SELECT 1;\n${statement}\nSELECT 2;\n` });
        const { outcome, error } = await deploy(project, database);
        if (target.name === "file:") expect(outcome?.version).toBe(2);
        else {
            expect(error?.message).toBe(
                `${second}:4: it returns more than the 10 MB that a server sends; leave RETURNING or the SELECT out`,
            );
            expect(error?.outcome).toMatch(/Nothing was applied\. The database is still at version 1\.$/);
            expect(await readValue(database.client, "SELECT count(*) FROM sqlite_schema WHERE name = 'bodies'")).toBe(
                0,
            );
        }
    });
});
