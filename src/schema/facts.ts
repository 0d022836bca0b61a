import { readTableDefinition } from "../sql/create-table.ts";
import { readName, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";

/** The migrator's own tables. They do not count as tables of the schema. */
export const objectsTable = "schema_objects";
export const lockTable = "schema_lock";
export const seedsTable = "schema_seeds";

/** Whether a table is the migrator's own: a version table of any set, objects, lock or seeds. */
export function isMigratorTable(name: string): boolean {
    return [objectsTable, lockTable, seedsTable].includes(name) || /^schemaversion(_[a-z][a-z0-9_]*)?$/.test(name);
}

interface NamedObject {
    readonly type: string;
    readonly name: string;
    readonly sql: string | null;
}

/** How many objects of each kind a schema has. Bookkeeping tables are counted separately, SQLite's own not at all. */
interface SchemaCounts {
    readonly tables: number;
    readonly bookkeeping: number;
    readonly indexes: number;
    readonly views: number;
    readonly triggers: number;
}

/** Counts the objects of a schema by kind. */
export function countObjects(schema: readonly NamedObject[]): SchemaCounts {
    const own = listComparable(schema);
    const count = (type: string): number => own.filter((row) => row.type === type).length;
    const bookkeeping = own.filter((row) => row.type === "table" && isBookkeeping(row)).length;
    return {
        tables: count("table") - bookkeeping,
        bookkeeping,
        indexes: count("index"),
        views: count("view"),
        triggers: count("trigger"),
    };
}

/** Lists the objects that were created by name: not SQLite's own, and not the shadow tables of another object. */
export function listComparable<T extends NamedObject>(rows: readonly T[]): T[] {
    const isShadow = findShadows(rows);
    return rows.filter((row) => row.sql !== null && !row.name.startsWith("sqlite_") && !isShadow(row.name));
}

/** Whether a row of sqlite_schema is a virtual table. */
export function isVirtual({ sql }: Pick<NamedObject, "sql">): boolean {
    return /^CREATE\s+VIRTUAL\s/i.test(sql ?? "");
}

/** Finds the table that a full-text index reads its text from (`content=`); undefined where there is none. */
export function findIndexedTable({ sql }: Pick<NamedObject, "sql">): string | undefined {
    if (!isVirtual({ sql }) || !/\bUSING\s+fts[45]\b/i.test(sql ?? "")) return undefined;
    return /\bcontent\s*=\s*["'`]?([^"'`,)\s]+)/i.exec(sql ?? "")?.[1];
}

/** Like findIndexedTable(), but looks through a view: gives every name in it, those of its tables among them. */
export function findIndexedTables(index: Pick<NamedObject, "sql">, objects: readonly NamedObject[]): string[] {
    const content = findIndexedTable(index);
    if (content === undefined) return [];
    const view = objects.find(({ type, name }) => type === "view" && isSameName(name, content));
    const names = tokenize(view?.sql ?? "").filter(({ kind }) => kind === "word" || kind === "name");
    return [content, ...names.map(readName)];
}

// By the type of the object that owns them; https://www.sqlite.org/vtab.html#the_xshadowname_method
const shadowSuffixes = {
    table: "data idx content docsize config segments segdir stat node parent rowid".split(" "),
    index: ["shadow", "shadow_idx"],
};

/**
 * Returns whether a name is a shadow table or index: of full-text search or an R-tree, whose names begin with that of the
 * virtual table, or of a vector index. They are created and dropped with their owner.
 */
export function findShadows(schema: readonly NamedObject[]): (name: string) => boolean {
    const names = new Set(["libsql_vector_meta_shadow"]);
    for (const { type, name, sql } of schema) {
        const keepsTables = type === "table" && isVirtual({ sql });
        const isVector = type === "index" && /\blibsql_vector_idx\b/i.test(sql ?? "");
        const suffixes = keepsTables ? shadowSuffixes.table : isVector ? shadowSuffixes.index : [];
        for (const suffix of suffixes) names.add(`${name}_${suffix}`.toLowerCase());
    }
    return (name) => names.has(name.toLowerCase());
}

/** Whether a table is bookkeeping: the migrator's own, or marked so by its first comment. */
export function isBookkeeping({ name, sql }: NamedObject): boolean {
    if (isMigratorTable(name)) return true;
    return /\bBookkeeping\b/.test(sql ?? "") && /^Bookkeeping\b/.test(readTableDefinition(sql ?? "").comment);
}
