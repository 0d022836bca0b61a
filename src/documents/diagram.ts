import type { DocumentedTable, SchemaFacts } from "./facts.ts";
import { ownTables } from "./lists.ts";
import { listRelations } from "./relations.ts";
import type { DocumentSite } from "./site.ts";

/**
 * Renders an entity-relationship diagram in Mermaid: solid lines are foreign keys, dotted ones references without.
 *
 * @param names the tables; those that they reference are shown by name alone
 * @param withColumns whether every column is shown, or only keys
 */
export function renderErDiagram(
    facts: SchemaFacts,
    site: DocumentSite,
    names: readonly string[],
    withColumns: boolean,
): string {
    const tables = ownTables(facts).filter(({ name }) => names.includes(name));
    const relations = listRelations(facts, site).filter(
        ({ table, parent }) => names.includes(table) || names.includes(parent),
    );
    const lines = relations.map(({ table, columns, parent, isRequired, isUnique, why }) => {
        const left = isRequired ? "||" : "|o";
        const right = isUnique ? "o|" : "o{";
        return `    ${parent} ${left}${why === undefined ? "--" : ".."}${right} ${table} : "${columns.join(", ")}"`;
    });
    const boxes = tables.map((table) => renderBox(table, relations, withColumns));
    return ["```mermaid", "erDiagram", ...lines, ...boxes, "```"].join("\n");
}

function renderBox(table: DocumentedTable, relations: ReturnType<typeof listRelations>, withColumns: boolean): string {
    const isForeign = (column: string): boolean =>
        relations.some((relation) => relation.table === table.name && relation.columns.includes(column));
    const rows = table.columns.flatMap(({ name, type, key }) => {
        const marks = [...(key > 0 ? ["PK"] : []), ...(isForeign(name) ? ["FK"] : [])];
        if (!withColumns && marks.length === 0) return [];
        return [`        ${type} ${name}${marks.length > 0 ? ` ${marks.join(", ")}` : ""}`];
    });
    return [`    ${table.name} {`, ...rows, "    }"].join("\n");
}
