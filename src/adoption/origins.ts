import type { SchemaRow } from "../schema/row.ts";
import type { Table } from "../schema/table.ts";

/** What a project knows about the databases that it can adopt. */
export interface Origins {
    readonly known: readonly Origin[];
    readonly columns: readonly FormerColumn[];
    /** Columns that hold times or JSON, by table and column. */
    readonly forms: ReadonlyMap<string, ReadonlyMap<string, TextForm>>;
    /** Columns that determine the newest of several rows with the same key, in order of preference. */
    readonly newest: readonly string[];
    /** Where the database keeps the source of a change that names no writer. */
    readonly historySource: SourceSetting;
}

/** A setting in a row of the database that names one of a few sources. */
export interface SourceSetting {
    readonly sources: readonly string[];
    /** Gives it as `source`. */
    readonly read: string;
    /** Takes it as its only value. */
    readonly write: string;
}

/** The format of the text in a column. */
export type TextForm = "time" | "json";

/** A program or script that creates databases. */
export interface Origin {
    readonly name: string;
    /** Facts as returned by listFacts(); all must hold. */
    readonly has: readonly string[];
    readonly lacks?: readonly string[];
}

/** A column of an origin that corresponds to a column of the files under another name. */
export interface FormerColumn {
    readonly table: string;
    readonly from: string;
    readonly to: string;
    /** SQL that converts a value; the value itself when undefined. */
    readonly sql?: string;
}

/** Finds every origin whose facts hold for a live database. */
export function findOrigins(known: readonly Origin[], facts: ReadonlySet<string>): Origin[] {
    const holds = (fact: string): boolean => facts.has(fact);
    return known.filter(({ has, lacks = [] }) => has.every(holds) && !lacks.some(holds));
}

/** Lists the facts that identify origins: `index x`, `table t`, `column t.c`, `default t.c CURRENT_TIMESTAMP`; names in lower case. */
export function listFacts(schema: readonly SchemaRow[], tables: Iterable<Table>): Set<string> {
    const facts = new Set(schema.map(({ type, name }) => `${type} ${name.toLowerCase()}`));
    for (const { name, columns } of tables) {
        for (const column of columns) {
            const place = `${name}.${column.name}`.toLowerCase();
            facts.add(`column ${place}`);
            if (column.defaultSql !== null) facts.add(`default ${place} ${column.defaultSql}`);
        }
    }
    return facts;
}
