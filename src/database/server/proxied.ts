interface PassedError {
    readonly message: string;
    readonly code?: string | null;
}

/** What is read here of the result of a step, or of a batch. */
interface StepResult {
    readonly cols?: unknown;
    readonly rows_read?: number;
    readonly query_duration_ms?: number;
    readonly step_results?: readonly (StepResult | null)[];
    readonly step_errors?: readonly (PassedError | null)[];
}

interface StepOutcome {
    readonly error?: PassedError | null;
    readonly response?: { readonly result?: StepResult };
}

/** What a replica puts before the message of its primary. */
const prefix = /^error executing a request on the primary: /i;

/**
 * SQLite's messages by the code that the primary sends with them. The first match counts. SQLite's own begin with a small
 * letter, those of triggers mostly with a capital.
 */
const codes: readonly (readonly [RegExp, string])[] = [
    [/constraint failed|^cannot store \w+ value in \w+ column /i, "SQLITE_CONSTRAINT"],
    [/^transaction timed.?out/i, "TRANSACTION_TIMEOUT"],
    [/^(?:database (?:table )?is locked|transaction busy)/i, "SQLITE_BUSY"],
    [/^operation was blocked/i, "BLOCKED"],
    [/^database or disk is full/i, "SQLITE_FULL"],
    [/^disk I\/O error/i, "SQLITE_IOERR"],
    [/^database disk image is malformed|^malformed database schema/i, "SQLITE_CORRUPT"],
    [/^attempt to write a readonly database/i, "SQLITE_READONLY"],
    [/^response is too large/i, "RESPONSE_TOO_LARGE"],
    [
        new RegExp(
            [
                "^(?:no such|near |\\d+ values for|unrecognized token|incomplete input|malformed|datatype mismatch|too many|ambiguous|duplicate",
                "cannot|misuse of|wrong number|error in|integer overflow|string or blob too|parser stack|sub-select|unknown",
                "table |index |view |trigger |there is already|foreign key mismatch|object name|no query solution|JSON |bad ",
                "number of columns|expected |row value|aggregate |a GROUP BY|ORDER BY|LIMIT|SELECTs|all VALUES|default value",
                "generated column|unable to|invalid |unsupported|not authorized|abort|interrupted|RAISE\\(\\)|fts5)",
            ].join("|"),
        ),
        "SQLITE_ERROR",
    ],
];

/** What follows the message of a statement that does not prepare: ` in <its text> at offset 13`. */
const place = / in (?:--|\/\*|\w+\s)[\s\S]* at offset \d+$/;

/**
 * Gives an error of the primary, as a replica passes it on, the code and the message that the primary itself sends. A
 * message that SQLite does not have is that of a trigger.
 */
export function toDirectError(error: PassedError, sql?: string): PassedError {
    if (error.code !== "PROXY_ERROR" || !prefix.test(error.message)) return error;
    const text = error.message.replace(prefix, "");
    const at = sql === undefined ? -1 : text.lastIndexOf(` in ${sql} at offset `);
    const message = at === -1 ? text.replace(place, "") : text.slice(0, at);
    // SQLite knows the place only of what does not prepare.
    if (message !== text) return { message, code: "SQL_INPUT_ERROR" };
    return { message, code: codes.find(([pattern]) => pattern.test(message))?.[1] ?? "SQLITE_CONSTRAINT" };
}

/**
 * Whether a replica answered with what its primary did: it passes on an error, or no step was measured. Several that took
 * no time at all do not happen on a server that measures.
 */
export function isProxied(outcomes: readonly StepOutcome[]): boolean {
    const errors = outcomes.flatMap(({ error, response }) => [error, ...(response?.result?.step_errors ?? [])]);
    if (errors.some((error) => error?.code === "PROXY_ERROR")) return true;
    const results = outcomes.map(({ response }) => response?.result);
    const steps = results.flatMap<StepResult | null | undefined>((result) => result?.step_results ?? [result]);
    const done = steps.filter((step) => step?.cols !== undefined);
    return done.length > 2 && done.every((step) => step?.query_duration_ms === 0 && !step.rows_read);
}
