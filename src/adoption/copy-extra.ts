import type { Connection } from "../database/connection.ts";
import { type DatabaseState, findSchemaRow } from "../planning/state.ts";
import { findShadows, isVirtual } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import type { CopyReport } from "./copy.ts";
import { type LiteralSource, readLiterals, renderPlace } from "./literals.ts";
import { type LiveTable, readRows } from "./live-tables.ts";
import type { Adoption } from "./prepare.ts";
import { readDigest, refuseDifferent } from "./proving.ts";
import { keepSequence, toScript } from "./rebuild.ts";
import { findCopyWay } from "./virtual-tables.ts";

/** Copies the tables that are no files' as they are, row by row, then their indexes, views and triggers. */
export async function copyExtraTables(
    source: Connection,
    target: Connection,
    adoption: Adoption,
    there: DatabaseState,
    report: CopyReport,
): Promise<void> {
    // What shows what others hold comes after them.
    const rank = (table: LiveTable): number => Number(isVirtual(table)) + Number(findCopyWay(table) === "derived");
    for (const table of [...adoption.extra].sort((a, b) => rank(a) - rank(b))) {
        if (!findSchemaRow(there, table.name)) await runAlone(target, [table.sql]);
        report.copied(table.name, await copyTable(source, target, table));
    }
    const objects = listObjects(adoption).filter((row) => !findSchemaRow(there, row.name));
    await runAlone(
        target,
        objects.map((row) => row.sql ?? ""),
    );
}

/**
 * Refuses tables whose rows cannot be read, before anything is written.
 *
 * @throws AppError `invalid-input`
 */
export function refuseUnreadable({ extra }: Pick<Adoption, "extra">): void {
    for (const table of extra) findCopyWay(table);
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

async function copyTable(source: Connection, target: Connection, table: LiveTable): Promise<number> {
    const way = findCopyWay(table);
    const own = quoteName(table.name);
    if (way === "rebuild") await runAlone(target, [`INSERT INTO ${own} (${own}) VALUES ('rebuild')`]);
    if (way === "rows") return copyRows(source, target, table);
    const [there] = await readRows(target, { sql: `SELECT count(*) AS count FROM ${own}` });
    return Number(there?.count);
}

async function copyRows(source: Connection, target: Connection, table: LiveTable): Promise<number> {
    const stored = table.columns.filter((column) => !column.isGenerated).map((column) => column.name);
    const key = table.columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
    const { rowid } = table;
    const columns = rowid === undefined ? stored : [rowid, ...stored];
    const place = rowid === undefined ? key.map((column) => quoteName(column.name)) : [rowid];
    const from: LiteralSource = { rows: quoteName(table.name), place, columns };
    const fields = columns.map((column) => (column === rowid ? column : quoteName(column)));
    const into = `INSERT INTO ${quoteName(table.name)} (${fields.join(", ")}) VALUES`;
    // Rows may point to others that come later, or to none: they are taken as they are.
    for await (const { rows } of readLiterals(source, from, await findLast(target, from))) {
        await runAlone(target, [`${into} ${rows.join(", ")}`]);
    }
    const copied = await readDigest(target, from);
    refuseDifferent(table.name, await readDigest(source, from), copied);
    if (/\bAUTOINCREMENT\b/i.test(table.sql)) await copySequence(source, target, table);
    return copied.rows;
}

/** Where a copy that was ended is to go on. */
async function findLast(target: Connection, { rows, place }: LiteralSource): Promise<string | undefined> {
    const order = place.map((column) => `${column} DESC`).join(", ");
    const [last] = await readRows(target, {
        sql: `SELECT ${renderPlace(place)} AS place FROM ${rows} ORDER BY ${order} LIMIT 1`,
    });
    return last === undefined ? undefined : String(last.place);
}

async function copySequence(source: Connection, target: Connection, table: LiveTable): Promise<void> {
    const [row] = await readRows(source, {
        sql: "SELECT CAST(max(seq) AS TEXT) AS last FROM sqlite_sequence WHERE name = ?",
        args: [table.name],
    });
    if (row?.last == null) return;
    await target.write(keepSequence(table, String(row.last)).map((sql) => ({ sql })));
}

// Foreign keys can be switched off only outside of a transaction, and so only by a script.
async function runAlone(target: Connection, statements: readonly string[]): Promise<void> {
    if (statements.length > 0) await target.runScript(toScript(statements), { foreignKeysOff: true });
}
