import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createClient } from "@libsql/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { rehearseDeploy } from "../../src/cli/commands/rehearse.ts";
import { findPlace } from "../../src/rehearsal/place.ts";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import {
    bookshop,
    listCopies,
    pushHere,
    readWhole,
    rehearseHere,
    report,
    rows,
    shareBookshop,
} from "../rehearsal/rehearsing.ts";
import { startCommand } from "../support/command.ts";
import { deployInto } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { describeTargets } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";

const clean = { "migrations/002.do.add-title.sql": "ALTER TABLE books ADD COLUMN title TEXT;" };
const cascading = { "migrations/002.do.delete-books.sql": "DELETE FROM books WHERE id <= 'b-020';" };

describeTargets("db:rehearse", (target) => {
    const shop = shareBookshop(target);
    const { withFiles } = shop;
    const versionOf = async (): Promise<unknown> =>
        (await shop.database.client.execute("SELECT max(version) FROM schemaversion")).rows[0]?.[0];

    test("prints the copy, each file and what was found, and ends with exit code 4", async () => {
        const { code, stdout } = await rehearseHere(withFiles(cascading));
        const lines = stdout.split("\n");
        expect(code).toBe(4);
        expect(lines[1]).toMatch(/^Plan: {5}1-/);
        expect(lines[2]).toMatch(/^Copied: {3}44\d rows of 8 tables, \d+ ms/);
        expect(lines[3]).toMatch(/^Tried: {4}002\.do\.delete-books\.sql, [\d,]+ ms, 40 rows written$/);
        expect(lines.slice(4, 6)).toEqual(["           books  200 -> 180 rows", "           loans  200 -> 180 rows"]);
        expect(lines[6]).toMatch(
            /^Found: {4}migrations\/002\.do\.delete-books\.sql: 'loans' has lost 20 of its 200 rows/,
        );
        expect(lines[7]).toMatch(
            /^Rehearsed 1 migration up to version 2 in \d+ ms: 1 thing found\. The database itself was not changed\.$/,
        );
    });

    test("says so where there is nothing to rehearse, and copies nothing", async () => {
        const { code, stdout } = await rehearseHere(withFiles({}), { keep: "kept.db" });
        expect([code, stdout]).toEqual([0, expect.stringContaining("Nothing to rehearse")]);
        expect(stdout).not.toContain("Copied");
    });

    test("rehearses on a sample and says that it is one", async () => {
        const { stdout, code } = await rehearseHere(withFiles(clean), { sample: 10 });
        expect(code).toBe(0);
        expect(stdout).toContain("(a sample: 10 rows of each table, from both ends, and the rows they refer to)");
        expect(stdout).toContain("On a sample: the other rows were not tested.");
        const { copy, migrations } = await report(withFiles(cascading), { sample: 10 });
        expect(copy.sample).toBe(10);
        expect(migrations[0]?.tables.find(({ table }) => table === "loans")).toEqual({
            table: "loans",
            before: 10,
            after: 5,
        });
    });

    test("keeps the copy where it is told to, as it is after the run, and never over another file", async () => {
        const project = withFiles(clean);
        const kept = path.join(project.root, "kept.db");
        expect((await rehearseHere(project, { keep: "kept.db" })).code).toBe(0);
        expect(statSync(kept).mode & 0o077).toBe(0);
        const copy = createClient({ url: pathToFileURL(kept).href });
        const { rows: found } = await copy.execute("SELECT count(title), count(*) FROM books");
        copy.close();
        expect(Array.from(found[0] ?? [])).toEqual([0, 200]);
        const again = await rehearseHere(project, { keep: "kept.db" });
        expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("--keep: 'kept.db' already exists")]);
        expect(existsSync(kept)).toBe(true);
    });

    test("db:push --rehearse stops where something is found, and goes on where nothing is", async () => {
        const before = await readWhole(shop.database);
        const stopped = await pushHere(withFiles(cascading), { rehearse: true });
        expect([stopped.code, stopped.error?.code]).toEqual([4, "rehearsal-found"]);
        expect(stopped.stderr).toMatch(/'loans' has lost 20 of its 200 rows[\s\S]*\nNothing was applied\.\n$/);
        expect(await readWhole(shop.database)).toEqual(before);
        const failed = await pushHere(withFiles({ "migrations/002.do.x.sql": "SELECT 1;\nDROP TABLE nowhere;" }), {
            rehearse: true,
        });
        expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("migrations/002.do.x.sql:2: ")]);
        expect(failed.stderr).toContain("This was a rehearsal on a copy. The database itself was not changed.");
        expect(await readWhole(shop.database)).toEqual(before);
        const gone = await pushHere(withFiles(clean), { rehearse: true });
        expect([gone.code, gone.stdout]).toEqual([
            0,
            expect.stringMatching(/nothing was found[\s\S]*\nApplied 1 migration/),
        ]);
        expect(await versionOf()).toBe(2);
        expect(listCopies()).toEqual([]);
    });

    test("removes the copy on Ctrl-C, in the middle of a file", async () => {
        const series = "INSERT INTO log (what) SELECT value FROM generate_series(1, 100000);\n";
        const { root } = withFiles({ "migrations/002.do.slow.sql": series.repeat(200) });
        const before = await readWhole(shop.database);
        const running = startCommand("db:rehearse", [], { cwd: root, env: { TURSO_DATABASE_URL: shop.database.url } });
        await expect.poll(() => running.printed().stdout, { timeout: 20_000 }).toContain("Copied:");
        expect(listCopies(running.pid).length).toBe(1);
        running.kill("SIGINT");
        const { code, stderr } = await running.result;
        expect([code, listCopies(running.pid)]).toEqual([130, []]);
        expect(stderr).toContain("The database itself was not changed.");
        expect(await readWhole(shop.database)).toEqual(before);
    });
});

test("a rehearsal of a file whose folder does not exist fails as the deploy would", async () => {
    const root = writeProject(bookshop);
    const { code, stderr } = await runHere((context) => rehearseDeploy(context, {}), {
        root,
        url: "file:nowhere/x.db",
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining("cannot open file:nowhere/x.db: its folder does not")]);
    expect([existsSync(path.join(root, "nowhere")), listCopies()]).toEqual([false, []]);
});

test("a copy that is kept can be read by nobody else from its first row on, and is gone when it is not whole", async () => {
    const root = writeProject({});
    const place = await findPlace(root, "kept.db", new Date());
    expect(statSync(path.join(root, "kept.db")).mode & 0o077).toBe(0);
    await place.leave(false);
    expect(existsSync(path.join(root, "kept.db"))).toBe(false);
});

const binary = findSqld();

describe.skipIf(binary === undefined)(binary ? "a rehearsal from a server" : "sqld (no binary here)", () => {
    const key = createKeyPair();
    const readWrite = mintToken(key, { access: "rw" });
    const root = writeProject({ ...bookshop, ...clean });
    const bodies: string[] = [];
    let folder: string;
    let server: Sqld;
    let proxy: TestProxy;

    beforeAll(async () => {
        folder = mkdtempSync(path.join(tmpdir(), "rehearsal-test-"));
        const jwtPublicKeyFile = path.join(folder, "key.pem");
        writeFileSync(jwtPublicKeyFile, key.publicPem);
        server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
        await deployInto({ url: server.url, authToken: readWrite }, writeProject(bookshop));
        const client = createClient({ url: server.url, authToken: readWrite });
        await client.executeMultiple(rows);
        client.close();
        proxy = await startProxy(server.url);
    });

    beforeEach(() => {
        bodies.length = 0;
        proxy.requests = 0;
        proxy.hooks = { onRequest: (_, body) => void bodies.push(body) };
    });

    afterAll(async () => {
        await proxy.close();
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
    });

    const rehearseAll = (signal = new AbortController().signal) => {
        const env = { TURSO_DATABASE_URL_RO: proxy.url, TURSO_AUTH_TOKEN_RO: mintToken(key, { access: "ro" }) };
        return runHere((context) => rehearseDeploy(context, {}), { root, env, signal });
    };

    test("needs a read-only token, and sends nothing but reads", async () => {
        const { code, stdout } = await rehearseAll();
        expect([code, stdout]).toEqual([0, expect.stringContaining("nothing was found")]);
        const statements = bodies.flatMap((body) => [...body.matchAll(/"sql":"(\w+)/g)].map((match) => match[1]));
        expect(statements.length).toBeGreaterThan(10);
        expect([...new Set(statements)].sort()).toEqual(["BEGIN", "ROLLBACK", "SELECT"]);
    });

    test("reads on in a second view when the server ends the first, and says so", async () => {
        let refused = 0;
        proxy.hooks = {
            onRequest: (n) => {
                if (n !== 6 || refused++ > 0) return;
                return { status: 400, body: JSON.stringify({ error: "Received an invalid baton" }) };
            },
        };
        const { code, stdout, stderr } = await rehearseAll();
        expect([code, stdout, refused]).toEqual([0, expect.stringMatching(/Copied: +44\d rows of 8 tables/), 1]);
        expect(stderr).toContain("the copy was read in 2 views: rows that were written meanwhile may not fit together");
    });

    test("copies one moment of the database, however much others write meanwhile", async () => {
        const writer = createClient({ url: server.url, authToken: readWrite });
        let written = 0;
        proxy.hooks = {
            onReply: async (n) => {
                if (n < 3) return;
                const book = `w-${written++}`;
                await writer.batch(
                    [`INSERT INTO books VALUES ('${book}', 1, 1)`, `INSERT INTO loans (book) VALUES ('${book}')`],
                    "write",
                );
            },
        };
        const { code, stdout } = await rehearseAll();
        await writer.batch(["DELETE FROM loans WHERE id > 200", "DELETE FROM books WHERE id LIKE 'w-%'"], "write");
        writer.close();
        expect(written).toBeGreaterThan(5);
        expect([code, stdout]).toEqual([0, expect.stringMatching(/Copied: +44\d rows of 8 tables/)]);
    });

    test("removes the copy on Ctrl-C while it is made", async () => {
        const interrupt = new AbortController();
        proxy.hooks = { onReply: (n) => (n === 6 ? interrupt.abort() : undefined) };
        const { code, stdout } = await rehearseAll(interrupt.signal);
        expect([code, listCopies(), stdout.includes("Copied")]).toEqual([130, [], false]);
    });

    test("asks again for what a broken line lost", async () => {
        proxy.hooks = { onReply: (n) => (n === 5 ? "drop" : undefined) };
        const { code, stdout } = await rehearseAll();
        expect([code, stdout]).toEqual([0, expect.stringMatching(/Copied: +44\d rows of 8 tables/)]);
    });

    test("leaves no copy when the server is gone, and says what happened", async () => {
        proxy.hooks = { onRequest: (n) => (n >= 6 ? "drop" : undefined) };
        const { code, stderr } = await rehearseAll();
        expect([code, listCopies()]).toEqual([1, []]);
        expect(stderr).toMatch(/^error: the connection to http:\/\/127\.0\.0\.1:\d+ broke/);
        expect(stderr).toContain("The database itself was not changed.");
    });
});
