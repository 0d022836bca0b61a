import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { openConnection } from "../database/open.ts";
import { AppError } from "../errors.ts";
import { createLockTable, releaseLease, takeLease } from "../planning/bookkeeping.ts";
import type { DatabaseState, Lease } from "../planning/state.ts";

/** How long a lease lasts when its owner dies, in seconds. It is renewed before each step. */
const leaseSeconds = 120;
/** How long a waiting deployer sleeps between two reads, in milliseconds. */
const pollInterval = 1_000;
/** How long giving the lease back may take when the first try failed, in milliseconds. */
const releaseLimit = 5_000;

/** A name for this deployer that a colleague can find: host, process and a random part. */
export function nameDeployer(): string {
    return `${hostname()} pid ${process.pid} ${randomUUID().slice(0, 8)}`;
}

/** The lease of another deployer, if it has not ended. */
export function findForeignLease(state: DatabaseState, owner: string): Lease | undefined {
    return state.lease && !state.lease.expired && state.lease.owner !== owner ? state.lease : undefined;
}

/**
 * Waits until no other deployer holds the lease. Waits by reading: a server takes the lock from a writer that has held it
 * for 5 seconds as soon as another one queues up, so waiting as a writer would break the very run that is waited for.
 *
 * @param signal ends the wait early
 * @param limit how long it may last, in milliseconds; without one, until the lease ends
 * @returns the state then
 */
export async function waitForLease(
    read: () => Promise<DatabaseState>,
    first: DatabaseState,
    owner: string,
    onWait: (lease: Lease) => void,
    signal?: AbortSignal,
    limit = Number.POSITIVE_INFINITY,
): Promise<DatabaseState> {
    let state = first;
    const startedAt = Date.now();
    for (let lease = findForeignLease(state, owner); lease; lease = findForeignLease(state, owner)) {
        const left = limit - (Date.now() - startedAt);
        if (signal?.aborted || left <= 0) break;
        onWait(lease);
        await sleep(Math.min(pollInterval, left), undefined, { signal }).catch(() => undefined);
        state = await read();
    }
    return state;
}

/** The error of a deploy that waited long enough for the lease of another one. */
export function explainLease({ owner, expiresAt }: Lease, outcome: string): AppError {
    return new AppError("busy", `another deploy is running (${owner})`, {
        hint: `wait until it is done; if it is dead, its lease ends by itself at ${expiresAt}`,
        outcome,
    });
}

/** Takes or renews the lease. Returns false when another deployer has it. */
export async function tryLease(connection: Connection, state: DatabaseState, owner: string): Promise<boolean> {
    const create =
        state.generation === undefined
            ? [
                  createLockTable.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"),
                  "INSERT OR IGNORE INTO schema_lock (id, generation) VALUES (1, 0)",
              ]
            : [];
    const results = await connection.write([...create, takeLease(owner, leaseSeconds)].map((sql) => ({ sql })));
    return results.at(-1)?.length === 1;
}

/** Gives the lease back. A failure is of no consequence: the lease ends by itself. */
export async function giveLeaseBack(connection: Connection, owner: string): Promise<void> {
    const release = [{ sql: releaseLease(owner) }];
    await connection
        .write(release)
        .catch(async () => {
            // After Ctrl-C the connection writes no more, but others should not have to wait for the lease to end.
            const other = await openConnection(connection.target, AbortSignal.timeout(releaseLimit));
            await other.write(release).finally(() => other.close());
        })
        .catch(() => undefined);
}
