import type { Column, Table } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { convertValue } from "./conversions.ts";
import { fillTimes, isFilled, rowNumber, storedName } from "./fills.ts";
import type { FilledTime, FormerColumn, Origins } from "./origins.ts";
import type { TargetTable } from "./target-tables.ts";

/** Columns that the queries of an adoption add to a table's own. */
export const rowReasons = "adopted_reasons";

/** How the rows of a live table are read as rows of a table of the files. */
export interface Reading {
    readonly live: Table & { readonly rowid: string };
    readonly target: TargetTable;
    readonly columns: readonly ColumnReading[];
    /** How missing times are filled. */
    readonly filled: readonly FilledTime[];
    /** All live tables, in which a missing time may be found. */
    readonly tables: readonly Table[];
    /** Live columns that the files lack, each with the SQL condition under which its value would be lost. */
    readonly unmapped: readonly { readonly column: string; readonly condition: string }[];
}

export interface ColumnReading {
    readonly column: Column;
    /** SQL of the stored value, over the live table. */
    readonly raw: string;
    /** SQL of the converted value, over a table that has the column. */
    readonly converted: string;
}

/**
 * Maps each column to the live column of that name, or else to a former one.
 *
 * @param tables all live tables, in which a missing time may be found
 */
export function planReading(
    live: Table & { rowid: string },
    target: TargetTable,
    origins: Origins,
    tables: readonly Table[],
): Reading {
    const former = origins.columns.filter(
        ({ table, from }) => isSameName(table, target.name) && findColumn(live, from) !== undefined,
    );
    const forms = origins.forms.get(target.name);
    const filled = origins.filled.filter(({ table }) => isSameName(table, target.name));
    const columns = target.columns
        .filter((column) => !column.isGenerated)
        .map((column) => ({
            column,
            raw: findRaw(live, column, former),
            converted: convertValue(column, forms?.get(column.name), target.isStrict, quoteName(column.name)),
        }));
    const unmapped = live.columns
        .filter(({ name: own }) => !columns.some(({ column }) => isSameName(column.name, own)))
        .map(({ name: own }) => {
            const successors = former.filter(({ from, sql }) => isSameName(from, own) && sql === undefined);
            const isElsewhere = successors.map(({ to }) => {
                const successor = columns.find(({ column }) => isSameName(column.name, to));
                return successor ? `${quoteName(own)} IS NOT ${successor.raw}` : "TRUE";
            });
            return { column: own, condition: [`${quoteName(own)} IS NOT NULL`, ...isElsewhere].join(" AND ") };
        });
    return { live, target, columns, unmapped, filled, tables };
}

/** SQL that selects the live rows with their rowids and stored values, under the files' column names. */
export function selectRaw({ live, columns }: Reading): string {
    const fields = columns.map(({ column, raw }) => `${raw} AS ${quoteName(column.name)}`);
    return `SELECT ${live.rowid} AS ${rowNumber}, ${fields.join(", ")} FROM ${quoteName(live.name)}`;
}

// With missing times filled.
function selectFilled(reading: Reading): string {
    const columns = reading.columns.map(({ column }) => column.name);
    return fillTimes(selectRaw(reading), columns, reading.filled, reading.tables);
}

/** SQL that selects the live rows with their rowids and converted values. */
export function selectConverted(reading: Reading, where = ""): string {
    const fields = reading.columns.map(({ column, converted }) => `${converted} AS ${quoteName(column.name)}`);
    return `SELECT ${rowNumber}, ${fields.join(", ")} FROM (${selectFilled(reading)})${where}`;
}

/** SQL that counts, for each column, the values that filling or conversion changes. */
export function countConverted(reading: Reading): string {
    const counts = reading.columns.map(({ column, converted }) => {
        const own = quoteName(column.name);
        const stored = isFilled(column.name, reading.filled) ? storedName(column.name) : own;
        return `sum(${stored} IS NOT ${converted}) AS ${own}`;
    });
    return `SELECT ${counts.join(", ")} FROM (${selectFilled(reading)})`;
}

/** SQL that selects the live rows with values in unmapped columns, and the names of those columns. */
export function selectUnmapped({ live, unmapped }: Reading): string | undefined {
    if (unmapped.length === 0) return undefined;
    const columns = unmapped.map(
        ({ column, condition }) => `iif(${condition}, ',' || json_quote(${quoteText(column)}), '')`,
    );
    return (
        `SELECT ${live.rowid} AS ${rowNumber}, '[' || substr(${columns.join(" || ")}, 2) || ']' AS ${rowReasons} ` +
        `FROM ${quoteName(live.name)} WHERE ${unmapped.map(({ condition }) => `(${condition})`).join(" OR ")}`
    );
}

/** SQL, over the live table with the alias `live`, that renders a row as JSON; blobs as hexadecimal digits. */
export function renderRecord(live: Table): string {
    const pairs = live.columns
        .filter((column) => !column.isGenerated)
        .map(({ name: own }) => {
            const value = `live.${quoteName(own)}`;
            const key = `${quoteText(`${JSON.stringify(own)}:`)}`;
            // json_quote() writes 15 digits of a number; quote() writes all, but Inf for infinity.
            return (
                `${key} || CASE typeof(${value}) WHEN 'blob' THEN '{"blob":"' || hex(${value}) || '"}' ` +
                `WHEN 'real' THEN replace(quote(${value}), 'Inf', '9e999') ELSE json_quote(${value}) END`
            );
        });
    return `'{' || ${pairs.join(" || ',' || ")} || '}'`;
}

function findRaw(live: Table, column: Column, former: readonly FormerColumn[]): string {
    const own = findColumn(live, column.name);
    const inherited = former
        .filter(({ to }) => isSameName(to, column.name))
        .map(({ from, sql }) =>
            sql === undefined ? quoteName(from) : `iif(${quoteName(from)} IS NULL, NULL, ${sql})`,
        );
    const values = [...(own ? [quoteName(own.name)] : []), ...inherited];
    return values.length < 2 ? (values[0] ?? "NULL") : `coalesce(${values.join(", ")})`;
}

function findColumn(live: Table, wanted: string): Column | undefined {
    return live.columns.find((column) => isSameName(column.name, wanted));
}
