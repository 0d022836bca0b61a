import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { type RunningCommand, runCommand, startCommand } from "../support/command.ts";
import { type Deployed, deploy, deployWell } from "../support/deploying.ts";
import { layLine } from "../support/line.ts";
import { makeFolder } from "../support/project.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { withServer } from "../support/server.ts";
import { emptySnapshot, readSnapshot, type Snapshot, tell, withoutTimes } from "../support/snapshot.ts";
import { isScript } from "./deployers.ts";
import { createJudge, readUndisturbed, spread, timeScript, writeSlowRepository } from "./interruptions.ts";

const title = findSqld() === undefined ? "sqld (no binary here)" : "a connection that breaks during a deploy";
const lost = /^The reply was lost \(.+\), but the transaction was committed\.$/;

/** The tests of a line that breaks, with so many points each where time matters, and so many fills in the migrations. */
export function describeCutConnection(points: number, fills: number): void {
    describe.skipIf(findSqld() === undefined)(title, () => {
        const root = writeSlowRepository(fills);
        let undisturbed: Omit<Snapshot, "lock">;
        let time: number;
        let server: Sqld;
        let proxy: TestProxy;

        beforeAll(async () => {
            undisturbed = await readUndisturbed(root);
            time = await timeScript(root);
        });

        beforeEach(async () => {
            server = await startSqld({ directory: makeFolder() });
            proxy = await startProxy(server.url);
        });

        afterEach(async () => {
            await proxy.close();
            await server.stop();
        });

        async function expectBefore({ error }: Deployed): Promise<void> {
            expect(error?.code).toBe("connection-lost");
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 0\./);
            expect(await readSnapshot(server)).toEqual(emptySnapshot);
        }

        async function expectAfter({ outcome, error, notes }: Deployed): Promise<void> {
            expect(error).toBeUndefined();
            expect(outcome?.steps).toHaveLength(1);
            expect(notes).toEqual([expect.stringMatching(lost)]);
            expect(withoutTimes(await readSnapshot(server))).toEqual(undisturbed);
        }

        test.each(["onRequest", "onReply"] as const)(
            "a connection that breaks before anything is written fails the run (%s)",
            async (hook) => {
                proxy.hooks[hook] = () => "drop";
                const { error } = await deploy(root, proxy);
                expect([error?.code, error?.outcome]).toEqual(["connection-lost", "Nothing was changed."]);
                expect(proxy.requests).toBe(1);
                expect(await readSnapshot(server)).toEqual(emptySnapshot);
                proxy.hooks = {};
                await deployWell(root, proxy);
                expect(withoutTimes(await readSnapshot(server))).toEqual(undisturbed);
            },
        );

        test("a connection that breaks before the server has the script changes nothing, and the next run finishes", async () => {
            proxy.hooks.onRequest = (_, body) => (isScript(body) ? "drop" : undefined);
            await expectBefore(await deploy(root, proxy));
            proxy.hooks = {};
            await deployWell(root, proxy);
            expect(withoutTimes(await readSnapshot(server))).toEqual(undisturbed);
        });

        test("the run whose reply to COMMIT is lost finds it committed, says so and succeeds", async () => {
            proxy.hooks.onReply = (n) => (n === 2 ? "drop" : undefined);
            await expectAfter(await deploy(root, proxy));
            expect(proxy.requests).toBe(3);
            expect((await deployWell(root, proxy)).steps).toEqual([]);
        });

        test("db:push whose reply to COMMIT is lost says so and exits with 0", async () => {
            proxy.hooks.onReply = (n) => (n === 2 ? "drop" : undefined);
            const env = { TURSO_DATABASE_URL: proxy.url };
            const { code, stdout, stderr } = await runCommand("db:push", [], { cwd: root, env });
            expect(stderr.trim()).toMatch(lost);
            expect(stdout).toMatch(/^Applied \d+ migrations\. The database is at version 901/m);
            expect(code).toBe(0);
            expect(withoutTimes(await readSnapshot(server))).toEqual(undisturbed);
        });

        test.each([
            { status: 504, body: '{"error":"gateway timeout"}' },
            { status: 502, body: "<html><body>Bad Gateway</body></html>" },
            { status: 200, body: "<html><body>Please log in</body></html>" },
            { status: 200, body: '{"results":[' },
        ])("a deploy finds its COMMIT behind a gateway that answers %j", async (reply) => {
            proxy.hooks.onReply = (n) => (n === 2 ? reply : undefined);
            await expectAfter(await deploy(root, proxy));
        });

        test.each([429, 503])(
            "a gateway that answers %i before the server has the script changes nothing",
            async (status) => {
                proxy.hooks.onRequest = (_, body) =>
                    isScript(body) ? { status, body: '{"error":"later"}' } : undefined;
                const { error } = await deploy(root, proxy);
                expect(error?.code).toBe("server-fault");
                const refusal = status === 429 ? "takes no more requests for now" : "is not available now";
                expect(error?.message).toBe(`${proxy.url} ${refusal} (HTTP ${status}: later)`);
                expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 0\./);
                expect(await readSnapshot(server)).toEqual(emptySnapshot);
            },
        );

        test("Ctrl-C while the server works is reported as an interruption, and nothing is applied", async () => {
            let deployer: RunningCommand | undefined;
            proxy.hooks.onRequest = (_, body) => {
                if (isScript(body)) setTimeout(() => deployer?.kill("SIGINT"), 10);
            };
            // Long enough for a signal to arrive meanwhile.
            const slow = writeSlowRepository(4);
            deployer = startCommand("db:push", [], { cwd: slow, env: { TURSO_DATABASE_URL: proxy.url } });
            const { code, stderr } = await deployer.result;
            expect(stderr).toContain("error: interrupted");
            expect(stderr).toContain("Nothing was applied. The database is still at version 0.");
            expect(code).toBe(130);
            expect(await readSnapshot(server)).toEqual(emptySnapshot);
        });

        test("a connection that stays broken after COMMIT fails the run, which claims nothing, and the next run finds it done", async () => {
            proxy.hooks.onReply = (n) => (n >= 2 ? "drop" : undefined);
            const { error } = await deploy(root, proxy);
            expect(error?.code).toBe("connection-lost");
            expect(error?.hint).toBe("run `pnpm db:status` to see what the database is now");
            expect(error?.outcome).toMatch(
                /^What the database is now could not be read\. Nothing is repeated blindly\. \(/,
            );
            proxy.hooks = {};
            expect((await deployWell(root, proxy)).steps).toEqual([]);
            expect(withoutTimes(await readSnapshot(server))).toEqual(undisturbed);
        });

        test("a deploy with --per-file finds each file committed whose reply was lost", async () => {
            proxy.hooks.onRequest = (n, body) => void (isScript(body) && scripts.add(n));
            proxy.hooks.onReply = (n) => (scripts.has(n) ? "drop" : undefined);
            const scripts = new Set<number>();
            const { outcome, notes } = await deploy(root, proxy, { perFile: true });
            expect(outcome?.steps).toHaveLength(undisturbed.versions.length);
            expect(notes).toHaveLength(undisturbed.versions.length);
            expect(withoutTimes(await readSnapshot(server))).toEqual(undisturbed);
            tell(`${scripts.size} replies lost in one run, 0 migrations applied twice`);
        });

        test.each(["both", "caller"] as const)(
            "a connection cut midway leaves the database as before or as after (cut for: %s)",
            async (side) => {
                const judge = createJudge(undisturbed);
                for (const delay of spread(0, time, points)) {
                    await withServer(async ({ server: own, proxy: inner }) => {
                        const line = await layLine(inner.url);
                        inner.hooks.onRequest = (_, body) => {
                            if (isScript(body)) setTimeout(() => line.cut(side), delay);
                        };
                        const { outcome, error } = await deploy(root, line);
                        const before = /^Nothing was applied\. The database is still at version 0\./;
                        if (error) expect(error.outcome).toMatch(before);
                        const state = await judge.judge(own, root, emptySnapshot);
                        expect(state).toBe(outcome ? "after" : "before");
                        await line.close();
                    });
                }
                judge.report(`connection cut midway for ${side}`);
            },
        );
    });
}
