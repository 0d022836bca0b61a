import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { startSqld } from "../../../src/server/sqld.ts";
import { hashContents } from "../../support/contents.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { makeFolder } from "../../support/project.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { createKeyPair, mintToken } from "../../support/tokens.ts";
import { openTestConsole, type TestConsole } from "../consoles.ts";

const hash = "scrypt-7f3a9c51e0b2";
const runaway = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

interface Answer {
    readonly rows?: readonly Record<string, unknown>[];
    readonly isCut?: boolean;
    readonly plan?: readonly string[];
    readonly error?: { readonly message: string; readonly hint: string };
    readonly ran?: boolean;
}

async function run(console: TestConsole, sql: string, more: Record<string, string> = { run: "1" }): Promise<Answer> {
    const response = await console.get(`/sql?${new URLSearchParams({ sql, as: "json", ...more })}`);
    return (await response.json()) as Answer;
}

/** A deployed database with a user, and an interface that only reads it. */
async function prepare(target: Parameters<Parameters<typeof describeTargets>[1]>[0]): Promise<TestDatabase> {
    const database = await createDeployedDatabase(target);
    await database.client.execute({
        sql: "INSERT INTO users (id, username, password) VALUES ('u1', 'ada', ?)",
        args: [hash],
    });
    return database;
}

/** A server's address as the box demands it: with a token that says read-only. The test's server asks for none. */
function asReader({ url }: TestDatabase): { url: string; authToken?: string } {
    return url.startsWith("file:") ? { url } : { url, authToken: mintToken(createKeyPair(), { access: "ro" }) };
}

const hostile: readonly (readonly [sql: string, message: RegExp])[] = [
    ["INSERT INTO users (id, username, password) VALUES ('x', 'x', 'x')", /writes/],
    ["INSERT INTO users (id, username, password) VALUES ('x', 'x', 'x') RETURNING id", /writes/],
    ["UPDATE users SET username = 'x'", /writes/],
    ["DELETE FROM users RETURNING *", /writes/],
    ["REPLACE INTO users (id, username, password) VALUES ('u1', 'x', 'x')", /writes/],
    ["/* read */ DELETE FROM users", /writes/],
    ["-- SELECT\nDELETE FROM users", /writes/],
    ["WITH x AS (SELECT 1) DELETE FROM users", /syntax error/],
    ["WITH x AS (SELECT 1) DELETE FROM users RETURNING *", /syntax error/],
    [
        "WITH x AS (SELECT 1) INSERT INTO users (id, username, password) SELECT 'x', 'x', 'x' RETURNING *",
        /syntax error/,
    ],
    ["WITH x AS (SELECT 1) UPDATE users SET username = 'x' RETURNING *", /syntax error/],
    ["SELECT 1; DELETE FROM users", /second statement/],
    ["SELECT 1;;\n-- more\nDROP TABLE users", /second statement/],
    ["EXPLAIN SELECT 1; DELETE FROM users", /second statement/],
    ["SELECT 1) LIMIT 1; DELETE FROM users; SELECT * FROM (SELECT 2", /second statement/],
    ["SELECT 1) UNION ALL SELECT * FROM (SELECT 2", /syntax error/],
    ["SELECT password FROM users) AS a, (SELECT 1", /syntax error/],
    ["SELECT 'never closed", /never closed/],
    ["SELECT 1 /* never closed", /never closed/],
    ["", /^$/],
    [";", /no statement/],
    ["DROP TABLE users", /not accepted/],
    ["CREATE TABLE made (a)", /not accepted/],
    ["ALTER TABLE users ADD COLUMN x TEXT", /not accepted/],
    ["ATTACH 'file:{folder}/attached.db?mode=rwc' AS other", /not accepted/],
    ["EXPLAIN ATTACH '{folder}/attached.db' AS other", /not accepted/],
    ["EXPLAIN QUERY PLAN ATTACH '{folder}/attached.db' AS other", /not accepted/],
    ["DETACH main", /not accepted/],
    ["VACUUM", /not accepted/],
    ["VACUUM INTO '{folder}/copy.db'", /not accepted/],
    ["EXPLAIN VACUUM INTO '{folder}/copy.db'", /not accepted/],
    ["PRAGMA query_only = 0", /not accepted/],
    ["EXPLAIN PRAGMA query_only = 0", /not accepted/],
    ["EXPLAIN QUERY PLAN PRAGMA writable_schema = 1", /not accepted/],
    ["PRAGMA journal_mode = DELETE", /not accepted/],
    ["BEGIN IMMEDIATE", /not accepted/],
    ["ROLLBACK", /not accepted/],
    ["REINDEX", /not accepted/],
    ["ANALYZE", /not accepted/],
    ["SAVEPOINT a", /not accepted/],
    ["SELECT load_extension('{folder}/made.so')", /load_extension|not authorized/],
    ["SELECT writefile('{folder}/made.txt', 'x')", /writefile/],
    ["SELECT WriteFile('{folder}/made.txt', 'x')", /writefile/],
    ["SELECT \"writefile\"('{folder}/made.txt', 'x')", /writefile/],
    ["SELECT (SELECT w FROM (SELECT writefile('{folder}/made.txt', 'x') AS w))", /writefile/],
    ["SELECT id FROM users ORDER BY writefile('{folder}/made.txt', id)", /writefile/],
    ["VALUES (writefile('{folder}/made.txt', 'x'))", /writefile/],
    ["SELECT readfile('/etc/hostname')", /readfile/],
    ["SELECT name FROM fsdir('{folder}')", /fsdir/],
    ["SELECT name FROM \"FSDIR\"('{folder}')", /fsdir/],
    ["SELECT sha3_query('SELECT password FROM users')", /sha3_query/],
    ["SELECT fts3_tokenizer('simple')", /fts3_tokenizer/],
    ["SELECT sqlite3mc_config('cipher', 'rc4')", /sqlite3mc_config/],
    ["SELECT * FROM pragma_optimize", /pragma_optimize/],
    ["SELECT * FROM pragma_incremental_vacuum(10)", /pragma_incremental_vacuum/],
    ["SELECT * FROM pragma_journal_mode('main', 'delete')", /pragma_journal_mode|too many arguments/],
    ["SELECT data FROM sqlite_dbpage", /sqlite_dbpage/],
    ["SELECT data FROM 'sqlite_dbpage'", /sqlite_dbpage/],
    ["SELECT sql FROM sqlite_stmt", /sqlite_stmt/],
    ["SELECT * FROM carray(1, 1)", /carray/],
    ["SELECT :name", /parameter/],
    ["SELECT ?", /parameter/],
];

/** Statements that would show the column that is never read, each by another way. */
const prying: readonly string[] = [
    "SELECT * FROM users",
    "SELECT password FROM users",
    "SELECT u.password AS x FROM users AS u",
    "SELECT max(password) AS x FROM users",
    "SELECT length(password) AS x FROM users",
    "SELECT hex(substr(password, 1, 4)) AS x FROM users",
    "SELECT id FROM users WHERE password LIKE 'scrypt%'",
    "SELECT id FROM users ORDER BY password",
    "SELECT count(*) FROM users GROUP BY password",
    "SELECT (SELECT password FROM users LIMIT 1) AS x",
    "SELECT id FROM users WHERE EXISTS (SELECT 1 FROM users AS u WHERE u.password > 's')",
    "WITH a AS (SELECT * FROM users), b AS (SELECT password AS p FROM a) SELECT p FROM b",
    "SELECT a.id FROM users AS a JOIN users AS b ON a.password = b.password",
    "SELECT json_group_array(password) AS x FROM users",
    "SELECT id FROM users UNION ALL SELECT password FROM users",
    "SELECT password FROM main.users NOT INDEXED",
    'SELECT "PASSWORD" FROM "USERS"',
    "SELECT p FROM (SELECT password AS p, row_number() OVER (ORDER BY id) AS n FROM users) WHERE n = 1",
    "SELECT * FROM prying",
    "SELECT shown FROM prying",
];

describeTargets("the box for SQL", (target) => {
    test("runs a statement, and gives its rows and plan", async () => {
        const database = await prepare(target);
        const console = openTestConsole(asReader(database));
        const answer = await run(console, "SELECT id, username AS name, username AS name FROM users -- all");
        expect(answer.rows).toEqual([{ id: "u1", name: "ada", "name:1": "ada" }]);
        expect(answer.plan).toEqual(["SCAN users"]);
        const page = await console.read(`/sql?run=1&sql=${encodeURIComponent("SELECT id FROM users WHERE id = 'u1'")}`);
        expect(page).toContain("Finds rows of <b>users</b> by <code>sqlite_autoindex_users_1</code>");
        expect(page).toContain("2 requests");
        console.close();
    });

    test("keeps the order of columns whose names are numbers, and names those of no rows", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const ask = (sql: string, form: string): Promise<string> =>
            console.read(`/sql?${new URLSearchParams({ sql, run: "1", ...(form ? { as: form } : {}) })}`);
        const named = 'SELECT 1 AS b, 2 AS "10", 3 AS "2"';
        expect(await ask(named, "csv")).toBe("b,10,2\r\n1,2,3\r\n");
        expect(await ask(`${named} WHERE false`, "csv")).toBe("b,10,2\r\n");
        expect((await ask(named, "")).match(/<th scope="col" class="n">[^<]+/g)?.map((head) => head.slice(-2))).toEqual(
            [">b", "10", ">2"],
        );
        expect(await ask(`${named} WHERE false`, "")).toContain("The columns would be b, 10, 2.");
        console.close();
    });

    test("folds long values, whole as far as a page can hold them", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const one = "SELECT replace(hex(zeroblob(1000)), '00', 'word ') || '<end>' AS text";
        const page = await console.read(`/sql?${new URLSearchParams({ sql: one, run: "1" })}`);
        expect(page).toContain("… (5,005 characters)</summary>");
        expect(page).toContain("&lt;end&gt;</div></details>");
        const many = "SELECT replace(hex(zeroblob(1000)), '00', '<>\"&é') AS text FROM generate_series(1, 500)";
        const large = await console.read(`/sql?${new URLSearchParams({ sql: many, run: "1" })}`);
        expect(large).toContain("More than this page can hold");
        expect(large).toContain("…</div>");
        expect(Buffer.byteLength(large)).toBeLessThan(150_000);
        const plain = "SELECT replace(hex(zeroblob(1000)), '00', 'word ') AS text FROM generate_series(1, 300)";
        const usual = await console.read(`/sql?${new URLSearchParams({ sql: plain, run: "1" })}`);
        expect(Buffer.byteLength(usual)).toBeLessThan(150_000);
        console.close();
    });

    test("gives a large blob by its size, as JSON too", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const response = await console.get("/sql?run=1&as=json&sql=SELECT+zeroblob(3000000)+AS+b");
        const text = await response.text();
        expect(text).toContain('"b": "3,000,000 bytes"');
        expect(text.length).toBeLessThan(2_000);
        console.close();
    });

    test("gives at most 500 rows, and says that there are more", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const answer = await run(console, "SELECT value FROM generate_series(1, 2000)");
        expect([answer.rows?.length, answer.isCut]).toEqual([500, true]);
        console.close();
    });

    test("plans what writes without running it", async () => {
        const database = await prepare(target);
        const console = openTestConsole(asReader(database));
        const answer = await run(console, "DELETE FROM users WHERE username = 'ada'", { explain: "1" });
        expect(answer.plan?.join()).toContain("SEARCH users");
        expect((await database.client.execute("SELECT count(*) FROM users")).rows[0]?.[0]).toBe(1);
        console.close();
    });

    test("only fills the box for a link from elsewhere", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
        for (const headers of [link, { "sec-fetch-site": "none" }, { "sec-fetch-site": "" }]) {
            const response = await console.get("/sql?run=1&sql=SELECT+id+FROM+users", headers);
            const page = await response.text();
            expect(page).toContain("SELECT id FROM users</textarea>");
            expect(page).toContain("The database was not asked.");
        }
        console.close();
    });

    test(`changes nothing and makes no file by ${hostile.length} hostile statements`, async () => {
        const database = await prepare(target);
        const folder = makeFolder();
        const console = openTestConsole(asReader(database));
        const look = async (): Promise<unknown> => ({
            contents: await hashContents(database.client),
            folder: readdirSync(folder),
            file: target.name === "file:" ? lookAtFile(database.url) : undefined,
        });
        const before = await look();
        for (const [sql, message] of hostile) {
            const answer = await run(console, sql.replaceAll("{folder}", folder));
            expect.soft(answer.rows, sql).toBeUndefined();
            expect.soft(answer.error?.message ?? "", sql).toMatch(message);
        }
        expect(await look()).toEqual(before);
        console.close();
    });

    test(`never gives a masked column: ${prying.length} ways to ask`, async () => {
        const database = await prepare(target);
        await database.client.execute("CREATE VIEW prying AS SELECT id, password AS shown FROM users");
        await database.client.execute("CREATE INDEX idx_users_pry ON users (id, password)");
        const console = openTestConsole(asReader(database));
        for (const sql of prying) {
            const answer = await run(console, sql);
            expect.soft(answer.error?.message, sql).toBe("it reads users.password, which is never shown");
            expect.soft(answer.error?.hint, sql).toBe("Name the columns that you need: id, username.");
            const page = await console.get(`/sql?${new URLSearchParams({ sql, run: "1" })}`);
            expect.soft(await page.text(), sql).not.toContain(hash);
        }
        for (const sql of ["SELECT count(*) AS n FROM users", "SELECT username FROM users", "SELECT id FROM prying"]) {
            const answer = await run(console, sql);
            expect.soft(answer.rows?.length, sql).toBe(1);
        }
        console.close();
    });

    test("ends a runaway statement after 5 s while other pages answer, and leaves nothing running", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        await console.read("/");
        const started = performance.now();
        const running = run(console, runaway);
        const second = run(console, runaway);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const asked = performance.now();
        const state = performance.now();
        await console.read("/");
        const waited = performance.now() - state;
        const answer = await running;
        expect(performance.now() - started).toBeLessThan(6_000);
        expect(answer.error?.message).toBe("stopped after 5 s");
        expect(waited).toBeLessThan(1_500);
        await second;
        expect(performance.now() - asked).toBeLessThan(8_000);
        console.close();
    });

    test("says what happened to a text that is not valid UTF-8, and to a NUL", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const broken = await run(console, "SELECT CAST(x'ff41' AS TEXT) AS a");
        expect(broken.error?.message).toBe("a text in its rows is not valid UTF-8");
        const page = await console.read(`/sql?run=1&sql=${encodeURIComponent("SELECT char(65, 0, 66) AS a")}`);
        expect(page).toMatch(/A␀B|<span>A<\/span>/);
        expect((await run(console, "SELECT 1 AS a")).rows).toEqual([{ a: 1 }]);
        console.close();
    });

    test("shows markup in rows and in the statement as text", async () => {
        const console = openTestConsole(asReader(await prepare(target)));
        const sql = "SELECT '</textarea><img src=x onerror=alert(1)>' AS \"<b>\"";
        const page = await console.read(`/sql?${new URLSearchParams({ sql, run: "1" })}`);
        expect(page).not.toContain("<img");
        expect(page).toContain("&lt;img");
        console.close();
    });
});

function lookAtFile(url: string): unknown {
    const path = url.slice("file:".length);
    // The client of the test itself keeps a log and its index open.
    const files = readdirSync(dirname(path)).filter((name) => !/-(wal|shm)$/.test(name));
    return {
        files,
        hash: createHash("sha256")
            .update(readFileSync(join(path)))
            .digest("hex"),
    };
}

test("is absent with a token that may write, and says how to get it", async () => {
    const server = await startSqld({ directory: makeFolder() });
    const client = createClient({ url: server.url });
    await client.execute("CREATE TABLE t (a)");
    const authToken = mintToken(createKeyPair(), { access: "rw" });
    const command = "turso db tokens create &lt;database&gt; --read-only";
    for (const [address, ...said] of [
        [{ url: server.url }, "no token: everybody may write", "SQL is off: no token", "pnpm db:server --auth"],
        [{ url: server.url, authToken }, "read-write token", "SQL is off: the token may write", command],
    ] as const) {
        const console = openTestConsole(address);
        const page = await console.read("/sql?run=1&sql=SELECT+a+FROM+t");
        for (const text of said) expect(page).toContain(text);
        expect(page).not.toContain("<textarea");
        expect(page).toContain("The database was not asked.");
        console.close();
    }
    client.close();
    await server.stop();
});
