import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { openConnection } from "../database/open.ts";
import { AppError } from "../errors.ts";
import { createLockTable, releaseLease, takeLease } from "../planning/bookkeeping.ts";
import type { DatabaseState, Lease } from "../planning/state.ts";
import { lockTable } from "../schema/facts.ts";

/** How long a lease lasts after its owner dies, in seconds. It is renewed before each step. */
const leaseSeconds = 120;
/** How long a waiting deployer sleeps between two reads, in milliseconds. */
const pollInterval = 1_000;
/** How long the second attempt to release the lease may take, in milliseconds. */
const releaseLimit = 5_000;

/** Names this deployer so that a colleague can find it: host, process and a random part. */
export function nameDeployer(): string {
    return `${hostname()} pid ${process.pid} ${randomUUID().slice(0, 8)}`;
}

/** Finds the lease of another deployer that has not expired. */
export function findForeignLease(state: DatabaseState, owner: string): Lease | undefined {
    return state.lease && !state.lease.expired && state.lease.owner !== owner ? state.lease : undefined;
}

/**
 * Waits until no other deployer holds the lease; for one that does not expire only as long as `limit` says. Only reads meanwhile: a server takes the lock from a writer after 5 seconds
 * as soon as another one queues, so waiting as a writer would break the run that it waits for.
 *
 * @param signal ends the wait early
 * @param limit how long it may last, in milliseconds
 * @returns the last state
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
    const startedAt = performance.now();
    for (let lease = findForeignLease(state, owner); lease; lease = findForeignLease(state, owner)) {
        const left = limit - (performance.now() - startedAt);
        if (signal?.aborted || left <= 0 || (lease.endless && limit === Number.POSITIVE_INFINITY)) break;
        onWait(lease);
        await sleep(Math.min(pollInterval, left), undefined, { signal }).catch(() => undefined);
        state = await read();
    }
    return state;
}

/** Makes the error of a deploy that waited long enough for the lease of another one, or that would wait without end. */
export function explainLease({ owner, expiresAt, endless }: Lease, outcome: string): AppError {
    const release = `UPDATE ${lockTable} SET owner = NULL, expires_at = NULL`;
    const remedy = endless ? `, so release it with the statement \`${release}\`` : "";
    return new AppError("busy", `another deploy is running (${owner})`, {
        hint: `wait until it is done; if it has died, its lease expires at ${expiresAt}${remedy}`,
        outcome,
    });
}

/** Takes or renews the lease; returns false when another deployer has it. */
export async function tryLease(connection: Connection, state: DatabaseState, owner: string): Promise<boolean> {
    const create = [
        createLockTable.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"),
        "INSERT OR IGNORE INTO schema_lock (id, generation) VALUES (1, 0)",
    ];
    const statements = [...(state.generation === undefined ? create : []), takeLease(owner, leaseSeconds)];
    const results = await connection.write(statements.map((sql) => ({ sql })));
    return results.at(-1)?.length === 1;
}

/** Releases the lease. A failure does not matter, because the lease expires. */
export async function endLease(connection: Connection, owner: string): Promise<void> {
    const release = [{ sql: releaseLease(owner) }];
    await connection
        .write(release)
        .catch(async () => {
            // After Ctrl-C the connection does not write, but others should not have to wait until the lease expires.
            const other = await openConnection(connection.target, AbortSignal.timeout(releaseLimit));
            await other.write(release).finally(() => other.close());
        })
        .catch(() => undefined);
}
