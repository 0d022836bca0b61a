import type { Connection } from "../database/connection.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { selectRefused } from "./judging.ts";
import { type LiteralSource, pageLength, quoteExactly, readLiterals } from "./literals.ts";
import { readRows } from "./live-tables.ts";
import type { AdoptedTable, Adoption } from "./prepare.ts";
import { createTally, type Digest, readDigest, refuseCopy, refuseDifferent } from "./proving.ts";
import { type Reading, rowNumber, rowReasons, selectConverted, selectHomeless } from "./reading.ts";
import { keepSequence } from "./rebuild.ts";
import { adoptionTable, insertObjects, noteCopied, selectKept } from "./side-table.ts";
import { judgeAll } from "./survey.ts";
import { findRowidAlias, type TargetTable } from "./target-tables.ts";

export interface CopyReport {
    copied(table: string, rows: number): void;
}

/** Why rows are refused or kept, by their numbers, which may be beyond what a JavaScript number holds. */
type Reasons = ReadonlyMap<string, string>;

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
        const refused = judgement ? await readReasons(source, selectRefused(judgement)) : new Map<string, string>();
        const rows = await copyTable(source, target, table, reading, refused);
        report.copied(table.target.name, rows);
    }
}

async function copyTable(
    source: Connection,
    target: Connection,
    { target: table, state }: AdoptedTable,
    reading: Reading,
    refused: Reasons,
): Promise<number> {
    const homeless = state === "rebuild" ? selectHomeless(reading) : undefined;
    const kept = homeless === undefined ? new Map<string, string>() : await readReasons(source, homeless);
    for (const number of refused.keys()) kept.delete(number);
    // What a run that was ended has left is no beginning: a default such as the time is another one now.
    await target.write([
        { sql: `DELETE FROM ${quoteName(table.name)}` },
        { sql: `DELETE FROM ${adoptionTable} WHERE source_table = ${quoteText(table.name)}` },
    ]);
    await copyEntries(source, target, reading, "refused", refused);
    await copyEntries(source, target, reading, "kept", kept);
    if (state === "rebuild") await insertObjects(source, target, reading);
    const columns = reading.columns.map(({ column }) => column.name);
    const { rows } = await copyRows(source, target, { table, reading, refused, columns });
    await proveCount(source, target, reading, rows);
    if (table.isAutoincrement) await copySequence(source, target, reading);
    await target.write([{ sql: noteCopied(table.name, `${rows}`) }]);
    return rows;
}

async function copyRows(
    source: Connection,
    target: Connection,
    copied: { table: TargetTable; reading: Reading; refused: Reasons; columns: readonly string[] },
): Promise<Digest> {
    const { table, reading, refused, columns } = copied;
    const from: LiteralSource = { rows: `(${selectConverted(reading)})`, place: [rowNumber], columns };
    const key = findRowidAlias(table);
    const fields = [...(key === undefined ? [table.rowid ?? ""] : []), ...columns.map(quoteName)];
    const tally = createTally();
    for await (const page of readLiterals(source, from)) {
        const literals = page.rows.flatMap((literal, at) => {
            const number = page.places[at] ?? "";
            if (refused.has(number)) return [];
            tally.add(literal);
            return [key === undefined ? literal.replace("(", `(${number}, `) : literal];
        });
        if (literals.length === 0) continue;
        await target.write([
            { sql: `INSERT INTO ${quoteName(table.name)} (${fields.join(", ")}) VALUES ${literals.join(", ")}` },
        ]);
    }
    const expected = tally.end();
    const back: LiteralSource = { rows: quoteName(table.name), place: [table.rowid ?? ""], columns };
    refuseDifferent(table.name, expected, await readDigest(target, back));
    return expected;
}

/** So many reasons one answer brings. */
const reasonsAtOnce = 20_000;

async function readReasons(connection: Connection, rows: string): Promise<Map<string, string>> {
    const reasons = new Map<string, string>();
    for (let last: string | undefined; ; ) {
        const rest = last === undefined ? "" : ` WHERE ${rowNumber} > ${last}`;
        const page = await readRows(connection, {
            sql: `SELECT CAST(${rowNumber} AS TEXT) AS number, ${rowReasons} FROM (${rows})${rest} ORDER BY ${rowNumber} LIMIT ${reasonsAtOnce}`,
        });
        for (const row of page) reasons.set(String(row.number), String(row[rowReasons]));
        if (page.length < reasonsAtOnce) return reasons;
        last = String(page.at(-1)?.number);
    }
}

/** At most so many entries one answer brings. */
const entriesAtOnce = 500;

// Whole rows, as they are.
async function copyEntries(
    source: Connection,
    target: Connection,
    reading: Reading,
    outcome: "refused" | "kept",
    reasons: Reasons,
): Promise<void> {
    const numbers = [...reasons.keys()];
    const before = "sum(length(record)) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) - length(record)";
    for (let at = 0; at < numbers.length; ) {
        const rows = await readRows(source, {
            sql:
                `SELECT place, number, ${quoteExactly("record")} AS literal FROM ` +
                `(SELECT *, ${before} AS before FROM (${selectKept(reading)})) WHERE before < ${pageLength} ORDER BY place`,
            args: [{ items: numbers.slice(at, at + entriesAtOnce) }],
        });
        const values = rows.map(({ number, literal }) => {
            const entry = [reading.target.name, outcome, reasons.get(String(number)) ?? "[]"].map(quoteText);
            return `(${[...entry, number, literal].join(", ")})`;
        });
        if (values.length === 0) break;
        await target.write([
            {
                sql: `INSERT INTO ${adoptionTable} (source_table, outcome, reasons, source_row, record) VALUES ${values.join(", ")}`,
            },
        ]);
        at += Number(rows.at(-1)?.place) + 1;
    }
}

/**
 * Proves that every row of the source is in the copy or in the side table.
 *
 * @throws AppError `would-lose`
 */
async function proveCount(source: Connection, target: Connection, { live, target: table }: Reading, rows: number) {
    const [there] = await readRows(source, { sql: `SELECT count(*) AS count FROM ${quoteName(live.name)}` });
    const [refused] = await readRows(target, {
        sql: `SELECT count(*) AS count FROM ${adoptionTable} WHERE source_table = ${quoteText(table.name)} AND outcome = 'refused'`,
    });
    const found = rows + Number(refused?.count);
    if (found !== Number(there?.count)) throw refuseCopy(table.name, `${found} rows of ${there?.count}`);
}

async function copySequence(source: Connection, target: Connection, { live, target: table }: Reading): Promise<void> {
    const last = `coalesce((SELECT max(${live.rowid}) FROM ${quoteName(live.name)}), 0)`;
    const [tables] = await readRows(source, {
        sql: "SELECT count(*) AS count FROM sqlite_schema WHERE name = 'sqlite_sequence'",
    });
    const given =
        Number(tables?.count) === 0
            ? "0"
            : `coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = ${quoteText(live.name)} COLLATE NOCASE), 0)`;
    const [row] = await readRows(source, { sql: `SELECT CAST(max(${last}, ${given}) AS TEXT) AS last` });
    await target.write(keepSequence(table, String(row?.last)).map((sql) => ({ sql })));
}
