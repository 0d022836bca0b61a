import { findTableShape } from "../planning/structure.ts";
import { saysTheSame } from "../schema/compare.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isColumnDefinition, splitDefinitions } from "../sql/create-table.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { splitStatements } from "../sql/statements.ts";

/** A table with its indexes on one side: as the files lead to it, or as the database has it. */
export interface TableSide {
    readonly table: SchemaRow | undefined;
    readonly indexes: readonly SchemaRow[];
}

/** What brings a table from the files' form to the database's, and back again. */
export interface TableSteps {
    readonly forward: readonly string[];
    readonly back: readonly string[];
    /** Columns that the database lacks: their values go wherever the steps run. */
    readonly lostColumns: readonly string[];
}

/**
 * Renders the statements between two forms of a table: its indexes alone, columns added at its end, a rebuild, or a drop.
 *
 * @param mustRebuild whether ALTER TABLE was found not to lead to the same text
 */
export function alignTable(files: TableSide, database: TableSide, mustRebuild: boolean): TableSteps {
    const [from, to] = [files.table, database.table];
    if (!from) return { forward: [], back: [], lostColumns: [] };
    if (!to) {
        const back = [textOf(from), ...files.indexes.map(textOf)];
        return { forward: [`DROP TABLE ${nameOf(from)}`], back, lostColumns: [] };
    }
    if (saysTheSame(from.sql ?? "", to.sql ?? "")) return alignIndexes(files, database, []);
    const added = mustRebuild ? undefined : findAddedColumns(from.sql ?? "", to.sql ?? "");
    if (added) return alignIndexes(files, database, added);
    const [before, after] = [from, to].map((row) => listColumns(row));
    const lostColumns = (before ?? []).filter((column) => !(after ?? []).some((other) => isSameName(column, other)));
    return { forward: renderRebuild(files, database), back: renderRebuild(database, files), lostColumns };
}

function alignIndexes(files: TableSide, database: TableSide, added: readonly string[]): TableSteps {
    const table = nameOf(files.table as SchemaRow);
    const isIn = (row: SchemaRow, side: TableSide): boolean =>
        side.indexes.some((other) => isSameName(row.name, other.name) && saysTheSame(row.sql ?? "", other.sql ?? ""));
    const gone = files.indexes.filter((row) => !isIn(row, database));
    const made = database.indexes.filter((row) => !isIn(row, files));
    const drop = (row: SchemaRow): string => `DROP INDEX ${nameOf(row)}`;
    const columns = added.map((definition) => tokenize(definition).find(isSignificant)?.text ?? "");
    return {
        forward: [
            ...gone.map(drop),
            ...added.map((definition) => `ALTER TABLE ${table}\nADD COLUMN ${definition}`),
            ...made.map(textOf),
        ],
        back: [
            ...made.map(drop),
            ...[...columns].reverse().map((column) => `ALTER TABLE ${table}\nDROP COLUMN ${column}`),
            ...gone.map(textOf),
        ],
        lostColumns: [],
    };
}

/**
 * Finds the definitions that ADD COLUMN can add; undefined where that is not all that differs, or where a table with rows
 * would refuse one of them (https://www.sqlite.org/lang_altertable.html).
 */
function findAddedColumns(from: string, to: string): string[] | undefined {
    const [before, after] = [from, to].map((sql) => splitDefinitions(tokenize(sql)).definitions);
    const isColumn = (tokens: readonly Token[]): boolean => isColumnDefinition(tokens);
    const [had = [], has = []] = [before?.filter(isColumn), after?.filter(isColumn)];
    const added = has.slice(had.length);
    if (added.length === 0 || !added.every(canBeAdded)) return undefined;
    return added.map((tokens) => {
        const significant = tokens.filter(isSignificant);
        const [first, last] = [significant[0] as Token, significant.at(-1) as Token];
        return to.slice(first.offset, last.offset + last.text.length);
    });
}

function canBeAdded(definition: readonly Token[]): boolean {
    const tokens = definition.filter(isSignificant);
    const has = (word: string): boolean => tokens.some((token) => isKeyword(token, word));
    const value = tokens[tokens.findIndex((token) => isKeyword(token, "DEFAULT")) + 1];
    const isComputed = value?.text === "(" || /^current_/i.test(value?.text ?? "");
    if (has("PRIMARY") || has("UNIQUE") || has("STORED") || (has("DEFAULT") && isComputed)) return false;
    if (has("REFERENCES") && has("DEFAULT")) return false;
    return !has("NOT") || has("DEFAULT");
}

// The way of migrations/README.md. An index that is not to come back is dropped by name, or the runner would miss it.
function renderRebuild(from: TableSide, to: TableSide): string[] {
    const [old, made] = [from.table as SchemaRow, to.table as SchemaRow];
    const table = nameOf(old);
    const fresh = /^[A-Za-z_]\w*$/.test(old.name) ? `${old.name}_new` : quoteName(`${old.name}_new`);
    const columns = listColumns(made).filter((column) => listColumns(old).some((other) => isSameName(column, other)));
    const list = columns.map((column) => columnText(made, column));
    const dropped = from.indexes.filter((row) => !to.indexes.some((other) => isSameName(row.name, other.name)));
    return [
        ...dropped.map((row) => `DROP INDEX ${nameOf(row)}`),
        `CREATE TABLE ${fresh}${textAfterName(textOf(made))}`,
        ...(list.length === 0
            ? []
            : [
                  `INSERT INTO\n    ${fresh} (${list.join(", ")})\nSELECT\n    ${list.join(",\n    ")}\nFROM\n    ${table}`,
              ]),
        `DROP TABLE ${table}`,
        `ALTER TABLE ${fresh}\nRENAME TO ${table}`,
        ...to.indexes.map(textOf),
    ];
}

/** Columns that can be written, in their order. */
function listColumns(row: SchemaRow): readonly string[] {
    return findTableShape(row.name, [], [row])?.ordinary ?? [];
}

/** The statement without what may stand behind it. */
export function textOf(row: SchemaRow): string {
    return splitStatements(row.sql ?? "")[0]?.sql ?? "";
}

function nameToken(sql: string): Token | undefined {
    const tokens = tokenize(sql).filter(isSignificant);
    const type = tokens.findIndex((token) => /^(table|index)$/i.test(token.text));
    return tokens[type + 1];
}

function textAfterName(sql: string): string {
    const token = nameToken(sql);
    return token ? sql.slice(token.offset + token.text.length) : "";
}

// Quoted only where it was by whoever named it, or must be.
function nameOf(row: SchemaRow): string {
    const token = nameToken(row.sql ?? "");
    return token?.kind === "word" ? token.text : quoteName(row.name);
}

/** As whoever made the table wrote it: a word that needs no quotes has none. */
function columnText(row: SchemaRow, column: string): string {
    const names = splitDefinitions(tokenize(row.sql ?? "")).definitions.map((tokens) => tokens.find(isSignificant));
    const token = names.find((first) => first !== undefined && isSameName(readName(first), column));
    return token?.kind === "word" ? token.text : quoteName(column);
}
