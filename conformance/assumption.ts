import type { Connection, Query, Row, ScriptOptions, TrialResult } from "../src/database/connection.ts";
import { type DatabaseFault, toFault } from "../src/database/faults.ts";
import { splitStatements } from "../src/sql/statements.ts";

/** Prefix of every object that an assumption creates, so that it can be removed. */
export const tracePrefix = "schema_probe_";

/** An assumption of this program about a database, with a test. */
export interface Assumption {
    /** A sentence that is true if the assumption holds. */
    readonly name: string;
    /** What depends on it. */
    readonly why: string;
    /** Returns why it cannot be tested on this database; undefined if it can. */
    readonly skip?: (lab: Lab) => string | undefined;
    /**
     * Tests it. Objects that it creates begin with `tracePrefix`; it need not remove them.
     *
     * @throws Contradiction, or the DatabaseFault of a statement that should have run
     */
    readonly attempt: (lab: Lab) => Promise<void>;
}

/** An attempt that runs statements, then a query that must return these rows, in a transaction that is rolled back. */
export function returns(
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

/** A database to test assumptions on. */
export interface Lab {
    readonly connection: Connection;
    /** The same database with the read-only token, if one is set. */
    readonly readOnly: Connection | undefined;
    /** Runs a script in one transaction and one request. */
    run(script: string, options?: ScriptOptions): Promise<void>;
    /** Runs work that must fail; returns its fault. */
    refused(work: string | Promise<unknown>): Promise<DatabaseFault>;
    /** The rows of one query. */
    query(sql: string, args?: Query["args"]): Promise<readonly Row[]>;
    /** The first column of the first row. */
    value(sql: string, args?: Query["args"]): Promise<unknown>;
    /** Number of tables, views, triggers and indexes of this name. */
    count(name: string): Promise<number>;
    /** Runs statements in a transaction that is rolled back; returns index and message of the one that fails. */
    tryOut(statements: readonly string[], query?: string, options?: ScriptOptions): Promise<TrialResult>;
    /** Runs statements, then a query, in a transaction that is rolled back. Returns the query's rows. */
    inside(statements: readonly string[], query: string, options?: ScriptOptions): Promise<readonly Row[]>;
}

/** The fault of a refused statement or row. Throws any other fault, such as a broken connection, again. */
export function refusalOf(error: unknown): DatabaseFault {
    const fault = toFault(error);
    if (fault.kind !== "sql" && fault.kind !== "constraint") throw fault;
    return fault;
}

/** @param readOnly the same database with the read-only token */
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
