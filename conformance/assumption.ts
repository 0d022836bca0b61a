import type { Connection, Query, Row, ScriptOptions } from "../src/database/connection.ts";
import { type DatabaseFault, toFault } from "../src/database/faults.ts";
import { splitStatements } from "../src/sql/statements.ts";

/** Everything that an assumption makes in the database begins with this, so that it is known when it is removed. */
export const tracePrefix = "schema_probe_";

/** One thing that this program takes for granted of a database, and a way to find out. */
export interface Assumption {
    /** A sentence that is true where the assumption holds. */
    readonly name: string;
    /** What breaks where it does not. */
    readonly why: string;
    /**
     * Tries it. Objects that it makes are named with `tracePrefix`; it need not remove them.
     *
     * @returns why it cannot be tried on this database; nothing when it holds
     * @throws Contradiction, or the DatabaseFault of a statement that should have run
     */
    readonly attempt: (lab: Lab) => Promise<string | undefined> | Promise<void>;
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
    /** Runs statements in a transaction, then queries inside it, and rolls everything back. Gives the queries' rows. */
    inside(statements: readonly string[], ...queries: readonly string[]): Promise<(readonly Row[])[]>;
    /** As inside(), for statements of which the last must fail. Gives the reason. */
    refusedInside(statements: readonly string[]): Promise<string>;
}

/** What a database said no to: a statement or a row. Any other fault, such as a broken line, is thrown again. */
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
        inside: async (statements, ...queries) => {
            const trial = await connection.tryOut(toScript(statements), toScript(queries));
            must(trial.failedIndex === undefined, trial.message ?? "a statement failed");
            return trial.results.map((result) => {
                if (!result.ok) throw new Contradiction(result.message);
                return result.rows;
            });
        },
        refusedInside: async (statements) => {
            const { failedIndex, message } = await connection.tryOut(toScript(statements));
            must(failedIndex !== undefined, "it was accepted");
            must(failedIndex === statements.length - 1, message ?? "an earlier statement failed");
            return message ?? "";
        },
    };
}

/** Statements as a script. */
export function toScript(statements: readonly string[]): { sql: string }[] {
    return statements.map((sql) => ({ sql }));
}
