import { posix } from "node:path";
import { listAllowedValues } from "../sql/checks.ts";
import type { DocumentedObject, DocumentedTable, ListInput, SchemaFacts } from "./facts.ts";
import { listViewColumns, readEvent } from "./objects.ts";
import { code, quoteValue, renderMarkdownTable } from "./parts.ts";
import { renderQueryIndexes, renderQueryList } from "./query-list.ts";
import { listRelations } from "./relations.ts";
import type { DocumentSite } from "./site.ts";

/** The lists of tables, columns and objects that a page may hold, by the name of their part. */
export const lists: Readonly<Record<string, (input: ListInput) => string>> = {
    tables: (input) =>
        renderMarkdownTable(
            ["table", "category", "phase", "primary key", "one row is"],
            ownTables(input.facts).map((table) => [
                linkTable(input, table.name),
                categoryOf(input.site, table.name),
                String(input.site.phases[table.name] ?? ""),
                nameKey(table),
                firstSentence(table.definition.comment),
            ]),
        ),
    "bookkeeping tables": ({ facts }) =>
        renderMarkdownTable(
            ["table", "what it is for"],
            facts.tables
                .filter(({ isBookkeeping }) => isBookkeeping)
                .map(({ name, definition }) => [code(name), definition.comment]),
        ),
    indexes: (input) =>
        renderMarkdownTable(
            ["table", "index", "columns", "what it serves"],
            ownTables(input.facts).flatMap((table) =>
                listIndexes(table, input.facts).map(({ name, columns, comment }) => [
                    linkTable(input, table.name),
                    code(name),
                    columns,
                    comment,
                ]),
            ),
        ),
    views: ({ facts, path }) =>
        renderMarkdownTable(
            ["view", "one row is", "columns"],
            ofType(facts, "view").map((view) => [
                linkObject(path, view),
                view.comment,
                listViewColumns(view).map(code).join(", "),
            ]),
        ),
    triggers: ({ facts, path }) =>
        renderMarkdownTable(
            ["trigger", "fires", "what it does"],
            ofType(facts, "trigger").map((trigger) => [
                linkObject(path, trigger),
                `${readEvent(trigger)} on ${code(trigger.table)}`,
                trigger.comment,
            ]),
        ),
    values: (input) =>
        renderMarkdownTable(
            ["column", "allowed values"],
            ownTables(input.facts).flatMap((table) =>
                table.columns.flatMap(({ name }) => {
                    const values = listAllowedValues(table.definition, name);
                    return values.length === 0
                        ? []
                        : [[code(`${table.name}.${name}`), values.map(quoteValue).join(", ")]];
                }),
            ),
        ),
    "json columns": (input) =>
        renderMarkdownTable(
            ["column", "shape", "example"],
            ownTables(input.facts).flatMap(({ name, json }) =>
                json.map(({ column, shape, example }) => [code(`${name}.${column}`), shape, code(example)]),
            ),
        ),
    relationships: (input) =>
        renderMarkdownTable(
            ["from", "to", "held by"],
            listRelations(input.facts, input.site).map(({ table, columns, parent, parentColumns, why }) => [
                columns.map((column) => code(`${table}.${column}`)).join(", "),
                parentColumns.map((column) => code(`${parent}.${column}`)).join(", ") || code(parent),
                why ?? "a foreign key",
            ]),
        ),
    "query list": renderQueryList,
    "query indexes": renderQueryIndexes,
    volumes: (input) =>
        renderMarkdownTable(
            ["table", "large from", "expected growth"],
            ownTables(input.facts).flatMap(({ name, large }) => {
                const added = input.site.growth.get(name);
                return large === undefined
                    ? []
                    : [[linkTable(input, name), sayRows(large), added ? `${sayRows(added)} a week` : ""]];
            }),
        ),
};

/** Lists the tables of the application, in the order of their migrations. */
export function ownTables({ tables }: SchemaFacts): DocumentedTable[] {
    return tables.filter(({ isBookkeeping }) => !isBookkeeping);
}

/** Lists the indexes of a table that were created by name, with the queries that use them. */
export function listIndexes(
    table: DocumentedTable,
    { objects, served }: SchemaFacts,
): { name: string; columns: string; comment: string; queries: readonly string[] }[] {
    return table.indexes
        .filter(({ origin }) => origin === "c")
        .map(({ name, columns }) => ({
            name,
            columns: columns.map((column) => code(column.name ?? "an expression")).join(", "),
            comment: objects.find((object) => object.name === name)?.comment ?? "",
            queries: served.get(name) ?? [],
        }));
}

/** Names the columns of the primary key. */
export function nameKey({ columns }: DocumentedTable): string {
    return columns
        .filter(({ key }) => key > 0)
        .sort((a, b) => a.key - b.key)
        .map(({ name }) => code(name))
        .join(", ");
}

/** Finds the category of a table; empty for none. */
export function categoryOf({ categories }: DocumentSite, table: string): string {
    return categories.find(({ tables }) => tables.includes(table))?.name ?? "";
}

/** Links the page of a table from another page. */
export function linkTable({ site, path }: Pick<ListInput, "site" | "path">, table: string): string {
    return `[${code(table)}](${posix.relative(posix.dirname(path), site.pageOf(table))})`;
}

/** Writes a number of rows. */
export function sayRows(count: number): string {
    return `${count.toLocaleString("en-US")} rows`;
}

/** Returns the first sentence of a text. */
export function firstSentence(text: string): string {
    return /^.*?[.!?](?= |$)/.exec(text)?.[0] ?? text;
}

/** Links the file of a view or trigger. */
export function linkObject(path: string, { type, name }: Pick<DocumentedObject, "type" | "name">): string {
    return `[${code(name)}](${posix.relative(posix.dirname(path), `${type}s/${name}.sql`)})`;
}

function ofType({ objects }: SchemaFacts, type: DocumentedObject["type"]): DocumentedObject[] {
    return objects.filter((object) => object.type === type);
}
