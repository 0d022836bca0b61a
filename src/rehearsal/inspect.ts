import type Database from "libsql";
import { toFault } from "../database/faults.ts";
import { guardTable } from "../planning/guards.ts";
import { proofOf } from "../planning/script.ts";
import { findTableAfter } from "../planning/structure.ts";
import { findShadows, isMigratorTable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { splitStatements } from "../sql/statements.ts";
import { findStoredTables } from "./layout.ts";
import { countRows, readRows, readSchema } from "./queries.ts";

/** What a database holds at one moment of a rehearsal, inside or between transactions. */
export interface Inspection {
    readonly schema: readonly SchemaRow[];
    /** Rows of each table, without the migrator's own and those that other objects keep. */
    readonly rows: ReadonlyMap<string, number>;
    /** How many rows violate each foreign key, by `child -> parent`. */
    readonly violations: ReadonlyMap<string, number>;
    /** The columns of each of these tables. */
    readonly columns: ReadonlyMap<string, readonly string[]>;
    /** Columns of foreign keys, by `table.column`. */
    readonly references: ReadonlyMap<string, ColumnContent>;
    /** Columns of the tables that were asked for, by `table.column`. */
    readonly values: ReadonlyMap<string, ColumnContent>;
}

export interface ColumnContent {
    readonly table: string;
    /** Rows that have a value. */
    readonly filled: number;
    /** Whether there are two values that differ. */
    readonly varies: boolean;
}

/**
 * Counts rows, violated foreign keys, and what foreign keys hold.
 *
 * @param rebuilt tables of which all columns are looked at
 */
export function inspect(database: Database.Database, rebuilt: readonly string[] = []): Inspection {
    const schema = readSchema(database);
    const isShadow = findShadows(schema);
    const tables = findStoredTables(schema)
        .map(({ name }) => name)
        .filter((name) => name !== guardTable && !isShadow(name));
    const counts = tables
        .filter((name) => !isMigratorTable(name))
        .map((name) => [name, countRows(database, name)] as const);
    const columns = new Map(counts.map(([table]) => [table, readColumns(database, table)]));
    const isRebuilt = (table: string): boolean => rebuilt.some((name) => isSameName(name, table));
    const read = (find: (table: string) => readonly string[]): Map<string, ColumnContent> =>
        new Map([...columns.keys()].flatMap((table) => readContent(database, table, find(table))));
    return {
        schema,
        rows: new Map(counts),
        violations: countViolations(database, tables),
        columns,
        references: read((table) => readReferring(database, table)),
        values: read((table) => (isRebuilt(table) ? (columns.get(table) ?? []) : [])),
    };
}

function readColumns(database: Database.Database, table: string): string[] {
    const sql = `SELECT name FROM pragma_table_xinfo(${quoteText(table)})`;
    return readRows<{ name: string }>(database, sql).map(({ name }) => name);
}

function readReferring(database: Database.Database, table: string): string[] {
    const sql = `SELECT DISTINCT "from" AS name FROM pragma_foreign_key_list(${quoteText(table)})`;
    return readRows<{ name: string }>(database, sql).map(({ name }) => name);
}

function readContent(
    database: Database.Database,
    table: string,
    columns: readonly string[],
): (readonly [string, ColumnContent])[] {
    if (columns.length === 0) return [];
    const facts = columns.map((column, at) => {
        const value = quoteName(column);
        return `count(${value}) AS filled_${at}, min(${value}) IS NOT max(${value}) AS varies_${at}`;
    });
    const [row = {}] = readRows<Record<string, number>>(
        database,
        `SELECT ${facts.join(", ")} FROM ${quoteName(table)}`,
    );
    return columns.map((column, at) => [
        `${table}.${column}`,
        { table, filled: Number(row[`filled_${at}`]), varies: Number(row[`varies_${at}`]) === 1 },
    ]);
}

// Table by table: one foreign key without a unique index behind it ends a check of the whole database with an error.
function countViolations(database: Database.Database, tables: readonly string[]): Map<string, number> {
    const violations = new Map<string, number>();
    for (const table of tables) {
        if (!hasForeignKeys(database, table)) continue;
        const sql =
            `SELECT "table" || ' -> ' || parent AS reference, count(*) AS violating ` +
            `FROM pragma_foreign_key_check(${quoteText(table)}) GROUP BY reference`;
        // One that points to no unique columns is a defect of the schema, which the first write would meet.
        const rows =
            attempt(database, sql) === undefined
                ? readRows<{ reference: string; violating: number }>(database, sql)
                : [];
        for (const { reference, violating } of rows) violations.set(reference, violating);
    }
    return violations;
}

function hasForeignKeys(database: Database.Database, table: string): boolean {
    return readRows(database, `SELECT 1 FROM pragma_foreign_key_list(${quoteText(table)}) LIMIT 1`).length > 0;
}

/** What is read only before everything and after it, because it reads every row or every object. */
export interface Health {
    /** Lines of the integrity check, each with how often it stands there: NULLs, failed CHECKs, wrong types, damage. */
    readonly integrity: ReadonlyMap<string, number>;
    /** Views that cannot be read and triggers that do not prepare, by `view name`, with the reason. */
    readonly broken: ReadonlyMap<string, string>;
}

const integrityLimit = 10_000;

/** Checks the rows against the rules of their tables, reads each view, and prepares each trigger. */
export function readHealth(database: Database.Database): Health {
    const schema = readSchema(database);
    const isShadow = findShadows(schema);
    const integrity = new Map<string, number>();
    for (const row of readRows<Record<string, string>>(database, `PRAGMA integrity_check(${integrityLimit})`)) {
        // Row numbers would make each line one of its own.
        const line = String(Object.values(row)[0]).replace(/\brow \d+ /, "a row ");
        // What VACUUM makes of the table of a vector index fails the check, and works all the same.
        const isOfShadow = schema.some(({ name }) => isShadow(name) && line.includes(name));
        if (line !== "ok" && !isOfShadow) integrity.set(line, (integrity.get(line) ?? 0) + 1);
    }
    const broken = new Map<string, string>();
    for (const row of schema) {
        const proof = proofOfRow(row, schema);
        const message = proof === undefined ? undefined : attempt(database, proof);
        if (message !== undefined) broken.set(`${row.type} ${row.name}`, message);
    }
    return { integrity, broken };
}

function proofOfRow(row: SchemaRow, schema: readonly SchemaRow[]): string | undefined {
    if (row.type === "view") return `SELECT * FROM ${quoteName(row.name)} LIMIT 1`;
    const [statement] = row.type === "trigger" ? splitStatements(row.sql ?? "") : [];
    if (!statement) return undefined;
    return proofOf({ type: "trigger", name: row.name, statement }, (table) => findTableAfter(table, [], schema));
}

// By exec: a prepared statement that fails is never finalized. Gives the message of a failure.
function attempt(database: Database.Database, sql: string): string | undefined {
    try {
        database.exec(sql);
        return undefined;
    } catch (error) {
        return toFault(error).message;
    }
}
