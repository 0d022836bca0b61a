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
    /** The names of the tables that reference each other in a circle with it; its own where there is none. */
    readonly circle: readonly string[];
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
        const withContent: Omit<TargetTable, "circle">[] = [];
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

// Tables of one circle stand together.
function sortByReference(tables: readonly Omit<TargetTable, "circle">[]): TargetTable[] {
    const reached = new Map<Table, ReadonlySet<Table>>(tables.map((table) => [table, findReached(table, tables)]));
    const reaches = (from: Table, to: Table): boolean => reached.get(from)?.has(to) === true;
    const sorted: TargetTable[] = [];
    const isSorted = (table: Table): boolean => sorted.some(({ name }) => name === table.name);
    for (let left = tables; left.length > 0; left = left.filter((table) => !isSorted(table))) {
        const isNext = (table: Table): boolean =>
            left.every((other) => !reaches(table, other) || other === table || reaches(other, table));
        const next = left.find(isNext) as Omit<TargetTable, "circle">;
        const circle = left.filter((other) => other === next || (reaches(next, other) && reaches(other, next)));
        sorted.push(...circle.map((table) => ({ ...table, circle: circle.map(({ name }) => name) })));
    }
    return sorted;
}

// The tables that a table references, and those that these reference.
function findReached(from: Table, tables: readonly Table[]): ReadonlySet<Table> {
    const reached = new Set<Table>();
    const visit = ({ foreignKeys }: Table): void => {
        for (const { parent } of foreignKeys) {
            const table = tables.find(({ name }) => isSameName(name, parent));
            if (!table || reached.has(table)) continue;
            reached.add(table);
            visit(table);
        }
    };
    visit(from);
    return reached;
}
