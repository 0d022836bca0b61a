/** Exit codes of every command. README shows this table. */
export const exitCodes = {
    done: 0,
    failed: 1,
    usage: 2,
    pending: 3,
    drift: 4,
    rejected: 5,
    interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Every error code that a user can see, with its exit code. */
const catalogue = {
    usage: exitCodes.usage,
    "writes-off": exitCodes.usage,
    "token-expired": exitCodes.usage,
    "token-read-only": exitCodes.usage,
    "not-confirmed": exitCodes.usage,
    unreachable: exitCodes.failed,
    "connection-lost": exitCodes.failed,
    unauthorized: exitCodes.usage,
    forbidden: exitCodes.usage,
    "not-found": exitCodes.failed,
    "server-fault": exitCodes.failed,
    blocked: exitCodes.failed,
    busy: exitCodes.failed,
    "transaction-timeout": exitCodes.failed,
    "cannot-open": exitCodes.failed,
    "read-only-file": exitCodes.failed,
    "not-a-database": exitCodes.failed,
    corrupt: exitCodes.failed,
    "disk-full": exitCodes.failed,
    constraint: exitCodes.failed,
    sql: exitCodes.failed,
    "invalid-files": exitCodes.failed,
    "migration-failed": exitCodes.failed,
    "would-lose": exitCodes.failed,
    "invalid-input": exitCodes.failed,
    "encoder-failed": exitCodes.failed,
    "model-failed": exitCodes.failed,
    "sandbox-failed": exitCodes.failed,
    "database-newer": exitCodes.drift,
    drift: exitCodes.drift,
    "plan-changed": exitCodes.drift,
    "rehearsal-found": exitCodes.drift,
    rejected: exitCodes.rejected,
    interrupted: exitCodes.interrupted,
} as const satisfies Record<string, ExitCode>;

/** The outcome of an error before anything was written. */
export const nothingChanged = "Nothing was changed.";

export type ErrorCode = keyof typeof catalogue;

/**
 * An error for the user: `message` says what failed and why, `details` are further lines (an excerpt, a list), `hint` is
 * the remedy, and `outcome` says what the database is now.
 */
export class AppError extends Error {
    readonly code: ErrorCode;
    readonly details: readonly string[];
    readonly hint: string | undefined;
    readonly outcome: string | undefined;

    constructor(
        code: ErrorCode,
        message: string,
        more: Partial<Pick<AppError, "details" | "hint" | "outcome">> & { cause?: unknown } = {},
    ) {
        super(message, more.cause === undefined ? undefined : { cause: more.cause });
        this.name = "AppError";
        this.code = code;
        this.details = more.details ?? [];
        this.hint = more.hint;
        this.outcome = more.outcome;
    }

    get exitCode(): ExitCode {
        return catalogue[this.code];
    }

    /** The same error with further lines. */
    withDetails(more: readonly string[]): AppError {
        const { code, message, details, hint, outcome, cause } = this;
        return new AppError(code, message, { details: [...details, ...more], hint, outcome, cause });
    }

    /** The same error with the sentence that says what the database is now. */
    withOutcome(outcome: string): AppError {
        const { code, message, details, hint, cause } = this;
        return new AppError(code, message, { details, hint, outcome, cause });
    }
}

/** An error of another part of the program that says for itself what the user is told. */
export abstract class ExplainedError extends Error {
    abstract explain(): AppError;
}
