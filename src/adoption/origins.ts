import type { FieldKind } from "../loading/loader.ts";
import type { SchemaRow } from "../schema/row.ts";
import type { LiveTable } from "./live-tables.ts";

/** What a project knows of the databases that others made and that it can adopt. */
export interface Origins {
    readonly known: readonly Origin[];
    readonly columns: readonly FormerColumn[];
    /** Columns that hold times or JSON, by table and column. */
    readonly kinds: ReadonlyMap<string, ReadonlyMap<string, FieldKind>>;
    /** Columns that say which of two rows with the same key is the newer one, the best one first. */
    readonly newest: readonly string[];
}

/** A way in which a database came about. */
export interface Origin {
    readonly name: string;
    /** Facts as listFacts() gives them; all must hold. */
    readonly has: readonly string[];
    readonly lacks?: readonly string[];
}

/** A column that others have in place of one of ours. */
export interface FormerColumn {
    readonly table: string;
    readonly from: string;
    readonly to: string;
    /** What becomes of a value; the value itself when undefined. */
    readonly sql?: string;
}

/** Every origin whose signs a live database shows. */
export function findOrigins(known: readonly Origin[], facts: ReadonlySet<string>): Origin[] {
    return known.filter(
        ({ has, lacks = [] }) => has.every((fact) => facts.has(fact)) && !lacks.some((f) => facts.has(f)),
    );
}

/** What origins are told by: `index x`, `table t`, `column t.c`, `default t.c CURRENT_TIMESTAMP`; names in lower case. */
export function listFacts(schema: readonly SchemaRow[], tables: Iterable<LiveTable>): Set<string> {
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
