import { expect, test } from "vitest";
import { listRelations, type RelatedTable } from "../../src/documents/relations.ts";
import { readTableDefinition } from "../../src/sql/create-table.ts";

/** A table as its statement says, with `id` as its key; `keys` are the parents of foreign keys by column. */
function makeTable(sql: string, keys: Readonly<Record<string, string>> = {}): RelatedTable {
    const names = [...sql.matchAll(/^\s+(\w+) (?:TEXT|INTEGER)/gm)].map(([, name = ""]) => name);
    return {
        name: /TABLE (\w+)/.exec(sql)?.[1] ?? "",
        columns: names.map((name) => ({
            ...{ name, type: "TEXT", notNull: false, defaultSql: null, isGenerated: false },
            key: name === "id" ? 1 : 0,
        })),
        foreignKeys: Object.entries(keys).map(([column, parent]) => ({
            ...{ columns: [column], parent, parentColumns: ["id"], onDelete: "NO ACTION" },
        })),
        indexes: [],
        checks: readTableDefinition(sql).checks,
    };
}

const authors = makeTable("CREATE TABLE authors (\n    id TEXT PRIMARY KEY\n)");
const categories = makeTable("CREATE TABLE categories (\n    id TEXT PRIMARY KEY\n)");
const none = { references: [] };

const describeAll = (tables: readonly RelatedTable[], site: Parameters<typeof listRelations>[1] = none): string[] =>
    listRelations({ tables }, site).map(
        ({ table, columns, parent, isList, why }) =>
            `${table}.${columns} → ${parent}${isList ? " (list)" : ""}: ${why ?? "foreign key"}`,
    );

test("a column that is named for a table refers to it, and to no table that is not there", () => {
    const books = makeTable(
        "CREATE TABLE books (\n    id TEXT,\n    author_id TEXT,\n    Category_IDs TEXT,\n    shelf_id TEXT,\n    book_id TEXT\n)",
    );
    expect(describeAll([authors, categories, books])).toEqual([
        "books.author_id → authors: by its name; there is no foreign key",
        "books.Category_IDs → categories (list): by its name; there is no foreign key",
    ]);
});

test("a type beside an id says which tables it may refer to", () => {
    const notes = makeTable(
        `CREATE TABLE notes (
            id TEXT,
            item_id TEXT,
            item_type TEXT CHECK (item_type IN ('song', 'category', 'author'))
        )`,
    );
    expect(describeAll([authors, categories, notes])).toEqual([
        "notes.item_id → categories: item_type names the table: categories, or authors",
    ]);
});

test("a foreign key, or what the site says of a column, stands before its name", () => {
    const books = makeTable("CREATE TABLE books (\n    id TEXT,\n    author_id TEXT,\n    category_id TEXT\n)", {
        author_id: "AUTHORS",
    });
    const references = [
        { table: "Books", column: "category_id", parent: "authors", why: "they wrote it" },
        { table: "books", column: "category_id", parent: "gone", why: "no such table" },
        { table: "books", column: "gone_id", parent: "authors", why: "no such column" },
    ];
    expect(describeAll([authors, categories, books], { references })).toEqual([
        "books.author_id → authors: foreign key",
        "books.category_id → authors: they wrote it",
    ]);
});
