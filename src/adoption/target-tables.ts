import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { deployScratch } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { isMigratorTable } from "../schema/facts.ts";
import { readRows, type SchemaRow } from "../schema/row.ts";
import { type Index, readTables, type Table } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";

/** A table as created by the files. */
export interface TargetTable extends Table {
    /** Rows that the migrations insert, as lists of literals. */
    readonly content: readonly string[];
}

/** The schema that a database has after adoption. */
export interface TargetSchema {
    readonly schema: readonly SchemaRow[];
    /** Without those of the migrator; referenced tables come first. */
    readonly tables: readonly TargetTable[];
}

/**
 * Reads the schema that a fresh deploy of sets creates.
 *
 * @param sets the core first
 * @param isWanted whether to keep a row of the schema; a table is kept with its row
 */
export async function readTargetSchema(
    sets: readonly MigrationSet[],
    isWanted: (row: Pick<SchemaRow, "name" | "table">) => boolean,
): Promise<TargetSchema> {
    const migrations = sets.flatMap((set) => set.migrations);
    const connection = await deployScratch(sets, migrations, { unjudged: true });
    try {
        const schema = (await readState(connection, sets)).schema.filter(isWanted);
        const tables = (await readTables(connection)).filter(
            ({ name }) => !isMigratorTable(name) && isWanted({ name, table: name }),
        );
        const withContent: TargetTable[] = [];
        for (const table of tables) {
            const stored = table.columns.filter((column) => !column.isGenerated);
            const literals = stored.map((column) => `quote(${quoteName(column.name)})`).join(" || ', ' || ");
            const sql = `SELECT ${literals} AS row FROM ${quoteName(table.name)}`;
            const content = (await readRows(connection, { sql })).map(({ row }) => String(row));
            withContent.push({ ...table, content });
        }
        return { schema, tables: sortByReference(withContent) };
    } finally {
        connection.close();
    }
}

/** Columns that must be unique together, with their collations. */
export interface UniqueKey {
    readonly columns: readonly string[];
    readonly collations: readonly string[];
}

/** Lists the unique keys of a table, the primary key first. */
export function listUniqueKeys({ indexes, rowidColumn }: Table): UniqueKey[] {
    const isPlain = ({ columns, isPartial }: Index): boolean =>
        !isPartial && columns.every(({ name }) => name !== undefined);
    const rank = ({ origin, name }: Index): string => (origin === "pk" ? "0" : `1${name}`);
    const keys = indexes
        .filter((index) => index.isUnique && isPlain(index))
        .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
        .map(({ columns }) => ({
            columns: columns.map(({ name }) => String(name)),
            collations: columns.map(({ collation }) => collation),
        }));
    return rowidColumn === undefined ? keys : [{ columns: [rowidColumn], collations: ["BINARY"] }, ...keys];
}

function sortByReference(tables: readonly TargetTable[]): TargetTable[] {
    const sorted: TargetTable[] = [];
    const isFree = (table: TargetTable): boolean =>
        table.foreignKeys.every(({ parent }) => sorted.some((other) => isSameName(other.name, parent)));
    for (let left = [...tables]; left.length > 0; left = left.filter((table) => !sorted.includes(table))) {
        const next = left.find(isFree);
        if (!next) {
            const message = `the tables ${left.map((table) => table.name).join(", ")} reference each other`;
            throw new AppError("invalid-files", message, {
                hint: "adoption validates one table after the other, so it does not support circular foreign keys",
                outcome: "Nothing was changed.",
            });
        }
        sorted.push(next);
    }
    return sorted;
}
