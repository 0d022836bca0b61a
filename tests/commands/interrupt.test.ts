import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createClient } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand, startCommand } from "../support/command.ts";
import { writeProject } from "../support/project.ts";

describe("a command whose server does not answer", () => {
    const server = createServer(() => undefined);
    let url = "";

    beforeAll(async () => {
        await once(server.listen(0, "127.0.0.1"), "listening");
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
        server.closeAllConnections();
        server.close();
    });

    test.each([["db:migrate"], ["db:migrate", "--from", "none.json"], ["db:status"], ["db:stats"]])(
        "ends on Ctrl-C and says so: %s %s",
        async (name, ...args) => {
            const requested = once(server, "request");
            const root = writeProject({ "migrations/001.do.one.sql": "CREATE TABLE one (id INTEGER) STRICT;\n" });
            const command = startCommand(name, args, { cwd: root, env: { TURSO_DATABASE_URL: url } });
            await requested;
            command.kill("SIGINT");
            const { code, stderr } = await command.result;
            expect(code).toBe(130);
            expect(stderr).toBe("error: interrupted\n\nNothing was changed.\n");
        },
    );
});

test("a deploy into a file ends on Ctrl-C at once, and says what the database is", async () => {
    const root = writeProject({
        "migrations/001.do.one.sql": `CREATE TABLE one (id INTEGER) STRICT;\n${"SELECT 1;\n".repeat(10)}`,
    });
    const env = { TURSO_DATABASE_URL: `file:${path.join(root, "a.db")}` };
    const command = startCommand("db:push:schema", [], { cwd: root, env });
    while (!command.printed().stdout.includes("Database:")) await new Promise((done) => setTimeout(done, 1));
    command.kill("SIGINT");
    const { code, stdout, stderr } = await command.result;
    // The run may have been done before.
    if (code === 0) return expect(stdout).toContain("The database is at version 1");
    expect([code, stderr]).toEqual([130, expect.stringMatching(/^error: interrupted\n(.*\n)*Nothing was /)]);
});

describe("a statement on a file that does not end", () => {
    const endless = "WITH RECURSIVE n(id) AS (SELECT id FROM one UNION ALL SELECT id + 1 FROM n) SELECT id FROM n";
    const start = async () => {
        const root = writeProject({
            "migrations/001.do.one.sql": "CREATE TABLE one (id INTEGER) STRICT;\n",
            "migrations/002.do.two.sql": `CREATE TABLE two (id INTEGER) STRICT;\n\nINSERT INTO two (id) ${endless};\n`,
        });
        const file = path.join(root, "a.db");
        // The row that makes it endless is not there where the deploy is tried in memory.
        const client = createClient({ url: `file:${file}` });
        await client.executeMultiple("CREATE TABLE one (id INTEGER) STRICT; INSERT INTO one VALUES (1)");
        const env = { TURSO_DATABASE_URL: `file:${file}` };
        expect((await runCommand("db:baseline", ["--to", "1", "--yes"], { cwd: root, env })).stderr).toBe("");
        const command = startCommand("db:push:schema", ["--yes"], { cwd: root, env });
        while (!existsSync(`${file}-journal`)) await new Promise((done) => setTimeout(done, 20));
        return { command, client };
    };

    test("ends on a second Ctrl-C, says so after the first, and leaves the database as it was", async () => {
        const { command, client } = await start();
        command.kill("SIGINT");
        while (!command.printed().stderr.includes("Waiting")) await new Promise((done) => setTimeout(done, 20));
        expect(command.printed().stderr).toBe(
            "Waiting for the statement that runs. Another Ctrl-C ends the program at once: what is not committed is rolled back.\n",
        );
        command.kill("SIGINT");
        const { code, signal } = await command.result;
        expect([code, signal]).toEqual([null, "SIGINT"]);
        const { rows } = await client.execute(
            "SELECT (SELECT max(version) FROM schemaversion), integrity_check, (SELECT count(*) FROM sqlite_schema WHERE name = 'two') FROM pragma_integrity_check",
        );
        expect(Object.values(rows[0] ?? {}).slice(0, 3)).toEqual([1, "ok", 0]);
        client.close();
    });
});
