import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import { type DatabaseFault, explainFault, toFault } from "./faults.ts";
import { throwIfInterrupted } from "./interrupt.ts";

/** How long a command waits for a database that does not answer, or is locked. */
export interface Patience {
    /** How long each wait may last, in milliseconds; undefined where the user did not say. */
    readonly wait?: number | undefined;
    /** Pauses before the further tries where the user did not say, in milliseconds. */
    readonly pauses?: readonly number[];
    /** How long to wait for the answer to a read, in milliseconds. */
    readonly answer?: number;
}

/** Long enough for a server that restarts, short enough for a wrong URL. */
const usualPauses = [250, 750];
/** After a longer Retry-After, in milliseconds, nothing is tried again unless the user said to wait. */
const longestPause = 5_000;
const waitingPauses = [100, 250, 500, 1_000];

/** The longest timer, in milliseconds; a longer one ends at once. */
const longestTimer = 2 ** 31 - 1;

/** What an operation does to the database, which decides when repeating it is harmless. */
type Effect = "reads" | "writes" | "runs a script";

/**
 * Repeats operations where that is harmless: when nothing was sent, when the lock was refused, and, for reads, also when
 * the server was overloaded or the connection broke. What may have been written is never sent again.
 *
 * @param say called once for each wait, with a reason for the user
 * @param signal ends a wait
 */
export function withPatience(
    connection: Connection,
    { wait, pauses = usualPauses }: Patience,
    say: (reason: string) => void,
    signal?: AbortSignal,
): Connection {
    const repeat = async <T>(effect: Effect, operation: () => Promise<T>): Promise<T> => {
        const startedAt = performance.now();
        for (let tries = 0; ; tries++) {
            try {
                return await operation();
            } catch (error) {
                const fault = toFault(error);
                if (signal?.aborted || !isHarmless(fault, effect) || (fault.kind === "busy" && !wait)) throw error;
                const own = wait === undefined ? pauses[tries] : (waitingPauses[tries] ?? waitingPauses.at(-1));
                const pause = own === undefined ? undefined : Math.max(own, fault.retryAfter ?? 0);
                const left = wait === undefined ? longestPause : startedAt + wait - performance.now();
                if (pause === undefined || left <= 0 || (fault.retryAfter ?? 0) > left) throw error;
                if (tries === 0) say(explainFault(fault, connection.target).message);
                await sleep(Math.min(pause, left, longestTimer), undefined, { signal }).catch(() => undefined);
                throwIfInterrupted(signal, error);
            }
        }
    };
    return {
        ...connection,
        get countsRows() {
            return connection.countsRows;
        },
        waitLimit: wait,
        readAll: (queries, options) =>
            repeat(options?.settle ? "writes" : "reads", () => connection.readAll(queries, options)),
        runScript: (...args) => repeat("runs a script", () => connection.runScript(...args)),
        runAlone: (sql) => repeat("runs a script", () => connection.runAlone(sql)),
        tryOut: (...args) => repeat("writes", () => connection.tryOut(...args)),
        write: (statements) => repeat("writes", () => connection.write(statements)),
        prepareWrite: (statements) => {
            const run = connection.prepareWrite(statements);
            return () => repeat("writes", run);
        },
    };
}

/** Repeats an operation while another program has locked the file, for at most `limit` milliseconds. */
export async function repeatWhileBusy<T>(
    operation: () => T | Promise<T>,
    limit: number,
    signal?: AbortSignal,
): Promise<T> {
    for (const startedAt = performance.now(); ; ) {
        try {
            return await operation();
        } catch (error) {
            if (toFault(error).kind !== "busy" || performance.now() - startedAt >= limit) throw error;
            await sleep(100 + Math.random() * 400, undefined, { signal }).catch(() => undefined);
            throwIfInterrupted(signal, error);
        }
    }
}

function isHarmless({ kind, variant }: DatabaseFault, effect: Effect): boolean {
    if (kind === "unreachable") return variant === "refused" || variant === "no-route";
    // The runner itself repeats a script that was refused the lock, after it has read the state again.
    if (kind === "busy") return variant === undefined && effect !== "runs a script";
    if (effect !== "reads") return false;
    return kind === "connection-lost" || variant === "rate-limited" || variant === "not-available";
}
