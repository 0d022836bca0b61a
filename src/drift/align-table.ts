import { listWritable } from "../planning/structure.ts";
import { saysTheSame } from "../schema/compare.ts";
import type { SchemaRow } from "../schema/row.ts";
import { findAddObstacle, hasDefaultValue } from "../sql/alter-table.ts";
import { type ColumnDefinition, readTableDefinition } from "../sql/create-table.ts";
import { isSameName } from "../sql/names.ts";
import { writeName } from "../sql/quoting.ts";
import { renderRebuild } from "../sql/rebuild.ts";
import { splitStatements } from "../sql/statements.ts";

export interface TableSide {
    readonly table: SchemaRow | undefined;
    readonly indexes: readonly SchemaRow[];
}

/** The statements that change a table from its form in the files to that in the database, and back. */
export interface TableSteps {
    readonly forward: readonly string[];
    readonly back: readonly string[];
    /** Columns that the database lacks: their values are lost wherever the steps run. */
    readonly lostColumns: readonly string[];
}

/**
 * Renders the statements between two forms of a table: its indexes alone, columns added at its end, a rebuild, or a drop.
 *
 * @param mustRebuild whether ALTER TABLE did not lead to the same text
 */
export function alignTable(files: TableSide, database: TableSide, mustRebuild: boolean): TableSteps {
    const [from, to] = [files.table, database.table];
    if (!from) return { forward: [], back: [], lostColumns: [] };
    if (!to) {
        const back = [textOf(from), ...files.indexes.map(textOf)];
        return { forward: [`DROP TABLE ${writeName(from.name)}`], back, lostColumns: [] };
    }
    if (saysTheSame(from.sql ?? "", to.sql ?? "")) return alignIndexes(files, database, []);
    const added = mustRebuild ? undefined : findAddedColumns(from.sql ?? "", to.sql ?? "");
    if (added) return alignIndexes(files, database, added);
    const [before, after] = [from, to].map(listColumns);
    const lostColumns = (before ?? []).filter((column) => !(after ?? []).some((other) => isSameName(column, other)));
    return { forward: rebuild(files, database), back: rebuild(database, files), lostColumns };
}

interface AddedColumn {
    readonly name: string;
    readonly definition: string;
}

function alignIndexes(files: TableSide, database: TableSide, added: readonly AddedColumn[]): TableSteps {
    const table = writeName((files.table as SchemaRow).name);
    const isIn = (row: SchemaRow, side: TableSide): boolean =>
        side.indexes.some((other) => isSameName(row.name, other.name) && saysTheSame(row.sql ?? "", other.sql ?? ""));
    const gone = files.indexes.filter((row) => !isIn(row, database));
    const made = database.indexes.filter((row) => !isIn(row, files));
    return {
        forward: [
            ...gone.map(dropIndex),
            ...added.map(({ definition }) => `ALTER TABLE ${table}\nADD COLUMN ${definition}`),
            ...made.map(textOf),
        ],
        back: [
            ...made.map(dropIndex),
            ...[...added].reverse().map(({ name }) => `ALTER TABLE ${table}\nDROP COLUMN ${writeName(name)}`),
            ...gone.map(textOf),
        ],
        lostColumns: [],
    };
}

/**
 * Finds the definitions that ADD COLUMN can add; undefined when there are other differences, or when a table with rows
 * would refuse one of them.
 */
function findAddedColumns(from: string, to: string): AddedColumn[] | undefined {
    const [had, has] = [readTableDefinition(from).columns, readTableDefinition(to).columns];
    const added = has.slice(had.length);
    if (added.length === 0 || !added.every(canBeAdded)) return undefined;
    return added.map(({ name, tokens }) => {
        const [first, last] = [tokens[0], tokens.at(-1)];
        return { name, definition: to.slice(first?.offset, (last?.offset ?? 0) + (last?.text.length ?? 0)) };
    });
}

function canBeAdded(column: ColumnDefinition): boolean {
    const lacksValue = column.notNull && !hasDefaultValue(column) && column.generated === undefined;
    return findAddObstacle(column) === undefined && !lacksValue;
}

// An index that is not created again is dropped by name; otherwise the runner reports it as lost.
function rebuild(from: TableSide, to: TableSide): string[] {
    const [old, made] = [from.table as SchemaRow, to.table as SchemaRow];
    const kept = listColumns(old);
    const dropped = from.indexes.filter((row) => !to.indexes.some((other) => isSameName(row.name, other.name)));
    return [
        ...dropped.map(dropIndex),
        ...renderRebuild({
            table: made.name,
            temporaryName: `${old.name}_new`,
            sql: textOf(made),
            columns: listColumns(made).filter((column) => kept.some((other) => isSameName(column, other))),
            parts: to.indexes.map(textOf),
        }),
    ];
}

// Columns that can be written, in order.
function listColumns(row: SchemaRow): readonly string[] {
    return listWritable(readTableDefinition(row.sql ?? ""));
}

function dropIndex({ name }: SchemaRow): string {
    return `DROP INDEX ${writeName(name)}`;
}

/** Returns the statement of a row, without comments after it. */
export function textOf(row: SchemaRow): string {
    return splitStatements(row.sql ?? "")[0]?.sql ?? "";
}
