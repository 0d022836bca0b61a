import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createClient } from "@libsql/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld, type SqldOptions, startSqld } from "../../src/server/sqld.ts";

const binary = findSqld();

describe.skipIf(binary === undefined)(binary === undefined ? "sqld (no binary here)" : "sqld", () => {
    let directory: string;
    const running: Sqld[] = [];

    beforeEach(async () => {
        directory = await mkdtemp(path.join(tmpdir(), "sqld-test-"));
    });

    afterEach(async () => {
        for (const server of running.splice(0)) await server.stop();
        await rm(directory, { recursive: true, force: true });
    });

    async function start(options: Partial<SqldOptions> = {}): Promise<Sqld> {
        const server = await startSqld({ directory, ...options });
        running.push(server);
        return server;
    }

    test("answers SQL on loopback once it is started", async () => {
        const server = await start();
        const client = createClient({ url: server.url });
        const { rows } = await client.execute("SELECT 1 AS one");
        expect(rows[0]?.one).toBe(1);
        expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    });

    test("is gone after stop, and stop may be called again", async () => {
        const server = await start();
        await server.stop();
        await server.stop();
        expect(isAlive(server.pid)).toBe(false);
        await expect(fetch(server.url)).rejects.toThrow("fetch failed");
    });

    test("keeps committed rows when it is killed and started again on the same port", async () => {
        const server = await start();
        const client = createClient({ url: server.url });
        await client.executeMultiple("CREATE TABLE t (a); INSERT INTO t VALUES (1);");
        server.kill("SIGKILL");
        await server.exited;
        await start({ port: server.port });
        const { rows } = await client.execute("SELECT a FROM t");
        expect(rows).toHaveLength(1);
    });

    test("says that the port is taken, and leaves the server there alone", async () => {
        const server = await start();
        const second = startSqld({ directory: path.join(directory, "second"), port: server.port });
        await expect(second).rejects.toMatchObject({
            message: `sqld did not start on ${server.url}: it ended at once`,
            details: [expect.stringContaining("Address already in use")],
        });
        expect(isAlive(server.pid)).toBe(true);
    });

    test("says why a folder cannot be used", async () => {
        const file = path.join(directory, "file");
        await writeFile(file, "");
        await expect(startSqld({ directory: file })).rejects.toMatchObject({
            message: expect.stringContaining("it ended at once"),
            details: expect.arrayContaining([expect.stringContaining("File exists")]),
        });
    });

    test.runIf(process.platform === "linux")("listens on 127.0.0.1 and nowhere else", async () => {
        const server = await start();
        expect(await readListeners(server.pid)).toEqual([`127.0.0.1:${server.port}`]);
    });

    test("starts several at once, each on its own port", async () => {
        const folders = ["a", "b", "c", "d"].map((name) => path.join(directory, name));
        const servers = await Promise.all(folders.map((folder) => start({ directory: folder })));
        expect(new Set(servers.map((server) => server.port)).size).toBe(4);
    });

    test.each(["exit", "kill"])("ends with the process that started it (%s)", async (ending) => {
        const starter = spawnStarter(directory, ending);
        const url = await starter.serverUrl;
        await starter.ended;
        await expect.poll(() => answers(url), { timeout: 10_000 }).toBe(false);
    });
});

/** Starts a process that starts a server, prints its address, and ends without stopping it. */
function spawnStarter(directory: string, ending: string): { serverUrl: Promise<string>; ended: Promise<unknown> } {
    const module = fileURLToPath(new URL("../../src/server/sqld.ts", import.meta.url));
    const program = `
        import { startSqld } from ${JSON.stringify(module)};
        const server = await startSqld({ directory: ${JSON.stringify(path.join(directory, "data"))} });
        console.log(server.url);
        ${ending === "exit" ? "process.exit(0)" : "process.kill(process.pid, 'SIGKILL')"};
    `;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const serverUrl = new Promise<string>((resolve, reject) => {
        createInterface(child.stdout).once("line", resolve);
        child.once("close", () => reject(new Error("The starter printed no address.")));
    });
    return { serverUrl, ended };
}

async function answers(url: string): Promise<boolean> {
    return fetch(url).then(
        () => true,
        () => false,
    );
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

/** The addresses that a process accepts connections on, from Linux' own tables. */
async function readListeners(pid: number): Promise<string[]> {
    const descriptors = await readdir(`/proc/${pid}/fd`);
    const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
    const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/${pid}/net/${name}`, "utf8")));
    const listening = "0A";
    return tables
        .flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)))
        .filter((fields) => fields[3] === listening && links.includes(`socket:[${fields[9]}]`))
        .map(([, address = ""]) => renderAddress(address));
}

/** `0100007F:1F90` is 127.0.0.1:8080. */
function renderAddress(hexadecimal: string): string {
    const [host = "", port = ""] = hexadecimal.split(":");
    return `${[...Buffer.from(host, "hex")].reverse().join(".")}:${Number.parseInt(port, 16)}`;
}
