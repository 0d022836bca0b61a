import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld } from "../../src/server/sqld.ts";
import { type Deployed, deploy } from "../support/deploying.ts";
import type { TestProxy } from "../support/proxy.ts";
import { withServer } from "../support/server.ts";
import { emptySnapshot, type Snapshot } from "../support/snapshot.ts";
import { isScript } from "./deployers.ts";
import { createJudge, type Judge, readUndisturbed, spread, timeScript, writeSlowRepository } from "./interruptions.ts";

const title = findSqld() === undefined ? "sqld (no binary here)" : "a server that is killed while it deploys";

/** The tests of a server that is killed while it runs the script, with so many points each, and so many fills in the migrations. */
export function describeKilledServer(points: number, fills: number): void {
    describe.skipIf(findSqld() === undefined)(title, () => {
        const root = writeSlowRepository(fills);
        let undisturbed: Omit<Snapshot, "lock">;
        let delays: number[];
        let judge: Judge;

        beforeAll(async () => {
            undisturbed = await readUndisturbed(root);
            delays = spread(0, (await timeScript(root)) * 1.1, points);
        });

        beforeEach(() => {
            judge = createJudge(undisturbed);
        });

        test("a killed server is as before or as after when it is back, and the next run finishes", async () => {
            for (const delay of delays) {
                await withServer(async ({ server, proxy, restart }) => {
                    killAfter(server, proxy, delay);
                    const deployed = await deploy(root, proxy);
                    await server.exited;
                    expectTold(deployed, "unread");
                    judge.count(deployed.outcome ? "run ended well" : "run failed");
                    await judge.judge(await restart(), root, emptySnapshot);
                });
            }
            judge.report("server killed, back later");
        });

        test("a run reads a killed server again that is back in time, and reports what is true", async () => {
            for (const delay of delays) {
                await withServer(async ({ server, proxy, restart }) => {
                    killAfter(server, proxy, delay);
                    let again: Sqld | undefined;
                    const onScript = proxy.hooks.onRequest;
                    proxy.hooks.onRequest = async (n, body) => {
                        if (n === 3) {
                            await server.exited;
                            again = await restart();
                        }
                        await onScript?.(n, body);
                    };
                    const deployed = await deploy(root, proxy);
                    await server.exited;
                    expectTold(deployed, "read");
                    judge.count(deployed.outcome ? "run ended well" : "run failed");
                    const state = await judge.judge(again ?? (await restart()), root, emptySnapshot);
                    expect(state).toBe(deployed.outcome ? "after" : "before");
                });
            }
            judge.report("server killed, back at once");
        });
    });
}

// What the run says must be true: a success only when it is known, a failure with what is known.
function expectTold({ outcome, error, notes }: Deployed, state: "read" | "unread"): void {
    if (outcome) {
        for (const note of notes)
            expect(note).toMatch(/^The reply was lost \(.*\), but the transaction was committed\.$/);
        return;
    }
    expect(error?.code).toBe("connection-lost");
    expect(error?.message).toMatch(/^the connection to http:\/\/127\.0\.0\.1:\d+ broke \(/);
    expect(error?.outcome).toMatch(
        state === "read"
            ? /^Nothing was applied\. The database is still at version 0\./
            : /^What the database is now could not be read\. Nothing is repeated blindly\. \(/,
    );
}

function killAfter(server: Sqld, proxy: TestProxy, delay: number): void {
    proxy.hooks.onRequest = (_, body) => {
        if (isScript(body)) setTimeout(() => server.kill("SIGKILL"), delay);
    };
}
