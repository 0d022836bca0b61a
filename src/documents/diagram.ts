import { AppError } from "../errors.ts";
import { listAllowedValues } from "../sql/checks.ts";
import type { DocumentedTable, SchemaFacts } from "./facts.ts";
import { ownTables } from "./lists.ts";
import { listRelations, type Relation } from "./relations.ts";
import type { DocumentSite, LifeCycle } from "./site.ts";

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
    const lines = relations.map(({ table, columns, parent, isRequired, isUnique, isList, why }) => {
        const left = isList ? "}o" : isRequired ? "||" : "|o";
        const right = isUnique ? "o|" : "o{";
        return `    ${parent} ${left}${why === undefined ? "--" : ".."}${right} ${table} : "${columns.join(", ")}"`;
    });
    const boxes = tables.map((table) => renderBox(table, relations, withColumns));
    return ["```mermaid", "erDiagram", ...lines, ...boxes, "```"].join("\n");
}

/**
 * Renders the life cycle of a column as a state diagram in Mermaid.
 * @throws AppError `invalid-input` when its states are not the values that the schema allows
 */
export function renderLifeCycle({ table, column, steps }: LifeCycle, { tables }: SchemaFacts): string {
    const definition = tables.find(({ name }) => name === table)?.definition;
    const values = definition && listAllowedValues(definition, column).map((value) => value.replaceAll('"', ""));
    const states = new Set(steps.flatMap((step) => step.slice(0, 2)).filter((state) => state !== "*"));
    const wrong = [...states].find((state) => !values?.includes(state)) ?? values?.find((value) => !states.has(value));
    if (wrong !== undefined || values === undefined) {
        throw new AppError("invalid-input", `the life cycle of ${table}.${column} does not have its values: ${wrong}`, {
            hint: "correct it in site/documents.ts",
            outcome: "Nothing was written.",
        });
    }
    const name = (state: string): string => (state === "*" ? "[*]" : state);
    const lines = steps.map(([from, to, why]) => `    ${name(from)} --> ${name(to)} : ${why}`);
    return ["```mermaid", "stateDiagram-v2", ...lines, "```"].join("\n");
}

function renderBox(table: DocumentedTable, relations: readonly Relation[], withColumns: boolean): string {
    const find = (column: string): Relation | undefined =>
        relations.find((relation) => relation.table === table.name && relation.columns.includes(column));
    const rows = table.columns.flatMap(({ name, type, key }) => {
        const relation = find(name);
        if (!withColumns && key === 0 && !relation) return [];
        const marks = [...(key > 0 ? ["PK"] : []), ...(relation && relation.why === undefined ? ["FK"] : [])];
        return [`        ${type} ${name}${marks.length > 0 ? ` ${marks.join(", ")}` : ""}`];
    });
    return [`    ${table.name} {`, ...rows, "    }"].join("\n");
}
