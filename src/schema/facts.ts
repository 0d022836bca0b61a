import { readTableDefinition } from "../sql/create-table.ts";

/** Tables that the migrator keeps for itself. They are not among the tables of the schema. */
export const objectsTable = "schema_objects";
export const lockTable = "schema_lock";
export const seedsTable = "schema_seeds";

/** Whether a table is bookkeeping of the migrator: version tables of all sets, objects, lock. */
export function isMigratorTable(name: string): boolean {
    return [objectsTable, lockTable, seedsTable].includes(name) || /^schemaversion(_[a-z][a-z0-9_]*)?$/.test(name);
}

/** A row of sqlite_schema, as far as counting needs it. */
interface NamedObject {
    readonly type: string;
    readonly name: string;
    readonly sql: string | null;
}

/** How many objects of each kind a schema has. Bookkeeping tables are counted apart, SQLite's own not at all. */
interface SchemaCounts {
    readonly tables: number;
    readonly bookkeeping: number;
    readonly indexes: number;
    readonly views: number;
    readonly triggers: number;
}

/** Counts the objects of a schema by kind. */
export function countObjects(schema: readonly NamedObject[]): SchemaCounts {
    const isShadow = findShadows(schema);
    const own = schema.filter((row) => row.sql !== null && !row.name.startsWith("sqlite_") && !isShadow(row.name));
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

/** Whether a row of sqlite_schema is a virtual table. SQLite stores the first words of a statement in one form. */
export function isVirtual({ sql }: Pick<NamedObject, "sql">): boolean {
    return /^CREATE\s+VIRTUAL\s/i.test(sql ?? "");
}

/** The table that a full-text index reads its text from (`content=`); undefined where it keeps its own text, or none. */
export function findIndexedTable({ sql }: Pick<NamedObject, "sql">): string | undefined {
    if (!isVirtual({ sql }) || !/\bUSING\s+fts[45]\b/i.test(sql ?? "")) return undefined;
    return /\bcontent\s*=\s*["'`]?([^"'`,)\s]+)/i.exec(sql ?? "")?.[1];
}

// By what the object is that keeps them; https://www.sqlite.org/vtab.html#the_xshadowname_method
const shadowSuffixes = {
    table: "data idx content docsize config segments segdir stat node parent rowid".split(" "),
    index: ["shadow", "shadow_idx"],
};

/**
 * Tells the tables and indexes that another object keeps for itself: those of full-text search and of R-trees, whose
 * names begin with the one of their virtual table, and those of vector indexes. They come and go with that object.
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

/** Whether a table holds nothing of the application: it is the migrator's, or its first comment says so. */
export function isBookkeeping({ name, sql }: NamedObject): boolean {
    return isMigratorTable(name) || /^Bookkeeping\b/.test(readTableDefinition(sql ?? "").comment);
}
