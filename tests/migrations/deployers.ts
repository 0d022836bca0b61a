import { expect } from "vitest";
import { type CommandResult, startCommand } from "../support/command.ts";
import { startProxy } from "../support/proxy.ts";
import { ask, readSnapshot, tell } from "../support/snapshot.ts";
import { longSql } from "./long-migrations.ts";

/** How a deployer of a long migration ended, and how often it tried. */
export interface Deployer extends CommandResult {
    /** How many times it sent the long migration. */
    readonly attempts: number;
}

/** Lets deployers run db:push at the same time, each through a line of its own, and counts what each of them sends. */
function pushLong(count: number, root: string, url: string): Promise<Deployer[]> {
    return Promise.all(
        Array.from({ length: count }, async () => {
            let attempts = 0;
            const proxy = await startProxy(url, {
                onRequest: (_, body) => {
                    if (isScript(body) && body.includes(longSql)) attempts++;
                },
            });
            const result = await startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: proxy.url } })
                .result;
            await proxy.close();
            return { ...result, attempts };
        }),
    );
}

/**
 * Lets deployers run the long migration at the same time, and asserts that all succeed, that none of them tries again
 * and again, and that it is applied once. Gives how many seconds it took.
 */
export async function expectAppliedOnce(count: number, root: string, url: string): Promise<number> {
    const startedAt = performance.now();
    const deployers = await pushLong(count, root, url);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(deployers.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)).toEqual([]);
    const attempts = deployers.map((deployer) => deployer.attempts);
    expect(Math.max(...attempts)).toBeGreaterThan(0);
    expect(Math.max(...attempts)).toBeLessThanOrEqual(3);
    const { versions, lock } = await readSnapshot({ url });
    expect(versions.map((row) => row.version)).toEqual([1, 2, 3]);
    expect(lock).toMatchObject([{ owner: null, expires_at: null }]);
    const [filled] = await ask({ url }, "SELECT count(*) AS pairs, count(DISTINCT pair) AS apart FROM filled");
    expect(filled?.pairs).toBe(filled?.apart);
    tell(`${count} deployers, sent it ${attempts.join(", ")} times, ended in ${seconds.toFixed(0)} s`);
    return seconds;
}

/** Whether a request deploys: it holds the guards of a script, and unlike a rehearsal it commits. */
export function isScript(body: string): boolean {
    return body.includes("schema_guard") && body.includes('"sql":"COMMIT"');
}
