import { writeFileSync } from "node:fs";
import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { makeFolder, writeProject } from "../../support/project.ts";
import { startProxy } from "../../support/proxy.ts";
import { describeTargets, type Target, type TestDatabase } from "../../support/targets.ts";
import { openTestConsole, type TestConsole } from "../consoles.ts";

const hash = "scrypt-7f3a9c51e0b2";
const long = "long ".repeat(200);

interface TableDocument {
    readonly rows: readonly Record<string, unknown>[];
    readonly next: string | null;
    readonly indexes: readonly { readonly name: string; readonly queries: readonly string[] }[];
}

/** A deployed database with 120 queue items, some of a question that exists, two mappings and a user. */
async function prepare(target: Target): Promise<{ console: TestConsole; database: TestDatabase }> {
    const database = await createDeployedDatabase(target);
    const question =
        "INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel) VALUES";
    await database.client.batch(
        [
            `${question} ('q1', '<img src=x onerror=alert(1)>', '${long}', 'e', 'beginner', 'linux', 'boot')`,
            `${question} ('q/2?&', 'second', 'a', 'e', 'beginner', 'linux', 'boot')`,
            "INSERT INTO channel_mappings (question_id, channel_id, sub_channel) VALUES ('q1', 'linux', 'boot')",
            "INSERT INTO channel_mappings (question_id, channel_id, sub_channel) VALUES ('q/2?&', 'linux', 'boot')",
            `INSERT INTO users (id, username, password) VALUES ('u1', 'ada', '${hash}')`,
            `INSERT INTO work_queue (item_type, item_id, action, reason)
             SELECT 'question', iif(value % 2, 'q1', 'gone'), 'verify', 'reason ' || value FROM generate_series(1, 120)`,
        ],
        "write",
    );
    return { console: openTestConsole(database), database };
}

describeTargets("the screen of tables", (target) => {
    test("lists tables by category with what one row is, in one request, and counts only on a click", async () => {
        const { console } = await prepare(target);
        const page = await console.read("/tables");
        for (const shown of [
            "12 tables, 6 views",
            "Core content",
            "Bookkeeping",
            "one interview question with its answer.",
        ])
            expect(page).toContain(shown);
        expect(page).toContain("1 request,");
        expect(page).not.toContain("count(*)");
        expect(await console.read("/tables?count=1")).toMatch(/data-l="rows">120</);
        const link = await console.get("/tables?count=1", { "sec-fetch-site": "none" });
        expect(await link.text()).not.toContain("count(*) AS counted");
        console.close();
    });

    test("says of a table what its columns mean, what its indexes serve, and what it points to, in one request", async () => {
        const { console } = await prepare(target);
        const page = await console.read("/tables/work_queue");
        for (const shown of [
            "One row is one job for a bot on one item.",
            "between 1 and 10; default <code>5</code>",
            "JSON object",
            "one of <code>pending</code>, <code>processing</code>",
            'title="',
            ">claim-work</a>",
            '<a href="/tables/questions">questions</a>',
            "migrations/004.do.create-work-queue.sql",
            "1 request,",
        ])
            expect(page).toContain(shown);
        const document = (await console.readJson("/tables/question_history")) as TableDocument;
        expect(document.indexes.flatMap(({ queries }) => queries)).toContain("history-of-question");
        expect(await console.read("/tables/questions")).toContain("trg_questions");
        console.close();
    });

    test("gives rows page by page after the key, each exactly once", async () => {
        const { console } = await prepare(target);
        const ids: unknown[] = [];
        let path: string | null = "/tables/work_queue?rows=50";
        let pages = 0;
        while (path !== null) {
            const document = (await console.readJson(path.replace("#rows", ""))) as TableDocument;
            ids.push(...document.rows.map(({ id }) => id));
            path = document.next;
            pages++;
        }
        expect(pages).toBe(3);
        expect(ids).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
        console.close();
    });

    test("finds rows by an indexed column in the order of its index, page by page", async () => {
        const { console } = await prepare(target);
        const ids: unknown[] = [];
        let path: string | null = "/tables/work_queue?column=item_id&value=q1&rows=50";
        while (path !== null) {
            const document = (await console.readJson(path.replace("#rows", ""))) as TableDocument;
            ids.push(...document.rows.map(({ id }) => id));
            path = document.next;
        }
        expect(ids).toEqual(Array.from({ length: 60 }, (_, at) => 2 * at + 1));
        expect(await console.read("/tables/work_queue?column=item_id&value=q1")).toContain("INDEXED BY");
        console.close();
    });

    test("finds no row by a number that no integer holds, and says so", async () => {
        const { console } = await prepare(target);
        const numbers = ["1e30", "1e999", "9223372036854775807", "9223372036854775808", "-9223372036854775809"];
        for (const number of [...numbers, "1".repeat(40)]) {
            const page = await console.read(`/tables/work_queue?column=id&value=${number}`);
            expect.soft(page, number).toContain("No row has this value.");
            const rest = await console.read(`/tables/work_queue?after=${number}`);
            expect.soft(rest, number).not.toContain("cannot be read");
            const row = await console.get(`/tables/work_queue/row?key=${number}`);
            expect.soft(row.status, number).toBe(404);
        }
        const largest = (await console.readJson("/tables/work_queue?column=id&value=7e0")) as TableDocument;
        expect(largest.rows.map(({ id }) => id)).toEqual([7]);
        console.close();
    });

    test("gives a blob by its size, as JSON too", async () => {
        const { console, database } = await prepare(target);
        await database.client.execute("CREATE TABLE held (id INTEGER PRIMARY KEY, data BLOB)");
        await database.client.execute("INSERT INTO held VALUES (1, zeroblob(3000000))");
        const response = await console.get("/tables/held/row?key=1&as=json");
        expect(await response.json()).toMatchObject({ row: { id: 1, data: "3,000,000 bytes" } });
        console.close();
    });

    test("reads a whole table for a filter only on a click in the console", async () => {
        const { console } = await prepare(target);
        const filter = "/tables/work_queue?column=reason&value=reason+7";
        const page = await console.read(filter);
        expect(page).toContain("No index begins with reason.");
        expect(page).toContain("Search it: reads the whole table");
        expect(((await console.readJson(filter)) as TableDocument).rows).toEqual([]);
        expect(((await console.readJson(`${filter}&whole=1`)) as TableDocument).rows.map(({ id }) => id)).toEqual([7]);
        const link = await console.get(`${filter}&whole=1&as=json`, { "sec-fetch-site": "none" });
        expect(((await link.json()) as TableDocument).rows).toEqual([]);
        console.close();
    });

    test("cuts long values in the table, gives them whole on the page of the row, and shows markup as text", async () => {
        const { console } = await prepare(target);
        const page = await console.read("/tables/questions");
        expect(page).not.toContain(long.slice(0, 250));
        expect(page).not.toContain("<img");
        const row = await console.read("/tables/questions/row?key=q1");
        expect(row).toContain(long.trim());
        expect(row).not.toContain("<img");
        expect(row).toContain('<a href="/questions/q1">Its own page</a>');
        expect(row).toContain("/tables/channel_mappings?column=question_id&amp;value=q1");
        const csv = await (await console.get("/tables/questions?as=csv")).text();
        expect(csv.split("\r\n")[0]).toMatch(/^id,question,answer,/);
        console.close();
    });

    test("leads from a value to its row where that exists, by keys of any text and of several columns", async () => {
        const { console, database } = await prepare(target);
        const page = await console.read("/tables/work_queue");
        expect(page).toContain('<a href="/questions/q1">');
        expect(page).not.toContain("/questions/gone");
        await database.client.batch(
            [
                "CREATE TABLE pairs (a TEXT, b INTEGER, note TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
                "INSERT INTO pairs VALUES ('q/2?&', 3, 'found'), ('q/2?&', 4, 'other'), ('r', 1, 'third')",
            ],
            "write",
        );
        const pairs = await console.read("/tables/pairs");
        const href = /href="([^"]*row[?][^"]*key=3)"/.exec(pairs)?.[1] ?? "";
        const row = await console.read(href.replaceAll("&amp;", "&"));
        expect(row).toContain("q/2?&amp;, 3</h1>");
        expect(row).toContain("found");
        expect((await console.get("/tables/work_queue/row?key=9999")).status).toBe(404);
        expect((await console.get("/tables/work_queue/row")).status).toBe(404);
        expect(await console.read("/tables/work_queue/row?key=2")).toContain("gone (not in questions)");
        console.close();
    });

    test("shows JSON that is broken as text, with a mark", async () => {
        const { console, database } = await prepare(target);
        await database.client.execute(
            "CREATE TABLE loose (id INTEGER PRIMARY KEY, list TEXT, CHECK (id > 0 OR json_type(list) = 'array'))",
        );
        await database.client.execute("INSERT INTO loose VALUES (1, '[1, 2'), (2, '[1,2]')");
        expect(await console.read("/tables/loose/row?key=1")).toContain("not valid JSON, shown as text");
        expect(await console.read("/tables/loose/row?key=2")).toContain("[1, 2]");
        console.close();
    });

    test("shows a view by its statement, and its rows on a click", async () => {
        const { console, database } = await prepare(target);
        const page = await console.read("/tables/v_queue_health");
        expect(page).toContain("CREATE VIEW v_queue_health");
        expect(page).toContain("1 request,");
        expect(await console.read("/tables/v_queue_health?show=1")).toContain(
            "<td>pending</td>".replace("pending", "<span>pending</span>"),
        );
        await database.client.execute("CREATE VIEW prying AS SELECT id, password AS shown FROM users");
        const prying = await console.read("/tables/prying?show=1");
        expect(prying).toContain("Its rows are not shown: it reads users.password, which is never shown.");
        expect(prying).not.toContain(hash);
        console.close();
    });

    test("never reads a masked column", async () => {
        const { console, database } = await prepare(target);
        for (const path of [
            "/tables/users",
            "/tables/users?as=json",
            "/tables/users?as=csv",
            "/tables/users/row?key=u1",
            "/tables/users/row?key=u1&as=json",
            `/tables/users?column=password&value=${hash.slice(0, 6)}&whole=1`,
        ]) {
            const text = await (await console.get(path)).text();
            expect.soft(text, path).not.toContain(hash);
            expect.soft(text, path).not.toMatch(/substr\(password/);
        }
        expect(await console.read("/tables/users")).toContain("never read by the console");
        await database.client.execute("CREATE INDEX idx_users_pry ON users (username, password)");
        for (const path of [
            "/tables/users?column=username&value=ada",
            "/tables/users?column=username&value=ada&as=json",
        ]) {
            const text = await console.read(path);
            expect.soft(text, path).toContain("u1");
            expect.soft(text, path).not.toContain(hash);
            expect.soft(text, path).not.toMatch(/SELECT [^;]*password/);
        }
        console.close();
    });

    test("follows a schema that is not that of the files, and names what is not there", async () => {
        const { console, database } = await prepare(target);
        await database.client.execute('CREATE TABLE "odd table" ("the name" TEXT, "from" INTEGER, raw BLOB)');
        await database.client.execute("INSERT INTO \"odd table\" VALUES ('a', 1, x'0102')");
        const page = await console.read("/tables/odd%20table");
        expect(page).toContain("2 bytes");
        expect(page).toContain("/tables/odd%20table/row?key=1");
        expect(await console.read("/tables/odd%20table/row?key=1")).toContain("2 bytes");
        expect((await console.get("/tables/none")).status).toBe(404);
        await database.client.execute("ALTER TABLE work_queue ADD COLUMN added TEXT DEFAULT 'new'");
        const document = (await console.readJson("/tables/work_queue")) as TableDocument;
        expect(document.rows[0]?.added).toBe("new");
        console.close();
    });
});

describeTargets("the requests of the tables", (target) => {
    test.skipIf(target.name === "file:")("are one for each page, the first included", async () => {
        const { database } = await prepare(target);
        const proxy = await startProxy(database.url);
        const console = openTestConsole({ url: proxy.url });
        for (const path of [
            "/tables/work_queue",
            "/tables",
            "/tables/questions/row?key=q1",
            "/tables/v_queue_health",
        ]) {
            const before = proxy.requests;
            await console.read(path);
            expect.soft(proxy.requests - before, path).toBe(1);
        }
        console.close();
        await proxy.close();
    });
});

test("gives the names of the columns of an empty table as CSV, in their order", async () => {
    const path = `${makeFolder()}/empty.db`;
    const client = createClient({ url: `file:${path}` });
    await client.execute('CREATE TABLE empty (id INTEGER PRIMARY KEY, "10" TEXT, "2" TEXT)');
    const console = openTestConsole({ url: `file:${path}` });
    expect(await console.read("/tables/empty?as=csv")).toBe("id,10,2\r\n");
    await client.execute("INSERT INTO empty VALUES (1, 'ten', 'two')");
    expect(await console.read("/tables/empty?as=csv")).toBe("id,10,2\r\n1,ten,two\r\n");
    expect(await console.read("/tables/empty/row?key=1&as=csv")).toBe("id,10,2\r\n1,ten,two\r\n");
    client.close();
    console.close();
});

test("says that the files cannot be read, and reads them again when they are correct", async () => {
    const path = `${makeFolder()}/files.db`;
    const client = createClient({ url: `file:${path}` });
    await client.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY)");
    client.close();
    const file = "CREATE TABLE kept (id INTEGER PRIMARY KEY)";
    const root = writeProject({ "migrations/001.do.create-kept.sql": `${file} STRICT, NONSENSE;` });
    const console = openTestConsole({ url: `file:${path}` }, { root });
    const broken = await console.read("/tables/kept");
    expect(broken).toContain("The files of the project could not be read");
    writeFileSync(`${root}/migrations/001.do.create-kept.sql`, `${file};\n`);
    const corrected = await console.read("/tables/kept");
    expect(corrected).not.toContain("could not be read");
    expect(corrected).toContain("migrations/001.do.create-kept.sql");
    console.close();
});

test("a file that does not exist is a page with the remedy", async () => {
    const console = openTestConsole({ url: `file:${makeFolder()}/none.db` });
    const response = await console.get("/tables");
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("pnpm db:migrate");
    console.close();
});
