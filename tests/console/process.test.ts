import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { type CommandOptions, runCommand, startScript } from "../support/command.ts";
import { deployInto } from "../support/deployed.ts";
import { runScript } from "../support/here.ts";
import { makeFolder, writeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { tell } from "../support/snapshot.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import {
    findParts,
    hasProc,
    linkProject,
    listDescendants,
    listListening,
    type RunningConsole,
    readProc,
    startConsole,
    startConsoleByTsx,
    takePort,
} from "./running.ts";

const running: RunningConsole[] = [];

async function start(options: CommandOptions & { port?: number } = {}): Promise<RunningConsole> {
    const console = await startConsole(options);
    running.push(console);
    return console;
}

afterEach(async () => {
    for (const console of running.splice(0)) {
        console.kill("SIGKILL");
        await console.result;
    }
});

async function read(console: RunningConsole, path = "/"): Promise<string> {
    return (await fetch(`${console.url}${path}`)).text();
}

const stackTrace = /^\s+at .+:\d+:\d+/m;

describe("pnpm dev", () => {
    test("names the database and its own address, and offers the one command where there is no database", async () => {
        const cwd = linkProject();
        const console = await start({ cwd });
        expect(console.printed()).toEqual({
            stdout:
                "Database: file:local.db (default: neither TURSO_DATABASE_URL nor TURSO_AUTH_TOKEN is set)\n" +
                `Console:  http://localhost:${console.port}\n` +
                "It can be reached from this machine only, and changes nothing. Ctrl-C ends it.\n",
            stderr: "",
        });
        const page = await read(console);
        expect(page).toContain("There is no database yet");
        expect(page).toContain("<code>pnpm db:migrate</code>");
        expect(existsSync(join(cwd, "local.db"))).toBe(false);
    });

    test("shows a database that was made since it was started", async () => {
        const cwd = linkProject();
        const console = await start({ cwd });
        expect(await read(console)).toContain("There is no database yet");
        await deployInto({ url: `file:${join(cwd, "local.db")}` });
        expect(await read(console)).toContain("Up to date, no drift");
    });

    test("explains a folder that is not a project, on a page", async () => {
        const console = await start({ cwd: writeProject({ "package.json": '{"schemaVersion": "1.0.0"}' }) });
        const answer = await fetch(console.url);
        const page = await answer.text();
        expect(page).toContain("<h1>");
        expect(page).not.toMatch(stackTrace);
        expect(console.printed().stderr).toBe("");
    });

    test.each([
        ["abc", "It must be a whole number"],
        ["0", "0 is not a port"],
        ["99999", "99999 is not a port"],
        ["80", "port 80 is reserved for the system"],
    ])("refuses --port %s with exit code 2 and a remedy", async (port, message) => {
        const { code, stdout, stderr } = await runScript("dev", ["--port", port], { cwd: linkProject() });
        expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
        expect(stderr).toContain(message);
        expect(stderr).toContain("hint:");
        expect(stderr).not.toMatch(stackTrace);
    });

    test.each(["127.0.0.1", "::1"])("names --port when another program listens on its port of %s", async (host) => {
        const taken = await takePort(host);
        try {
            const { code, stderr } = await runScript("dev", ["--port", String(taken.port)], { cwd: linkProject() });
            expect(code).toBe(1);
            expect(stderr).toContain(`port ${taken.port} is in use by another program`);
            expect(stderr).toContain("--port");
            expect(stderr).not.toMatch(stackTrace);
        } finally {
            await taken.close();
        }
    });

    test("started twice on one port, serves once, and the second start says why it ended", async () => {
        const cwd = linkProject();
        const first = await start({ cwd });
        const second = await runCommand("dev", ["--port", String(first.port)], { cwd });
        expect(second.code).toBe(1);
        expect(second.stderr).toContain("--port");
        expect((await fetch(first.url)).status).toBe(200);
    });

    test.each(["SIGINT", "SIGTERM"] as const)(
        "ends at %s with exit code 130, says so, and leaves no process",
        async (signal) => {
            const cwd = linkProject();
            await deployInto({ url: `file:${join(cwd, "local.db")}` });
            const console = await start({ cwd });
            await read(console);
            const children = hasProc ? listDescendants(console.pid) : [];
            if (hasProc) expect(children.length).toBeGreaterThan(0);
            console.kill(signal);
            const { code, stderr } = await console.result;
            expect({ code, stderr }).toEqual({
                code: 130,
                stderr: "error: the console was ended\n\nNothing was changed.\n",
            });
            await expect.poll(() => children.filter((pid) => readProc(pid, "cmdline") !== "")).toEqual([]);
            await expect(fetch(console.url)).rejects.toThrow();
        },
    );

    test.skipIf(!hasProc)("leaves no process when it is killed", async () => {
        const cwd = linkProject();
        await deployInto({ url: `file:${join(cwd, "local.db")}` });
        const console = await start({ cwd });
        await read(console);
        const children = listDescendants(console.pid);
        console.kill("SIGKILL");
        await console.result;
        await expect
            .poll(() => children.filter((pid) => readProc(pid, "cmdline") !== ""), { timeout: 10_000 })
            .toEqual([]);
    });

    test.skipIf(!hasProc)("listens on loopback and nowhere else", async () => {
        const cwd = linkProject();
        await deployInto({ url: `file:${join(cwd, "local.db")}` });
        const console = await start({ cwd });
        await read(console);
        const [four, six] = ["0100007F", "00000000000000000000000001000000"];
        const listening = [console.pid, ...listDescendants(console.pid)].flatMap(listListening);
        expect(listening.map(({ address }) => address).filter((one) => one !== six)).toEqual([four]);
        expect(new Set(listening.map(({ port }) => port))).toEqual(new Set([console.port]));
        tell(`listening on ${listening.map(({ address }) => (address === six ? "::1" : "127.0.0.1")).join(" and ")}`);
    });

    test("starts, and says how many times as long as an empty script it takes", async () => {
        const cwd = linkProject();
        writeFileSync(join(cwd, "empty.ts"), "");
        const measure = async (body: () => Promise<unknown>): Promise<number> => {
            const started = performance.now();
            await body();
            return performance.now() - started;
        };
        const empty: number[] = [];
        const ready: number[] = [];
        for (let run = 0; run < 3; run++) {
            empty.push(await measure(() => startScript(join(cwd, "empty.ts"), [], { cwd }).result));
            ready.push(await measure(async () => running.push(await startConsoleByTsx({ cwd }))));
        }
        const [least, most] = [Math.min(...empty), Math.min(...ready)];
        // A busy machine says nothing about the program, so nothing is asserted.
        tell(
            `ready after ${Math.round(most)} ms, ${(most / least).toFixed(1)} times an empty script's ${Math.round(least)} ms`,
        );
    });
});

const noServer = findSqld() === undefined;

describe.skipIf(noServer)(noServer ? "beside a server (no sqld binary here)" : "beside a server, pnpm dev", () => {
    test("asks nothing before the first page, one request for it, and nothing while it is idle", async () => {
        const server = await startSqld({ directory: makeFolder() });
        const proxy = await startProxy(server.url);
        try {
            await deployInto({ url: server.url });
            const console = await start({ cwd: linkProject(), env: { TURSO_DATABASE_URL: proxy.url } });
            await sleep(300);
            expect(proxy.requests).toBe(0);
            expect(await read(console)).toContain("Up to date, no drift");
            expect(proxy.requests).toBe(1);
            await sleep(1_000);
            expect(proxy.requests).toBe(1);
        } finally {
            await proxy.close();
            await server.stop();
        }
    });

    const key = createKeyPair();
    const inAnHour = new Date(Date.now() + 3_600_000);
    const tokens = {
        "read-write": mintToken(key, { access: "rw", expiresAt: inAnHour }),
        "read-only": mintToken(key, { access: "ro", expiresAt: inAnHour }),
        expired: mintToken(key, { access: "ro", expiresAt: new Date(Date.now() - 3_600_000) }),
        "another server's": mintToken(createKeyPair(), { access: "ro" }),
    };

    test.each(Object.entries(tokens))("shows no part of a token: %s", async (name, token) => {
        const directory = makeFolder();
        const jwtPublicKeyFile = join(directory, "key.pem");
        writeFileSync(jwtPublicKeyFile, key.publicPem);
        const server = await startSqld({ directory: join(directory, "data"), jwtPublicKeyFile });
        try {
            await deployInto({ url: server.url, authToken: tokens["read-write"] });
            const cwd = linkProject();
            const pair = name === "read-only" ? "_RO" : "";
            const lines = [`TURSO_DATABASE_URL${pair}=${server.url}`, `TURSO_AUTH_TOKEN${pair}=${token}`];
            writeFileSync(join(cwd, ".env"), `${lines.join("\n")}\n`);
            const console = await start({ cwd });
            const seen: string[] = [];
            for (const path of ["/", "/?as=json", "/nowhere", "/sql?sql=SELECT+1&run=1"]) {
                const answer = await fetch(`${console.url}${path}`);
                seen.push(await answer.text(), JSON.stringify([...answer.headers]));
            }
            const isGood = name.startsWith("read-");
            expect(seen[0]?.includes("Up to date, no drift")).toBe(isGood);
            expect(seen[0]).not.toMatch(stackTrace);
            if (hasProc) {
                for (const pid of [console.pid, ...listDescendants(console.pid)])
                    seen.push(readProc(pid, "cmdline"), readProc(pid, "environ"), readProc(pid, "comm"));
            }
            console.kill("SIGINT");
            const { stdout, stderr } = await console.result;
            expect(findParts([...seen, stdout, stderr].join("\n"), [token])).toEqual([]);
        } finally {
            await server.stop();
        }
    });
});

test.skipIf(!hasProc)("the process that reads a file sees none of the variables", async () => {
    const cwd = linkProject();
    await deployInto({ url: `file:${join(cwd, "local.db")}` });
    const secret = mintToken(createKeyPair(), { access: "rw" });
    const env = { TURSO_DATABASE_URL: "file:local.db", TURSO_AUTH_TOKEN: secret, LLM_API_KEY: "sk-0123456789abcdef" };
    const console = await start({ cwd, env });
    const page = await read(console);
    const children = listDescendants(console.pid);
    expect(children.length).toBeGreaterThan(0);
    const texts = children.flatMap((pid) => [readProc(pid, "cmdline"), readProc(pid, "environ")]);
    expect(findParts([page, ...texts].join("\n"), [secret, env.LLM_API_KEY])).toEqual([]);
});
