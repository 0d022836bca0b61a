import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import { DatabaseFault, explainFault, toFault } from "./faults.ts";

/** How long a command waits for a database that does not answer, or is locked. */
export interface Patience {
    /** How long each wait may last, in milliseconds; undefined where the user did not say. */
    readonly wait?: number | undefined;
    /** Pauses before the further tries where the user did not say, in milliseconds. */
    readonly pauses?: readonly number[];
    /** How long an answer to a read is waited for, in milliseconds. */
    readonly answer?: number;
}

/** Long enough for a server that restarts, short enough for a mistake in the URL. */
const usualPauses = [250, 750];
/** A server that asks for a longer pause is not asked again, unless the user said to wait. In milliseconds. */
const longestPause = 5_000;
const waitingPauses = [100, 250, 500, 1_000];

/** What a timer takes, in milliseconds; a longer one would end at once. */
const longestTimer = 2 ** 31 - 1;

/** What an operation does to the database, which decides when a repeat cannot harm. */
type Effect = "reads" | "writes" | "runs a script";

/**
 * Tries operations again where a repeat cannot harm: when nothing was sent, when nothing but the lock was asked for and
 * refused, and, for what only reads, also when the server was overrun or the line broke. What may have been written is
 * never sent again.
 *
 * @param say told once for each wait, with a reason for the user
 * @param signal ends a wait
 */
export function withPatience(
    connection: Connection,
    { wait, pauses = usualPauses }: Patience,
    say: (reason: string) => void,
    signal?: AbortSignal,
): Connection {
    const repeat = async <T>(effect: Effect, operation: () => Promise<T>): Promise<T> => {
        const startedAt = Date.now();
        for (let tries = 0; ; tries++) {
            try {
                return await operation();
            } catch (error) {
                const fault = toFault(error);
                if (signal?.aborted || !isHarmless(fault, effect) || (fault.kind === "busy" && !wait)) throw error;
                const own = wait === undefined ? pauses[tries] : (waitingPauses[tries] ?? waitingPauses.at(-1));
                const pause = own === undefined ? undefined : Math.max(own, fault.retryAfter ?? 0);
                const left = wait === undefined ? longestPause : startedAt + wait - Date.now();
                if (pause === undefined || left <= 0 || (fault.retryAfter ?? 0) > left) throw error;
                if (tries === 0) say(explainFault(fault, connection.target).message);
                await sleep(Math.min(pause, left, longestTimer), undefined, { signal }).catch(() => undefined);
                if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", error);
            }
        }
    };
    return {
        ...connection,
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

function isHarmless({ kind, variant }: DatabaseFault, effect: Effect): boolean {
    if (kind === "unreachable") return variant === "refused" || variant === "no-route";
    // A script that was refused the lock is the runner's affair: it reads the state before it sends anything again.
    if (kind === "busy") return variant === undefined && effect !== "runs a script";
    if (effect !== "reads") return false;
    return kind === "connection-lost" || variant === "rate-limited" || variant === "not-available";
}
