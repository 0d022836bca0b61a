import { countRows } from "../backup/rows.ts";
import type { Transaction } from "../database/connection.ts";
import { guardTable } from "../planning/guards.ts";
import { proofOf } from "../planning/script.ts";
import { findShadows, isMigratorTable } from "../schema/facts.ts";
import { findTablesAfter } from "../schema/known-schema.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readTablesInside, type Table } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { splitStatements } from "../sql/statements.ts";
import { queryRows, readSchema } from "./queries.ts";

/** The state of a copy at one moment of a rehearsal, inside or between transactions. */
export interface Inspection {
    readonly schema: readonly SchemaRow[];
    /** How many rows each table has, without the migrator's tables and shadow tables. */
    readonly rows: ReadonlyMap<string, number>;
    /** How many rows violate each foreign key, by `child -> parent`. */
    readonly violations: ReadonlyMap<string, number>;
    /** The columns of each of these tables. */
    readonly columns: ReadonlyMap<string, readonly string[]>;
    /** Columns of foreign keys, by `table.column`. */
    readonly references: ReadonlyMap<string, ColumnContent>;
    /** Columns of rebuilt tables, by `table.column`. */
    readonly values: ReadonlyMap<string, ColumnContent>;
}

export interface ColumnContent {
    readonly table: string;
    /** Rows that have a value. */
    readonly filled: number;
    /** Whether two values differ. */
    readonly varies: boolean;
}

/** Counts rows, violations of foreign keys, and values of their columns and of all columns of rebuilt tables. */
export async function inspect(database: Transaction, rebuilt: readonly string[] = []): Promise<Inspection> {
    const schema = await readSchema(database);
    const tables = (await readTablesInside(database, schema)).filter(
        ({ name, isVirtual, isShadow }) => name !== guardTable && !isVirtual && !isShadow,
    );
    const rows = new Map<string, number>();
    const columns = new Map<string, readonly string[]>();
    const references = new Map<string, ColumnContent>();
    const values = new Map<string, ColumnContent>();
    for (const table of tables.filter(({ name }) => !isMigratorTable(name))) {
        const { name, foreignKeys } = table;
        const own = table.columns.map((column) => column.name);
        rows.set(name, await countRows(database, table));
        columns.set(name, own);
        await readContent(database, name, [...new Set(foreignKeys.flatMap((key) => key.columns))], references);
        if (rebuilt.some((other) => isSameName(other, name))) await readContent(database, name, own, values);
    }
    return { schema, rows, violations: await countViolations(database, tables), columns, references, values };
}

async function readContent(
    database: Transaction,
    table: string,
    columns: readonly string[],
    contents: Map<string, ColumnContent>,
): Promise<void> {
    if (columns.length === 0) return;
    const facts = columns.map((column, at) => {
        const value = quoteName(column);
        return `count(${value}) AS filled_${at}, min(${value}) IS NOT max(${value}) AS varies_${at}`;
    });
    const sql = `SELECT ${facts.join(", ")} FROM ${quoteName(table)}`;
    const [row = {}] = await queryRows<Record<string, number>>(database, sql);
    for (const [at, column] of columns.entries()) {
        const content = { table, filled: Number(row[`filled_${at}`]), varies: Number(row[`varies_${at}`]) === 1 };
        contents.set(`${table}.${column}`, content);
    }
}

// Table by table: one foreign key without a unique index behind it makes a check of the whole database fail.
async function countViolations(database: Transaction, tables: readonly Table[]): Promise<Map<string, number>> {
    const violations = new Map<string, number>();
    for (const { name } of tables.filter(({ foreignKeys }) => foreignKeys.length > 0)) {
        const sql =
            `SELECT "table" || ' -> ' || parent AS reference, count(*) AS violating ` +
            `FROM pragma_foreign_key_check(${quoteText(name)}) GROUP BY reference`;
        // One that points to no unique columns is a defect of the schema, at which the first write would fail.
        if ((await database.tryRun(sql)) !== undefined) continue;
        const rows = await queryRows<{ reference: string; violating: number }>(database, sql);
        for (const { reference, violating } of rows) violations.set(reference, violating);
    }
    return violations;
}

/** The results of checks that read every row and every object: they run only before and after all files. */
export interface Health {
    /** How often each line of the integrity check occurs: NULLs, failed CHECKs, wrong types, damage. */
    readonly integrity: ReadonlyMap<string, number>;
    /** Views that cannot be read and triggers that do not prepare, by `view name`, with the reason. */
    readonly broken: ReadonlyMap<string, string>;
}

const integrityLimit = 10_000;

/** Checks the rows against the rules of their tables, reads each view, and prepares each trigger. */
export async function readHealth(database: Transaction): Promise<Health> {
    const schema = await readSchema(database);
    const isShadow = findShadows(schema);
    const integrity = new Map<string, number>();
    for (const row of await queryRows<Record<string, string>>(database, `PRAGMA integrity_check(${integrityLimit})`)) {
        // Row numbers would make each line unique.
        const line = String(Object.values(row)[0]).replace(/\brow \d+ /, "a row ");
        // After VACUUM the table of a vector index fails the check, but works.
        const isOfShadow = schema.some(({ name }) => isShadow(name) && line.includes(name));
        if (line !== "ok" && !isOfShadow) integrity.set(line, (integrity.get(line) ?? 0) + 1);
    }
    return { integrity, broken: await findBroken(database, schema) };
}

// Each trigger without the others: the proof of one compiles all of its table, and those that they fire.
async function findBroken(database: Transaction, schema: readonly SchemaRow[]): Promise<Map<string, string>> {
    const broken = new Map<string, string>();
    const findShape = findTablesAfter([], schema);
    const triggers = schema.filter(({ type }) => type === "trigger");
    for (const { name } of triggers) await database.run(`DROP TRIGGER ${quoteName(name)}`);
    for (const row of [...schema.filter(({ type }) => type === "view"), ...triggers]) {
        const proof = proofOfRow(row, findShape);
        if (proof === undefined || broken.has(`view ${row.table}`)) continue;
        if (row.type === "trigger") await database.run(row.sql ?? "");
        const message = await database.tryRun(proof);
        if (message !== undefined) broken.set(`${row.type} ${row.name}`, message);
        if (row.type === "trigger") await database.run(`DROP TRIGGER ${quoteName(row.name)}`);
    }
    for (const { sql } of triggers) await database.run(sql ?? "");
    return broken;
}

function proofOfRow(row: SchemaRow, findShape: ReturnType<typeof findTablesAfter>): string | undefined {
    if (row.type === "view") return `SELECT * FROM ${quoteName(row.name)} LIMIT 1`;
    const [statement] = row.type === "trigger" ? splitStatements(row.sql ?? "") : [];
    if (!statement) return undefined;
    return proofOf({ type: "trigger", name: row.name, statement }, findShape);
}
