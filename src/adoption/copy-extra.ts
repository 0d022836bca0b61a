import { createHash } from "node:crypto";
import type { Connection } from "../database/connection.ts";
import { findShadows } from "../database/schema-facts.ts";
import { AppError } from "../errors.ts";
import { name } from "../migrations/bookkeeping.ts";
import { type DatabaseState, findSchemaRow, type SchemaRow } from "../migrations/state.ts";
import { addRow, type CopyReport } from "./copy.ts";
import { type LiteralSource, readLiterals } from "./literals.ts";
import { type LiveTable, readRows } from "./live-tables.ts";
import type { Adoption } from "./prepare.ts";
import { keepSequence } from "./rebuild.ts";
import { isSameName } from "./target-tables.ts";

/** Copies the tables that are no files' as they are, row by row, then their indexes, views and triggers. */
export async function copyExtraTables(
    source: Connection,
    target: Connection,
    adoption: Adoption,
    there: DatabaseState,
    report: CopyReport,
): Promise<void> {
    for (const table of adoption.extra) {
        if (!findSchemaRow(there, table.name)) await runAlone(target, [table.sql]);
        report.copied(table.name, await copyRows(source, target, table));
        if (/\bAUTOINCREMENT\b/i.test(table.sql)) await copySequence(source, target, table);
    }
    const objects = listObjects(adoption).filter((row) => !findSchemaRow(there, row.name));
    await runAlone(
        target,
        objects.map((row) => row.sql ?? ""),
    );
}

// Indexes, views and triggers that belong to no table or view of the files. Views before what may read them.
function listObjects({ state, target, extra }: Adoption): SchemaRow[] {
    const isShadow = findShadows(state.schema);
    const names = new Set(target.schema.map((row) => row.name.toLowerCase()));
    const isOurs = (row: SchemaRow): boolean => target.tables.some((table) => isSameName(table.name, row.table));
    const rows = state.schema.filter(
        (row) =>
            row.sql !== null &&
            row.type !== "table" &&
            !names.has(row.name.toLowerCase()) &&
            !isShadow(row.name) &&
            !isOurs(row),
    );
    const isOfExtra = (row: SchemaRow): boolean => extra.some((table) => isSameName(table.name, row.table));
    return [
        ...rows.filter((row) => row.type === "index" && isOfExtra(row)),
        ...rows.filter((row) => row.type === "view"),
        ...rows.filter((row) => row.type === "trigger"),
    ];
}

async function copyRows(source: Connection, target: Connection, table: LiveTable): Promise<number> {
    const stored = table.columns.filter((column) => !column.isGenerated).map((column) => column.name);
    const key = table.columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
    const { rowid } = table;
    const isVirtual = /^CREATE\s+VIRTUAL/i.test(table.sql);
    const columns = rowid === undefined ? stored : [rowid, ...stored];
    const from: LiteralSource = {
        rows: name(table.name),
        number: rowid,
        order: key.map((column) => name(column.name)).join(", ") || "1",
        columns,
    };
    const fields = columns.map((column) => (column === rowid ? column : name(column)));
    const into = `INSERT INTO ${name(table.name)} (${fields.join(", ")}) VALUES`;
    const [had] = await readRows(target, {
        sql: `SELECT count(*) AS count, ${rowid === undefined ? "0" : `max(${rowid})`} AS last FROM ${name(table.name)}`,
    });
    const start = rowid === undefined ? Number(had?.count) : Number(had?.last ?? Number.MIN_SAFE_INTEGER);
    // Rows may point to others that come later, or to none: they are taken as they are.
    for await (const { rows } of readLiterals(source, from, start)) {
        await runAlone(target, [`${into} ${rows.join(", ")}`]);
    }
    const [expected, copied] = [await hashRows(source, from), await hashRows(target, from)];
    if (expected.hash === copied.hash || isVirtual) return copied.rows;
    throw new AppError(
        "would-lose",
        `the copy of '${table.name}' does not equal its source: ${copied.rows} rows of ${expected.rows}`,
        {
            hint: "somebody wrote to one of the databases meanwhile; stop the writers, and copy into a new empty database",
            outcome: "The source was only read. The copy is not whole: drop it.",
        },
    );
}

async function hashRows(connection: Connection, from: LiteralSource): Promise<{ rows: number; hash: string }> {
    const hash = createHash("sha256");
    let count = 0;
    const start = from.number === undefined ? 0 : Number.MIN_SAFE_INTEGER;
    for await (const { rows } of readLiterals(connection, from, start)) {
        count += rows.length;
        for (const literal of rows) addRow(hash, literal);
    }
    return { rows: count, hash: hash.digest("hex") };
}

async function copySequence(source: Connection, target: Connection, table: LiveTable): Promise<void> {
    const [row] = await readRows(source, {
        sql: "SELECT max(seq) AS last FROM sqlite_sequence WHERE name = ?",
        args: [table.name],
    });
    if (row?.last == null) return;
    await target.write(keepSequence(table, String(Number(row.last))).map((sql) => ({ sql })));
}

// Foreign keys can be switched off only outside of a transaction, and so only by a script.
async function runAlone(target: Connection, statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    const lines = [
        "PRAGMA foreign_keys = OFF;",
        "BEGIN IMMEDIATE;",
        ...statements.map((sql) => `${sql};`),
        "COMMIT;",
        "PRAGMA foreign_keys = ON;",
    ];
    await target.runScript(lines.join("\n"));
}
