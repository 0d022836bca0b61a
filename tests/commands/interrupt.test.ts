import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCommand } from "../support/command.ts";
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
