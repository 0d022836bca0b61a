import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { type CommandResult, type RunningCommand, startCommand } from "../support/command.ts";
import { deployWell } from "../support/deploying.ts";
import { startProxy } from "../support/proxy.ts";
import { emptySnapshot, readSnapshot, type Snapshot } from "../support/snapshot.ts";
import { createJudge, readUndisturbed, spread, timeScript, writeSlowRepository } from "./interruptions.ts";

const binary = findSqld();

/** The tests of a deployer that is killed, with so many points each, and so many fills in its migrations. */
export function describeKilledProcess(points: number, fills: number): void {
    describe("a deployer that is killed", () => {
        const root = writeSlowRepository(fills);
        let undisturbed: Omit<Snapshot, "lock">;

        beforeAll(async () => {
            undisturbed = await readUndisturbed(root);
        });

        test("a killed deployer leaves a file as before or as after, and the next run finishes", async () => {
            const judge = createJudge(undisturbed);
            const time = await timeFile(root);
            // Half of them over the whole run, half while the transaction is open, the last as soon as it is closed.
            const whole = spread(0, time.whole, Math.ceil(points / 2) - 1).map((delay) => ({ delay, from: "start" }));
            const inside = spread(0, time.inside, Math.floor(points / 2)).map((delay) => ({ delay, from: "journal" }));
            for (const [at, { delay, from }] of [...whole, ...inside, { delay: 0, from: "commit" }].entries()) {
                await inFolder(async (folder) => {
                    const file = path.join(folder, "app.db");
                    const address = { url: `file:${file}` };
                    // Every other one meets tables, and so copies the file aside first.
                    if (at % 2 === 1) await deployWell(root, address, { to: 6 });
                    const before = at % 2 === 1 ? await readSnapshot(address) : emptySnapshot;
                    const deployer = push(root, address.url);
                    if (from !== "start") await waitForJournal(file, deployer);
                    while (from === "commit" && existsSync(`${file}-journal`)) await sleep(1);
                    await sleep(delay);
                    deployer.kill("SIGKILL");
                    const { signal } = await deployer.result;
                    if (existsSync(`${file}-journal`)) judge.count("with an open transaction");
                    if (signal === null) judge.count("already ended");
                    await judge.judge(address, root, before);
                });
            }
            judge.report("process killed, file");
        });

        test.skipIf(binary === undefined)(
            "a killed deployer leaves a server as before or as after, and the next run finishes",
            async () => {
                const judge = createJudge(undisturbed);
                const delays = spread(0, await timeScript(root), points - 4);
                const moments: Moment[] = [
                    { n: 1, on: "request", delay: 0 },
                    { n: 1, on: "reply", delay: 0 },
                    { n: 2, on: "request", delay: 0 },
                    ...delays.map((delay) => ({ n: 2, on: "passed" as const, delay })),
                    { n: 2, on: "reply", delay: 0 },
                ];
                for (const moment of moments) {
                    await inFolder(async (directory) => {
                        const server = await startSqld({ directory });
                        const end = await killAt(root, server.url, moment);
                        expect(end.signal).toBe("SIGKILL");
                        const state = await judge.judge(server, root, emptySnapshot);
                        if (moment.on !== "passed")
                            expect(state).toBe(moment.n === 2 && moment.on === "reply" ? "after" : "before");
                        await server.stop();
                    });
                }
                judge.report("process killed, sqld");
            },
        );
    });
}

interface Moment {
    /** Which request: 1 reads, 2 applies. */
    readonly n: number;
    /** Before the server sees it, so long after that, or before the deployer sees the reply. */
    readonly on: "request" | "passed" | "reply";
    readonly delay: number;
}

async function killAt(root: string, url: string, { n, on, delay }: Moment): Promise<CommandResult> {
    let deployer: RunningCommand | undefined;
    const kill = async (): Promise<void> => {
        deployer?.kill("SIGKILL");
        await deployer?.result;
    };
    const proxy = await startProxy(url, {
        onRequest: async (request) => {
            if (request !== n) return;
            if (on === "request") {
                await kill();
                return "drop";
            }
            if (on === "passed") setTimeout(kill, delay);
        },
        onReply: async (reply) => {
            if (reply !== n || on === "request") return;
            // A reply that comes sooner than the kill is held back until then.
            await kill();
            return "drop";
        },
    });
    deployer = push(root, proxy.url);
    const end = await deployer.result;
    await proxy.close();
    return end;
}

function push(root: string, url: string): RunningCommand {
    return startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: url } });
}

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(path.join(tmpdir(), "kill-test-"));
    try {
        return await body(folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

// How long an undisturbed run takes, and how long its transaction is open, in milliseconds.
function timeFile(root: string): Promise<{ whole: number; inside: number }> {
    return inFolder(async (folder) => {
        const file = path.join(folder, "app.db");
        const startedAt = performance.now();
        const deployer = push(root, `file:${file}`);
        await waitForJournal(file, deployer);
        const openedAt = performance.now();
        while (existsSync(`${file}-journal`)) await sleep(1);
        const closedAt = performance.now();
        expect((await deployer.result).code).toBe(0);
        return { whole: performance.now() - startedAt, inside: closedAt - openedAt };
    });
}

async function waitForJournal(file: string, deployer: RunningCommand): Promise<void> {
    let isOver = false;
    deployer.result.finally(() => {
        isOver = true;
    });
    while (!isOver && !existsSync(`${file}-journal`)) await sleep(1);
}
