import { jwtDecode } from "jwt-decode";

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

function toDate(seconds: number | undefined): Date | undefined {
    const date = new Date(typeof seconds === "number" ? seconds * 1000 : Number.NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
}
