import { createHash, type Hash } from "node:crypto";
import type { Connection, Query } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { name, text } from "../migrations/bookkeeping.ts";
import { selectRefused } from "./judging.ts";
import { type LiteralSource, readLiterals } from "./literals.ts";
import { readRows } from "./live-tables.ts";
import type { AdoptedTable, Adoption } from "./prepare.ts";
import { type Reading, rowNumber, rowReasons, selectConverted, selectHomeless } from "./reading.ts";
import { keepSequence } from "./rebuild.ts";
import { adoptionTable, selectKept } from "./side-table.ts";
import { judgeAll } from "./survey.ts";
import { findRowidAlias, type TargetTable } from "./target-tables.ts";

export interface CopyReport {
    copied(table: string, rows: number): void;
}

/** Copies the rows of every table of the files, converted, and those that are refused into the side table. */
export async function copyTables(
    source: Connection,
    target: Connection,
    adoption: Adoption,
    report: CopyReport,
): Promise<void> {
    const judgements = judgeAll(adoption);
    const noted = await readRows(target, { sql: `SELECT source_table FROM ${adoptionTable} WHERE outcome = 'copied'` });
    const whole = new Set(noted.map((row) => String(row.source_table)));
    for (const table of adoption.tables) {
        const { reading } = table;
        // Rows that migrations insert are there already, and whoever has them has the files' own.
        if (!reading || table.target.content.length > 0) continue;
        if (whole.has(table.target.name)) continue;
        const judgement = judgements.get(table.target.name);
        const refused = judgement ? await readReasons(source, selectRefused(judgement)) : new Map<number, string>();
        const rows = await copyTable(source, target, table, reading, refused);
        report.copied(table.target.name, rows);
    }
}

async function copyTable(
    source: Connection,
    target: Connection,
    { target: table, state }: AdoptedTable,
    reading: Reading,
    refused: ReadonlyMap<number, string>,
): Promise<number> {
    const homeless = state === "rebuild" ? selectHomeless(reading) : undefined;
    const kept = homeless === undefined ? new Map<number, string>() : await readReasons(source, homeless);
    for (const number of refused.keys()) kept.delete(number);
    // What a run that was ended has left is no beginning: a default such as the time is another one now.
    await target.write([
        { sql: `DELETE FROM ${name(table.name)}` },
        { sql: `DELETE FROM ${adoptionTable} WHERE source_table = ${text(table.name)}` },
    ]);
    await copyEntries(source, target, reading, "refused", refused);
    await copyEntries(source, target, reading, "kept", kept);
    const columns = reading.columns.map(({ column }) => column.name);
    const from: LiteralSource = { rows: `(${selectConverted(reading)})`, number: rowNumber, order: rowNumber, columns };
    const key = findRowidAlias(table);
    const fields = [...(key === undefined ? [table.rowid ?? ""] : []), ...columns.map(name)];
    const expected = createHash("sha256");
    let rows = 0;
    for await (const page of readLiterals(source, from, minimum)) {
        const literals = page.rows.flatMap((literal, at) => {
            const number = page.numbers[at] ?? 0;
            if (refused.has(number)) return [];
            addRow(expected, literal);
            return [key === undefined ? literal.replace("(", `(${number}, `) : literal];
        });
        if (literals.length === 0) continue;
        rows += literals.length;
        await target.write([
            { sql: `INSERT INTO ${name(table.name)} (${fields.join(", ")}) VALUES ${literals.join(", ")}` },
        ]);
    }
    await proveCopy(target, table, columns, rows, expected);
    if (table.isAutoincrement) await copySequence(source, target, reading);
    await target.write([{ sql: noteCopied(table.name, `${rows}`) }]);
    return rows;
}

/** Below every row number that there can be. */
const minimum = Number.MIN_SAFE_INTEGER;

async function readReasons(connection: Connection, rows: string): Promise<Map<number, string>> {
    const reasons = new Map<number, string>();
    for (let last = minimum; ; ) {
        const page = await readRows(connection, {
            sql: `SELECT * FROM (${rows}) WHERE ${rowNumber} > ? ORDER BY ${rowNumber} LIMIT 20000`,
            args: [last],
        });
        for (const row of page) reasons.set(Number(row[rowNumber]), String(row[rowReasons]));
        const end = page.at(-1);
        if (!end) return reasons;
        last = Number(end[rowNumber]);
    }
}

// Whole rows, as they are.
async function copyEntries(
    source: Connection,
    target: Connection,
    reading: Reading,
    outcome: "refused" | "kept",
    reasons: ReadonlyMap<number, string>,
): Promise<void> {
    const table = reading.target.name;
    const left = [...reasons.keys()].sort((a, b) => a - b);
    for (let at = 0; at < left.length; at += entriesAtOnce) {
        const numbers = left.slice(at, at + entriesAtOnce);
        const rows = await readRows(source, { ...selectKept(reading), args: [{ items: numbers }] });
        const items = rows.map((row) => [
            Number(row.source_row),
            reasons.get(Number(row.source_row)) ?? "[]",
            String(row.record),
        ]);
        await target.write([insertEntries(table, outcome, items)]);
    }
}

const entriesAtOnce = 50;

function insertEntries(table: string, outcome: string, items: readonly unknown[]): Query {
    return {
        sql:
            `INSERT INTO ${adoptionTable} (source_table, source_row, outcome, reasons, record) ` +
            `SELECT ${text(table)}, value ->> '$[0]', ${text(outcome)}, value ->> '$[1]', value ->> '$[2]' FROM json_each(?)`,
        args: [{ items }],
    };
}

async function copySequence(source: Connection, target: Connection, { live, target: table }: Reading): Promise<void> {
    const last = `coalesce((SELECT max(${live.rowid}) FROM ${name(live.name)}), 0)`;
    const [tables] = await readRows(source, {
        sql: "SELECT count(*) AS count FROM sqlite_schema WHERE name = 'sqlite_sequence'",
    });
    const given =
        Number(tables?.count) === 0
            ? "0"
            : `coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = ${text(live.name)} COLLATE NOCASE), 0)`;
    const [row] = await readRows(source, { sql: `SELECT max(${last}, ${given}) AS last` });
    await target.write(keepSequence(table, String(Number(row?.last))).map((sql) => ({ sql })));
}

/** Notes that a table is whole; without a table, where the copy comes from. */
export function noteCopied(table: string, record: string): string {
    const values = [table, "copied", "[]", record].map(text).join(", ");
    return `INSERT INTO ${adoptionTable} (source_table, outcome, reasons, record) VALUES (${values})`;
}

/** Adds a row to a hash over rows in their order. */
export function addRow(hash: Hash, literal: string): void {
    hash.update(literal).update("\n");
}

/**
 * Reads the copied rows back and compares their number and their hash with what was read from the source.
 *
 * @throws AppError `would-lose`
 */
async function proveCopy(
    target: Connection,
    { name: table, rowid = "" }: TargetTable,
    columns: readonly string[],
    rows: number,
    expected: Hash,
): Promise<void> {
    const copied = createHash("sha256");
    let count = 0;
    const back: LiteralSource = { rows: name(table), number: rowid, order: rowid, columns };
    for await (const page of readLiterals(target, back, minimum)) {
        count += page.rows.length;
        for (const literal of page.rows) addRow(copied, literal);
    }
    if (count === rows && copied.digest("hex") === expected.digest("hex")) return;
    throw new AppError("would-lose", `the copy of '${table}' does not equal its source: ${count} rows of ${rows}`, {
        hint: "somebody wrote to one of the databases meanwhile; stop the writers, and copy into a new empty database",
        outcome: "The source was only read. The copy is not whole: drop it.",
    });
}
