import type { Query, Row } from "../../database/connection.ts";
import { listRelations, type Relation } from "../../documents/relations.ts";
import type { Table } from "../../schema/table.ts";
import { isSameName } from "../../sql/names.ts";
import { writeName } from "../../sql/quoting.ts";
import type { ConsoleSite } from "../site.ts";
import { linkSql, renderLiteral } from "../sql/example.ts";
import { findLiveTable, type LiveSchema } from "./facts.ts";
import { findRowKey } from "./select.ts";

/** The page of a table. */
export function pathOfTable(table: string, query: Readonly<Record<string, string>> = {}): string {
    const parameters = new URLSearchParams(query);
    return `/tables/${encodeURIComponent(table)}${parameters.size > 0 ? `?${parameters}` : ""}`;
}

/** The page that every row has. */
export function pathOfRow(table: string, key: readonly string[]): string {
    return `/tables/${encodeURIComponent(table)}/row?${new URLSearchParams(key.map((value): [string, string] => ["key", value]))}`;
}

/** The relations of a table: what it points to, and what points to it. */
export function listLinks(
    table: Table,
    schema: LiveSchema,
    site: ConsoleSite,
): { readonly to: readonly Relation[]; readonly from: readonly Relation[] } {
    const relations = listRelations(schema, site.documents);
    return {
        to: relations.filter((relation) => isSameName(relation.table, table.name)),
        from: relations.filter(
            ({ parent, table: child }) => isSameName(parent, table.name) && findLiveTable(schema, child),
        ),
    };
}

/** The page of the row that a value points to: its own, or that of every row; undefined where the value is not its key. */
export function pathOfParent(
    relation: Relation,
    value: string,
    schema: LiveSchema,
    site: ConsoleSite,
): string | undefined {
    const parent = findLiveTable(schema, relation.parent);
    const key = parent && findRowKey(parent);
    const [column, second] = relation.parentColumns;
    if (!parent || column === undefined || second !== undefined) return undefined;
    const isKey = key?.columns.length === 1 && isSameName(key.columns[0] ?? "", column);
    if (!isKey) return pathOfTable(parent.name, { column, value });
    return site.pathOf(parent.name, value) ?? pathOfRow(parent.name, [value]);
}

/** The relations whose values may be keys of rows that do not exist, and can be looked up. */
export function listLoose(relations: readonly Relation[]): Relation[] {
    return relations.filter(
        ({ why, columns, parentColumns }) => why !== undefined && columns.length === 1 && parentColumns.length === 1,
    );
}

/** Finds which values of a relation are keys of rows; `rows` selects them. The result has the column `found`. */
export function selectFound({ columns, parent, parentColumns, isList }: Relation, rows: Query): Query {
    const [column, key] = [writeName(columns[0] ?? ""), writeName(parentColumns[0] ?? "")];
    const values = isList
        ? `SELECT item.value FROM (\n${rows.sql}\n) AS shown, json_each(iif(json_valid(shown.${column}), shown.${column}, '[]')) AS item`
        : `SELECT shown.${column} FROM (\n${rows.sql}\n) AS shown`;
    return {
        sql: `SELECT ${key} AS found FROM ${writeName(parent)} WHERE ${key} IN (${values})`,
        ...(rows.args ? { args: rows.args } : {}),
    };
}

/** The rows that point to a row: a page of them, or the statement that finds them in lists. */
export function pathOfChildren(relation: Relation, row: Row): string | undefined {
    const [column, second] = relation.columns;
    const value = row[relation.parentColumns[0] ?? ""] ?? null;
    if (column === undefined || second !== undefined || value === null || typeof value === "object") return undefined;
    if (!relation.isList) return pathOfTable(relation.table, { column, value: String(value) });
    const [table, list] = [writeName(relation.table), writeName(column)];
    return linkSql(
        `SELECT holder.*\nFROM ${table} AS holder, json_each(holder.${list}) AS item\nWHERE item.value = ${renderLiteral(value)}`,
    );
}
