import { AppError } from "../errors.ts";
import type { Target } from "./target.ts";
import { readToken } from "./token.ts";

/**
 * Refuses a write that cannot succeed, before anything is tried: writes switched off, a token that has expired or that
 * may only read. What the token says is read from the token itself.
 *
 * @throws AppError `writes-off`, `token-expired` or `token-read-only`
 */
export function refuseUnwritable(target: Target, writesOff: boolean, now: Date): void {
    const outcome = "Nothing was tried.";
    if (writesOff) {
        throw new AppError("writes-off", "writing is switched off: TURSO_WRITE_MODE is 'false'", {
            hint: "unset TURSO_WRITE_MODE, or set it to true, if this write is meant",
            outcome,
        });
    }
    refuseExpired(target, now);
    const token = findToken(target);
    if (token?.readOnly) {
        throw new AppError("token-read-only", `the token for ${target.label} is read-only`, {
            hint: "set TURSO_AUTH_TOKEN to a read-write token (`turso db tokens create <database>`)",
            outcome,
        });
    }
}

/**
 * Refuses a token that has expired.
 *
 * @throws AppError `token-expired`
 */
export function refuseExpired(target: Target, now: Date): void {
    const expiresAt = findToken(target)?.expiresAt;
    if (expiresAt && expiresAt <= now) {
        throw new AppError("token-expired", `the token for ${target.label} expired on ${expiresAt.toISOString()}`, {
            hint: "make a new one with `turso db tokens create <database>`",
            outcome: "Nothing was tried.",
        });
    }
}

function findToken(target: Target): ReturnType<typeof readToken> {
    return target.kind === "server" && target.authToken !== undefined ? readToken(target.authToken) : undefined;
}
