import { AppError } from "../errors.ts";
import type { Target } from "./target.ts";
import { describeNewToken, readToken } from "./token.ts";

/**
 * Refuses a write that cannot succeed before anything is tried: writes are switched off, or the claims of the token say
 * that it has expired or is read-only.
 *
 * @throws AppError `writes-off`, `token-expired` or `token-read-only`
 */
export function refuseUnwritable(target: Target, writesOff: boolean, now: Date): void {
    const outcome = "Nothing was tried.";
    if (writesOff) {
        throw new AppError("writes-off", "writing is switched off: TURSO_WRITE_MODE is 'false'", {
            hint: "to allow this write, unset TURSO_WRITE_MODE or set it to true",
            outcome,
        });
    }
    refuseExpired(target, now);
    const token = findToken(target);
    if (token?.readOnly) {
        throw new AppError("token-read-only", `the token for ${target.label} is read-only`, {
            hint: `set TURSO_AUTH_TOKEN to a read-write token: ${describeNewToken(target)}`,
            outcome,
        });
    }
}

/** Refuses a token that has expired (`token-expired`). */
export function refuseExpired(target: Target, now: Date): void {
    const expiresAt = findToken(target)?.expiresAt;
    if (expiresAt && expiresAt <= now) {
        const when = `${expiresAt.toISOString()}, by this machine's clock`;
        throw new AppError("token-expired", `the token for ${target.label} expired on ${when}`, {
            hint: `${describeNewToken(target)}; if this machine's clock is wrong, correct it`,
            outcome: "Nothing was tried.",
        });
    }
}

const day = 24 * 3_600_000;
/** Tokens should be rotated after this many days. */
const oldestDays = 90;

/**
 * Finds what should be done about a token that still works: it expires within a day, is older than 90 days and writes, or
 * may write although it is used as the read-only one.
 *
 * @param use `write` to write, `read-only` for the token of the read-only pair
 * @returns sentences, each with its remedy
 */
export function findTokenWarnings(target: Target, use: "write" | "read-only" | "read", now: Date): string[] {
    const token = findToken(target);
    if (!token) return [];
    const { issuedAt, expiresAt, readOnly } = token;
    const days = issuedAt ? Math.floor((now.getTime() - issuedAt.getTime()) / day) : 0;
    const warnings: string[] = [];
    if (expiresAt && expiresAt.getTime() - now.getTime() < day) {
        warnings.push(
            `the token for ${target.label} expires on ${expiresAt.toISOString()}, within a day; ` +
                "make a new one with `turso db tokens create <database>`",
        );
    }
    if (use === "write" && days > oldestDays) {
        warnings.push(
            `the token for ${target.label} is ${days} days old; rotate it every ${oldestDays} days: ` +
                "`turso db tokens invalidate <database>` ends all tokens of its group, then make new ones with " +
                "`turso db tokens create <database> --expiration 90d`",
        );
    }
    if (use === "read-only" && !readOnly) {
        warnings.push(
            `the read-only token for ${target.label} may write, according to its claims; make one that may not with ` +
                "`turso db tokens create <database> --read-only`",
        );
    }
    return warnings;
}

function findToken(target: Target): ReturnType<typeof readToken> {
    return target.kind === "server" && target.authToken !== undefined ? readToken(target.authToken) : undefined;
}
