import { jwtDecode } from "jwt-decode";
import type { Target } from "./target.ts";

/** The claims of a token. They do not prove that the server accepts it. */
interface TokenFacts {
    readonly readOnly: boolean;
    readonly issuedAt: Date | undefined;
    readonly expiresAt: Date | undefined;
}

/** Reads the claims of a JWT without checking its signature; undefined where the text is not a JWT. */
export function readToken(token: string): TokenFacts | undefined {
    try {
        // `a` is the access of a Turso or sqld token: "rw" (the default) or "ro".
        const { a, iat, exp } = jwtDecode<{ a?: string; iat?: number; exp?: number }>(token);
        return { readOnly: a === "ro", issuedAt: toDate(iat), expiresAt: toDate(exp) };
    } catch {
        return undefined;
    }
}

/** How to get a token that the database accepts. */
export function describeNewToken({ local }: Target): string {
    return local
        ? "copy the token from tokens.env in the server's folder (.sqld) into .env"
        : "make a new one with `turso db tokens create <database>`";
}

function toDate(seconds: number | undefined): Date | undefined {
    const date = new Date(typeof seconds === "number" ? seconds * 1000 : Number.NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
}
