import { setTimeout as sleep } from "node:timers/promises";
import { toFault } from "../database/faults.ts";
import { UnmetAssertion } from "./effects.ts";

const usualTries = 6;
const longestPause = 4_000;

export interface Repetition {
    /** 0 to 1. */
    readonly random: () => number;
    readonly signal?: AbortSignal;
    /** How often a verb is sent in all; 6 otherwise. */
    readonly tries?: number;
}

/**
 * Sends a verb of the queue again while the database is locked, cannot be reached or has not answered. Every verb is safe to
 * repeat: one that was carried out although its answer was lost meets its own fence, and changes nothing.
 */
export async function repeatVerb<T>(
    verb: () => Promise<T>,
    { random, signal, tries = usualTries }: Repetition,
): Promise<T> {
    for (let attempt = 1; ; attempt++) {
        try {
            return await verb();
        } catch (error) {
            if (error instanceof UnmetAssertion) throw error;
            const { kind, variant, retryAfter = 0 } = toFault(error);
            const isTransient =
                ["busy", "transaction-timeout", "connection-lost"].includes(kind) ||
                ["refused", "no-route", "rate-limited", "not-available", "no-answer", "expired"].includes(
                    variant ?? "",
                );
            if (!isTransient || attempt === tries || signal?.aborted) throw error;
            const pause = Math.min(100 * 2 ** attempt, longestPause) * (0.5 + random());
            await sleep(Math.max(pause, Math.min(retryAfter, longestPause)), undefined, { signal });
        }
    }
}
