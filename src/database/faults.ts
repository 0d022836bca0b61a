import { AppError } from "../errors.ts";
import { type FaultKind, type FaultVariant, sentences } from "./fault-sentences.ts";
import type { Target } from "./target.ts";
import { describeNewToken } from "./token.ts";

interface FaultDetails {
    readonly variant?: FaultVariant | undefined;
    readonly retryAfter?: number | undefined;
    readonly part?: number | undefined;
}

export class DatabaseFault extends Error {
    readonly kind: FaultKind;
    readonly variant: FaultVariant | undefined;
    /** When the server wants the next request, in milliseconds from now; undefined where it does not say. */
    readonly retryAfter: number | undefined;
    /** Index of the statement of a script that failed; undefined where none did or it is unknown. */
    readonly part: number | undefined;

    constructor(kind: FaultKind, message: string, cause?: unknown, more: FaultDetails = {}) {
        super(message, { cause });
        this.name = "DatabaseFault";
        this.kind = kind;
        this.variant = more.variant;
        this.retryAfter = more.retryAfter;
        this.part = more.part;
    }

    /** Returns the same fault with the index of its statement. */
    at(part: number, message = this.message): DatabaseFault {
        const { kind, cause, variant, retryAfter } = this;
        return new DatabaseFault(kind, message, cause, { variant, retryAfter, part });
    }

    /** Whether the transaction may have been committed although no reply says so. */
    get isAmbiguous(): boolean {
        return this.kind === "connection-lost" || this.kind === "server-fault" || this.kind === "interrupted";
    }

    /** Whether the statement is to blame, rather than the server, the network or another writer. */
    get isOfStatement(): boolean {
        return this.kind === "sql" || this.kind === "constraint";
    }
}

const kindOfCode: readonly (readonly [RegExp, FaultKind])[] = [
    [/^SQLITE_CONSTRAINT/, "constraint"],
    [/^SQLITE_(BUSY|LOCKED)/, "busy"],
    [/^(TRANSACTION_TIMEOUT|STREAM_EXPIRED|TRANSACTION_CLOSED)$/, "transaction-timeout"],
    [/^BLOCKED$/, "blocked"],
    [/^SQLITE_READONLY/, "read-only-file"],
    [/^SQLITE_CANTOPEN/, "cannot-open"],
    [/^SQLITE_NOTADB/, "not-a-database"],
    [/^SQLITE_CORRUPT/, "corrupt"],
    [/^SQLITE_FULL/, "disk-full"],
    [/^SQLITE_IOERR/, "server-fault"],
    [/^(SERVER_ERROR|PROXY_ERROR|HRANA_|INTERNAL_ERROR)/, "server-fault"],
    [/^(SQLITE_|SQL_|ARGS_INVALID|RESPONSE_TOO_LARGE)/, "sql"],
];

// Network errors before anything was sent.
const neverSent: readonly (readonly [RegExp, FaultVariant])[] = [
    [/^ECONNREFUSED$/, "refused"],
    [/^ENOTFOUND$/, "unknown-host"],
    [/^(ERR_SSL|EPROTO)/, "no-tls"],
    [/^(ERR_TLS|CERT_|SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO)/, "certificate"],
    [/^(EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/, "no-route"],
];

/**
 * Turns what a driver threw into a fault: src/database/ throws nothing else.
 *
 * @param unknown the kind of an error with a code of which nothing is known: for a file, the statement's
 */
export function toFault(error: unknown, unknown: FaultKind = "sql"): DatabaseFault {
    if (error instanceof DatabaseFault) return error;
    const { code, message } = readError(error);
    const kind = kindOfCode.find(([pattern]) => pattern.test(code))?.[1];
    if (kind)
        return new DatabaseFault(kind, withoutCode(message, code), error, { variant: findVariant(code, message) });
    if (/Unable to open connection to local database/i.test(message)) {
        return new DatabaseFault("cannot-open", message, error);
    }
    return new DatabaseFault(unknown, withoutCode(message, code), error);
}

function findVariant(code: string, message: string): FaultVariant | undefined {
    if (code.startsWith("SQLITE_IOERR")) return "disk-error";
    if (code === "STREAM_EXPIRED") return "expired";
    return /\bno such collation sequence: /.test(message) ? "foreign-collation" : undefined;
}

/** Turns an exception of fetch() into a fault: refused, unknown host, TLS, dropped, timed out. */
export function faultOfNetwork(error: unknown): DatabaseFault {
    if (error instanceof DatabaseFault) return error;
    const cause = readError(error instanceof Error && error.cause ? error.cause : error);
    // fetch() itself refuses some ports, such as 1 and 6000; that error has no code.
    const variant = neverSent.find(([pattern]) => pattern.test(cause.code))?.[1];
    // The message of the TLS library names its source file, not a reason.
    const parts = variant === "no-tls" ? [cause.code] : [cause.code, cause.message];
    const reason = parts.filter((part) => part !== "").join(": ");
    if (variant || cause.message === "bad port") return new DatabaseFault("unreachable", reason, error, { variant });
    return new DatabaseFault("connection-lost", reason, error);
}

/** For catch() of what changes nothing: a result that cannot be sent is the statement's fault. */
export function blameStatement(error: unknown): never {
    if (!(error instanceof DatabaseFault) || error.variant !== "not-utf8") throw error;
    const { message, variant } = error;
    throw new DatabaseFault("sql", `a text in its result is not UTF-8: ${message}`, error, { variant });
}

/** Makes a fault of a reply whose status is not 2xx, or that is not JSON; its body may hold the server's reason. */
export function faultOfReply(status: number, body: string, retryAfter?: string | null): DatabaseFault {
    const parsed = parseBody(body);
    const code = typeof parsed.code === "string" ? parsed.code : "";
    // On one line, and without control characters.
    const said = String(parsed.message ?? parsed.error ?? "")
        .replace(/[\s\p{Cc}]+/gu, " ")
        .trim();
    const reason = said || `HTTP status ${status}`;
    const coded = code === "" ? undefined : kindOfCode.find(([pattern]) => pattern.test(code))?.[1];
    if (coded && coded !== "server-fault") return new DatabaseFault(coded, reason);
    // An HTML page comes from a proxy, a firewall or another server: it says nothing about this database.
    if (status < 400 || (status < 500 && variantOfStatus[status] === undefined && isPage(body))) {
        const answer = status < 400 ? "it is not JSON" : reason;
        return new DatabaseFault("server-fault", answer, undefined, { variant: "foreign-reply" });
    }
    if (status === 500 && primaryBroken.test(reason)) {
        return new DatabaseFault("server-fault", reason, undefined, { variant: "primary-broken" });
    }
    // A transaction may have been committed before its result could not be sent.
    if (notUtf8.test(reason)) return new DatabaseFault("server-fault", reason, undefined, { variant: "not-utf8" });
    if (status === 401 || (status === 400 && /jwt/i.test(reason))) return new DatabaseFault("unauthorized", reason);
    if (status === 403) return new DatabaseFault("forbidden", reason);
    if (status === 404) return new DatabaseFault("not-found", reason);
    // The other refusals say nothing about the statements.
    if (status === 400 || status === 422) return new DatabaseFault("sql", reason);
    const answer = said === "" ? reason : `HTTP ${status}: ${said}`;
    const more = { variant: variantOfStatus[status], retryAfter: readRetryAfter(retryAfter, new Date()) };
    return new DatabaseFault("server-fault", answer, undefined, more);
}

/** What a replica says. */
const primaryBroken = /^connection with primary broken/i;

/** With status 500, for a text that a query returns. */
const notUtf8 = /\butf-8 (?:byte )?sequence\b/;

const variantOfStatus: Readonly<Record<number, FaultVariant>> = {
    408: "no-answer",
    413: "too-large",
    429: "rate-limited",
    502: "not-available",
    503: "not-available",
    504: "not-available",
};

// Seconds, or a date.
function readRetryAfter(header: string | null | undefined, now: Date): number | undefined {
    if (header === null || header === undefined) return undefined;
    if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
    const time = Date.parse(header);
    return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}

/**
 * Makes a fault of a redirect. It is not followed: the token is meant for one address only.
 *
 * @param location the header of that name; only its host is shown, because the rest may hold a secret
 */
export function faultOfRedirect(location: string | null): DatabaseFault {
    const to = location !== null && URL.canParse(location) ? new URL(location).origin : "another place";
    return new DatabaseFault("not-found", `to ${to}`, undefined, { variant: "redirected" });
}

/** Turns a fault into the error that the user reads, with a sentence and a remedy. */
export function explainFault(fault: DatabaseFault, target: Target): AppError {
    if (fault.kind === "interrupted") return new AppError("interrupted", "interrupted", { cause: fault });
    if (fault.kind === "unauthorized" && target.kind === "server" && target.authToken === undefined) {
        return new AppError("unauthorized", `${target.label} requires a token (${fault.message})`, {
            hint: `set TURSO_AUTH_TOKEN: ${describeNewToken(target)}`,
            cause: fault,
        });
    }
    const [sentence, hint] = sentences[fault.variant ?? fault.kind];
    const remedy = fault.kind === "unauthorized" ? describeNewToken(target) : hint;
    const message = `${sentence.replace("{db}", () => target.label)} (${fault.message})`;
    return new AppError(fault.kind, message, { hint: remedy, cause: fault });
}

/** Turns a fault into the error that the user reads; any other error stays as it is. */
export function explainError(error: unknown, target: Target, outcome?: string): unknown {
    if (!(error instanceof DatabaseFault)) return error;
    const explained = explainFault(error, target);
    return outcome === undefined ? explained : explained.withOutcome(outcome);
}

/** For catch(): throws explainError(). */
export function throwExplained(target: Target, outcome?: string): (error: unknown) => never {
    return (error) => {
        throw explainError(error, target, outcome);
    };
}

function readError(error: unknown): { code: string; message: string } {
    if (!(error instanceof Error)) return { code: "", message: String(error) };
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    // The driver has no name for some extended result codes; the last byte is the primary code.
    const [, number] = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code) ?? [];
    const named = number === undefined ? code : (sqliteCodes[Number(number) & 0xff] ?? "SQLITE_ERROR");
    return { code: named, message: error.message };
}

const sqliteCodes: Readonly<Record<number, string>> = {
    1: "SQLITE_ERROR",
    5: "SQLITE_BUSY",
    6: "SQLITE_LOCKED",
    8: "SQLITE_READONLY",
    10: "SQLITE_IOERR",
    11: "SQLITE_CORRUPT",
    13: "SQLITE_FULL",
    14: "SQLITE_CANTOPEN",
    19: "SQLITE_CONSTRAINT",
    26: "SQLITE_NOTADB",
};

// Clients put the code before the message, sometimes twice.
function withoutCode(message: string, code: string): string {
    let text = message.replace(/^UNKNOWN_SQLITE_ERROR_\d+: /, "");
    while (code !== "" && text.startsWith(`${code}: `)) text = text.slice(code.length + 2);
    return text.replace(/^(?:SQLite error|SQL(?:ite)? input error|SQL string could not be parsed): /, "");
}

function parseBody(body: string): { code?: unknown; message?: unknown; error?: unknown } {
    try {
        const value: unknown = JSON.parse(body);
        return value !== null && typeof value === "object" ? value : {};
    } catch {
        return isPage(body) ? {} : { error: body.slice(0, 200) };
    }
}

function isPage(body: string): boolean {
    return /^\s*</.test(body);
}
