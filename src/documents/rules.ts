import type { Column } from "../schema/table.ts";
import { listAllowedValues } from "../sql/checks.ts";
import type { TableDefinition } from "../sql/create-table.ts";

/** A table as far as its rules are read. */
interface RuledTable {
    readonly name: string;
    readonly columns: readonly Pick<Column, "name">[];
    readonly definition: TableDefinition;
}

/** What a CHECK or UNIQUE demands. */
export interface TableRule {
    /** None where the rule is of the whole row. */
    readonly columns: readonly string[];
    /** Follows the names of the columns: `is not empty`, `unique together`; empty where the values say it. */
    readonly words: string;
    /** The values that are allowed, as listAllowedValues() gives them. */
    readonly values: readonly string[];
}

/** Lists the rules of a table in words. A CHECK has a name that says its rule; of one that lists values, the values say more. */
export function listRules({ name: table, columns, definition }: RuledTable): TableRule[] {
    const checks = definition.checks.map(({ name = "" }): TableRule => {
        const rule = name.startsWith(`${table}_`) ? name.slice(table.length + 1) : name;
        const column = columns
            .map((own) => own.name)
            .filter((own) => rule.startsWith(`${own}_`))
            .sort((a, b) => b.length - a.length)[0];
        const words = rule
            .slice(column?.length ?? 0)
            .replaceAll("_", " ")
            .replaceAll(/ json\b/g, " JSON")
            .trim();
        const values = /_is_known$/.test(rule) && column ? listAllowedValues(definition, column) : [];
        return { columns: column ? [column] : [], words: values.length > 0 ? "" : words, values };
    });
    const uniques = definition.uniques
        .filter(({ isPrimaryKey }) => !isPrimaryKey)
        .map((unique) => ({
            columns: unique.columns,
            words: unique.columns.length > 1 ? "unique together" : "unique",
            values: [],
        }));
    return [...checks, ...uniques];
}

/** Says what a column gets when a writer gives no value, in words or as SQL; undefined without a default. */
export function readDefaultValue(
    sql: string | null,
): { readonly words: string } | { readonly sql: string } | undefined {
    if (sql === null) return undefined;
    // An expression says less than what it gives.
    if (/randomblob/i.test(sql)) return { words: "a random UUID" };
    if (/^\(*strftime\(.*'now'\)+$/is.test(sql)) return { words: "the present time" };
    return { sql: sql.replaceAll(/\s+/g, " ").trim() };
}
