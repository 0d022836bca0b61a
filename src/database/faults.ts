import { AppError, type ErrorCode } from "../errors.ts";
import type { Target } from "./target.ts";

/** What went wrong between us and the database, independent of the driver that said so. */
export type FaultKind = Extract<
    ErrorCode,
    | "unreachable"
    | "connection-lost"
    | "unauthorized"
    | "forbidden"
    | "not-found"
    | "server-fault"
    | "blocked"
    | "busy"
    | "transaction-timeout"
    | "cannot-open"
    | "read-only-file"
    | "not-a-database"
    | "corrupt"
    | "disk-full"
    | "constraint"
    | "sql"
    | "interrupted"
>;

export class DatabaseFault extends Error {
    readonly kind: FaultKind;
    /** What to do, where it is not what the kind says. */
    readonly hint: string | undefined;

    constructor(kind: FaultKind, message: string, cause?: unknown, hint?: string) {
        super(message, { cause });
        this.name = "DatabaseFault";
        this.kind = kind;
        this.hint = hint;
    }

    /** Whether the transaction may have been committed although no reply says so. */
    get isAmbiguous(): boolean {
        return this.kind === "connection-lost" || this.kind === "server-fault" || this.kind === "interrupted";
    }

    /** Whether a statement is to blame, and not the server, the line or others who write. */
    get isOfStatement(): boolean {
        return this.kind === "sql" || this.kind === "constraint";
    }
}

const kindOfCode: readonly (readonly [RegExp, FaultKind])[] = [
    [/^SQLITE_CONSTRAINT|^UNKNOWN_SQLITE_ERROR_3091$/, "constraint"],
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

// Network errors that say that nothing was ever sent.
const neverSent =
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_(SSL|TLS)|CERT_|SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO)/;

/** Turns whatever a driver threw into a fault. Nothing but faults leaves the database layer. */
export function toFault(error: unknown): DatabaseFault {
    if (error instanceof DatabaseFault) return error;
    const { code, message } = readError(error);
    const kind = kindOfCode.find(([pattern]) => pattern.test(code))?.[1];
    if (kind) return new DatabaseFault(kind, withoutCode(message, code), error);
    if (/Unable to open connection to local database/i.test(message)) {
        return new DatabaseFault("cannot-open", message, error);
    }
    return faultOfNetwork(error);
}

/** An exception of fetch(): refused, unknown host, TLS, dropped, timed out. */
export function faultOfNetwork(error: unknown): DatabaseFault {
    if (error instanceof DatabaseFault) return error;
    const cause = readError(error instanceof Error && error.cause ? error.cause : error);
    const reason = [cause.code, cause.message].filter((part) => part !== "").join(": ");
    // fetch() itself refuses some ports, such as 1 and 6000, before it connects; that has no code.
    if (neverSent.test(cause.code) || cause.message === "bad port")
        return new DatabaseFault("unreachable", reason, error);
    return new DatabaseFault("connection-lost", reason, error);
}

/** A reply that is no 2xx, or no JSON. `body` is what the server gave as the reason; clients throw it away. */
export function faultOfReply(status: number, body: string): DatabaseFault {
    const parsed = parseBody(body);
    const code = typeof parsed.code === "string" ? parsed.code : "";
    const said = String(parsed.message ?? parsed.error ?? "").trim();
    const reason = said || `HTTP status ${status}`;
    const coded = code === "" ? undefined : kindOfCode.find(([pattern]) => pattern.test(code))?.[1];
    if (coded && coded !== "server-fault") return new DatabaseFault(coded, reason);
    if (status === 401 || (status === 400 && /jwt/i.test(reason))) return new DatabaseFault("unauthorized", reason);
    if (status === 403) return new DatabaseFault("forbidden", reason);
    if (status === 404) return new DatabaseFault("not-found", reason);
    const answer = said === "" ? reason : `HTTP ${status}: ${said}`;
    if (status === 413) {
        const hint = "send less at once: `--per-file`, or smaller migrations";
        return new DatabaseFault("server-fault", `the request is too large; ${answer}`, undefined, hint);
    }
    // Of the others, these two say nothing about the statements either.
    if (status >= 500 || status === 408 || status === 429) return new DatabaseFault("server-fault", answer);
    if (status >= 400) return new DatabaseFault("sql", reason);
    return new DatabaseFault("server-fault", "the reply is not JSON; is there a proxy or a login page in between?");
}

/**
 * A reply that sends elsewhere. It is not followed: what it was sent with is meant for one address alone.
 *
 * @param location the header of that name; only its host is shown, because the rest may hold a secret
 */
export function faultOfRedirect(location: string | null): DatabaseFault {
    const to = location !== null && URL.canParse(location) ? new URL(location).origin : "another place";
    return new DatabaseFault("not-found", `the server redirects to ${to}`);
}

/** The fault as a user reads it: a sentence of its own and a remedy. */
export function explainFault(fault: DatabaseFault, target: Target): AppError {
    if (fault.kind === "interrupted") {
        return new AppError("interrupted", "interrupted", { hint: sentences.interrupted[1], cause: fault });
    }
    if (fault.kind === "unauthorized" && target.kind === "server" && target.authToken === undefined) {
        return new AppError("unauthorized", `${target.label} asks for a token (${fault.message})`, {
            hint: "set TURSO_AUTH_TOKEN to one, which `turso db tokens create <database>` makes",
            cause: fault,
        });
    }
    const [sentence, hint] = sentences[fault.kind];
    const message = `${sentence(target.label)} (${fault.message})`;
    return new AppError(fault.kind, message, { hint: fault.hint ?? hint, cause: fault });
}

const sentences: Readonly<Record<FaultKind, readonly [(label: string) => string, string]>> = {
    unreachable: [(db) => `cannot reach ${db}`, "check the host name, the port and the network, then run it again"],
    "connection-lost": [
        (db) => `the connection to ${db} broke`,
        "run `pnpm db:status` to see what the database is now",
    ],
    unauthorized: [
        (db) => `${db} does not accept the token`,
        "make a new one with `turso db tokens create <database>`",
    ],
    forbidden: [(db) => `the token may not write to ${db}`, "use the read-write token of this database"],
    "not-found": [
        (db) => `there is no such database at ${db}`,
        "compare the URL with `turso db show <database> --url`",
    ],
    "server-fault": [
        (db) => `${db} failed to answer`,
        "run `pnpm db:status`; if it lasts, see https://status.turso.tech",
    ],
    blocked: [
        (db) => `${db} is blocked`,
        "its quota is used up or writes are blocked: see the plan in the Turso dashboard",
    ],
    busy: [
        (db) => `${db} is locked by another writer`,
        "wait until the other program is done, or end it, then run it again",
    ],
    "transaction-timeout": [
        (db) => `${db} ended the transaction because others waited for the lock`,
        "split the migration into smaller ones, or run it when nobody writes",
    ],
    "cannot-open": [(db) => `cannot open ${db}`, "check that its folder exists and that you may write there"],
    "read-only-file": [(db) => `${db} cannot be written`, "check the permissions of the file and of its folder"],
    "not-a-database": [
        (db) => `${db} is not an SQLite database`,
        "check the path; the file may be encrypted or another kind",
    ],
    corrupt: [(db) => `${db} is damaged`, "copy the file first, then restore a backup"],
    "disk-full": [(db) => `the disk of ${db} is full`, "free some space, then run it again"],
    constraint: [(db) => `${db} refused a row`, "mend the row that the constraint names"],
    sql: [(db) => `${db} refused a statement`, "mend the statement"],
    interrupted: [() => "interrupted", "run the command again to go on"],
};

function readError(error: unknown): { code: string; message: string } {
    if (!(error instanceof Error)) return { code: "", message: String(error) };
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    return { code, message: error.message };
}

// Clients put the code before the message, some twice.
function withoutCode(message: string, code: string): string {
    let text = message;
    while (code !== "" && text.startsWith(`${code}: `)) text = text.slice(code.length + 2);
    return text.replace(/^(?:SQLite error|SQL(?:ite)? input error|SQL string could not be parsed): /, "");
}

function parseBody(body: string): { code?: unknown; message?: unknown; error?: unknown } {
    try {
        const value: unknown = JSON.parse(body);
        return value !== null && typeof value === "object" ? value : {};
    } catch {
        return /^\s*</.test(body) ? {} : { error: body.slice(0, 200) };
    }
}
