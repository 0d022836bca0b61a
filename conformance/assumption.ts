import type { Connection, Query, Row, ScriptOptions, TrialResult } from "../src/database/connection.ts";
import { type DatabaseFault, toFault } from "../src/database/faults.ts";
import { splitStatements } from "../src/sql/statements.ts";

/** Everything that an assumption makes in the database begins with this, so that it is known when it is removed. */
export const tracePrefix = "schema_probe_";

/** One thing that this program takes for granted of a database, and an attempt that shows whether it holds. */
export interface Assumption {
    /** A sentence that is true where the assumption holds. */
    readonly name: string;
    /** What breaks where it does not. */
    readonly why: string;
    /** Why it cannot be tried on this database; undefined where it can. */
    readonly skip?: (lab: Lab) => string | undefined;
    /**
     * Tries it. Objects that it makes are named with `tracePrefix`; it need not remove them.
     *
     * @throws Contradiction, or the DatabaseFault of a statement that should have run
     */
    readonly attempt: (lab: Lab) => Promise<void>;
}

/** An attempt that runs statements, then a query that must give these rows, in a transaction that is rolled back. */
export function gives(
    statements: readonly string[],
    query: string,
    expected: readonly object[],
): Assumption["attempt"] {
    return async (lab) => mustEqual(await lab.inside(statements, query), expected, "rows");
}

/** An attempt that runs statements of which the last must fail, with a message that includes `part`. */
export function refuses(statements: readonly string[], part = ""): Assumption["attempt"] {
    return async (lab) => {
        const { failedIndex, message } = await lab.tryOut(statements);
        must(failedIndex !== undefined, "it was accepted");
        must(failedIndex === statements.length - 1, message ?? "an earlier statement failed");
        must(message?.includes(part) === true, `the message is: ${message}`);
    };
}

/** The finding that an assumption does not hold. */
export class Contradiction extends Error {}

/** Throws a Contradiction unless `condition`. */
export function must(condition: boolean, otherwise: string): void {
    if (!condition) throw new Contradiction(otherwise);
}

/** Throws a Contradiction unless both are equal as JSON. */
export function mustEqual(found: unknown, expected: unknown, what: string): void {
    const [left, right] = [found, expected].map((value) => JSON.stringify(value) ?? "nothing");
    must(left === right, `${what}: expected ${right}, found ${left}`);
}

/** A database to try things on. */
export interface Lab {
    readonly connection: Connection;
    /** The same database with the read-only token, where one is set. */
    readonly readOnly: Connection | undefined;
    /** Runs a script in one transaction and one request. */
    run(script: string, options?: ScriptOptions): Promise<void>;
    /** Runs what must fail, and gives the fault. */
    refused(work: string | Promise<unknown>): Promise<DatabaseFault>;
    /** The rows of one query. */
    query(sql: string, args?: Query["args"]): Promise<readonly Row[]>;
    /** The first column of the first row. */
    value(sql: string, args?: Query["args"]): Promise<unknown>;
    /** How many tables, views, triggers and indexes have this name. */
    count(name: string): Promise<number>;
    /** Runs statements in a transaction that is rolled back; gives the index and the message of the one that fails. */
    tryOut(statements: readonly string[], query?: string, options?: ScriptOptions): Promise<TrialResult>;
    /** Runs statements in a transaction, then a query inside it, and rolls everything back. Gives the query's rows. */
    inside(statements: readonly string[], query: string, options?: ScriptOptions): Promise<readonly Row[]>;
}

/** The fault of a statement or a row that the database refused. Any other, such as a broken connection, is thrown again. */
export function refusalOf(error: unknown): DatabaseFault {
    const fault = toFault(error);
    if (fault.kind !== "sql" && fault.kind !== "constraint") throw fault;
    return fault;
}

/** A lab on an open database; `readOnly` is the same one with the read-only token. */
export function openLab(connection: Connection, readOnly: Connection | undefined): Lab {
    const query: Lab["query"] = async (sql, args) => {
        const [result] = await connection.readAll([args === undefined ? { sql } : { sql, args }]);
        if (!result?.ok) throw new Contradiction(result?.message ?? "no result");
        return result.rows;
    };
    const run: Lab["run"] = (script, options) => connection.runScript(splitStatements(script), options);
    const tryOut: Lab["tryOut"] = (statements, sql, options) =>
        connection.tryOut(
            statements.map((statement) => ({ sql: statement })),
            sql === undefined ? [] : [{ sql }],
            options,
        );
    const value: Lab["value"] = async (sql, args) => Object.values((await query(sql, args))[0] ?? {})[0];
    return {
        connection,
        readOnly,
        query,
        value,
        run,
        refused: (work) =>
            (typeof work === "string" ? run(work) : work).then(
                () => {
                    throw new Contradiction("it was accepted");
                },
                (error: unknown) => refusalOf(error),
            ),
        count: async (name) =>
            Number(await value("SELECT count(*) FROM sqlite_schema WHERE name = ?", [`${tracePrefix}${name}`])),
        tryOut,
        inside: async (statements, sql, options) => {
            const { failedIndex, message, results } = await tryOut(statements, sql, options);
            must(failedIndex === undefined, message ?? "a statement failed");
            const [result] = results;
            if (!result?.ok) throw new Contradiction(result?.message ?? "no result");
            return result.rows;
        },
    };
}

/** Statements as a script. */
export function toScript(statements: readonly string[]): { sql: string }[] {
    return statements.map((sql) => ({ sql }));
}
