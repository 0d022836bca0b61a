import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type RunningCommand, startCommand } from "../support/command.ts";
import { readValue } from "../support/contents.ts";
import { type Address, openTestConnection } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import type { Target, TestDatabase } from "../support/targets.ts";

// Where it says so, every byte was checked: what comes next writes.
async function waitForCheck(command: RunningCommand): Promise<void> {
    while (!command.printed().stdout.includes("Checked:")) await sleep(1);
}

/** So many rows of the table that is killed in, and what stands beside it; a server takes several requests for 2,000. */
export const renderKilled = (
    rows: number,
): string => `CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX t_v ON t (v); CREATE TABLE u AS SELECT 1 AS a;
    INSERT INTO t SELECT value, hex(randomblob(1000)) FROM generate_series(1, ${rows})`;

function readPrint({ client }: TestDatabase): Promise<unknown> {
    const sums = [1, 500, 1_999].map((at) => `sum(id * unicode(substr(v, ${at})))`);
    const objects = "(SELECT group_concat(name || coalesce(sql, '')) FROM sqlite_schema)";
    return readValue(client, `SELECT json_array(count(*), ${sums.join(", ")}, ${objects}, (SELECT a FROM u)) FROM t`);
}

const atOnce = 3;

/**
 * Waits until no transaction of a killed process can be committed any more. A server may still have its COMMIT to run,
 * and readers see the database as it was until then; the lock is free when the transaction has ended, whichever way.
 */
export async function waitForLock(address: Address): Promise<void> {
    const connection = await openTestConnection(address);
    try {
        await connection.readAll([], { settle: true });
    } finally {
        connection.close();
    }
}

/**
 * Kills a restore by SIGKILL at points that are spread over the time in which it writes: the database must then be empty
 * or whole, and the same command must bring it to its end.
 */
export async function killRestores(target: Target, points: number, backup: string): Promise<void> {
    const start = (url: string): RunningCommand =>
        startCommand("db:restore", [backup], { env: { TURSO_DATABASE_URL: url } });
    const calm = await target.createDatabase();
    const command = start(calm.url);
    await waitForCheck(command);
    const started = performance.now();
    expect((await command.result).code).toBe(0);
    const milliseconds = performance.now() - started;
    const whole = await readPrint(calm);
    await calm.close();
    const left = { empty: 0, whole: 0 };
    const killAt = async (at: number): Promise<void> => {
        const database = await target.createDatabase();
        const running = start(database.url);
        await waitForCheck(running);
        await sleep((milliseconds * (at + 0.5)) / points);
        running.kill("SIGKILL");
        await running.result;
        await waitForLock(database);
        expect(await readValue(database.client, "PRAGMA integrity_check")).toBe("ok");
        const objects = await readValue(database.client, "SELECT count(*) FROM sqlite_schema");
        if (objects === 0) {
            left.empty++;
            const again = await start(database.url).result;
            expect(again.code, again.stderr).toBe(0);
        } else left.whole++;
        expect(await readPrint(database), `killed at point ${at}`).toBe(whole);
        await database.close();
    };
    // Together: most of it is waiting for the server to let go.
    for (let at = 0; at < points; at += atOnce) {
        const some = Array.from({ length: Math.min(atOnce, points - at) }, (_, more) => killAt(at + more));
        await Promise.all(some);
    }
    tell(
        `${target.name}: ${points} kills within ${Math.round(milliseconds)} ms left ${left.empty} empty, ${left.whole} whole`,
    );
}
