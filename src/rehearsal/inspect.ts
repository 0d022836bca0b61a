import type Database from "libsql";
import { toFault } from "../database/faults.ts";
import { findShadows } from "../database/schema-facts.ts";
import { splitStatements } from "../database/statements.ts";
import { isMigratorTable, name as quote, text } from "../migrations/bookkeeping.ts";
import { guardTable } from "../migrations/guards.ts";
import { proofOf } from "../migrations/script.ts";
import type { SchemaRow } from "../migrations/state.ts";
import { findTableShape } from "../migrations/structure.ts";
import { findStoredTables } from "./layout.ts";

/** What a database holds at one moment of a rehearsal, inside or between transactions. */
export interface Inspection {
    readonly schema: readonly SchemaRow[];
    /** Rows of each table, without the migrator's own and those that other objects keep. */
    readonly rows: ReadonlyMap<string, number>;
    /** How many rows violate each foreign key, by `child -> parent`. */
    readonly violations: ReadonlyMap<string, number>;
}

/** Counts rows and violated foreign keys. */
export function inspect(database: Database.Database): Inspection {
    const schema = all<SchemaRow>(
        database,
        `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY rowid`,
    );
    const isShadow = findShadows(schema);
    const tables = findStoredTables(schema)
        .map(({ name }) => name)
        .filter((name) => name !== guardTable && !isShadow(name));
    const counts = tables
        .filter((name) => !isMigratorTable(name))
        .map(
            (name) =>
                [
                    name,
                    Number(
                        all<{ rows: number }>(database, `SELECT count(*) AS rows FROM ${quote(name)}`)[0]?.rows ?? 0,
                    ),
                ] as const,
        );
    return { schema, rows: new Map(counts), violations: countViolations(database, tables) };
}

// Table by table: one foreign key without a unique index behind it ends a check of the whole database with an error.
function countViolations(database: Database.Database, tables: readonly string[]): Map<string, number> {
    const violations = new Map<string, number>();
    for (const table of tables) {
        if (!hasForeignKeys(database, table)) continue;
        const sql =
            `SELECT "table" || ' -> ' || parent AS reference, count(*) AS violating ` +
            `FROM pragma_foreign_key_check(${text(table)}) GROUP BY reference`;
        // One that points to no unique columns is a defect of the schema, which the first write would meet.
        const rows =
            attempt(database, sql) === undefined ? all<{ reference: string; violating: number }>(database, sql) : [];
        for (const { reference, violating } of rows) violations.set(reference, violating);
    }
    return violations;
}

function hasForeignKeys(database: Database.Database, table: string): boolean {
    return all(database, `SELECT 1 FROM pragma_foreign_key_list(${text(table)}) LIMIT 1`).length > 0;
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
    const schema = all<SchemaRow>(
        database,
        `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY rowid`,
    );
    const isShadow = findShadows(schema);
    const integrity = new Map<string, number>();
    for (const row of all<Record<string, string>>(database, `PRAGMA integrity_check(${integrityLimit})`)) {
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
    if (row.type === "view") return `SELECT * FROM ${quote(row.name)} LIMIT 1`;
    const [statement] = row.type === "trigger" ? splitStatements(row.sql ?? "") : [];
    if (!statement) return undefined;
    return proofOf({ type: "trigger", name: row.name, statement }, (table) => findTableShape(table, [], schema));
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

function all<T>(database: Database.Database, sql: string): T[] {
    return database.prepare(sql).all() as T[];
}
