import type { Child } from "hono/jsx";
import { listJsonShapes } from "../../documents/facts.ts";
import type { Relation } from "../../documents/relations.ts";
import { listRules, readDefaultValue } from "../../documents/rules.ts";
import type { Column, Table } from "../../schema/table.ts";
import { type ColumnDefinition, readTableDefinition } from "../../sql/create-table.ts";
import { isSameName } from "../../sql/names.ts";
import { isMasked, type MaskedColumn } from "../masked.ts";
import { DataTable, Heading } from "../parts.tsx";
import { pathOfTable } from "./links.ts";

interface ColumnsProps {
    readonly table: Table;
    readonly to: readonly Relation[];
    readonly masked: readonly MaskedColumn[];
}

/** The columns of a table: type, meaning, and the rules in words. */
export function Columns({ table, to, masked }: ColumnsProps): Child {
    const { columns: defined } = readTableDefinition(table.sql);
    return (
        <section>
            <Heading title="Columns" note={table.columns.length} />
            <DataTable
                caption="Columns"
                isStacked
                columns={[{ title: "Name" }, { title: "Type" }, { title: "Meaning and rule" }]}
            >
                {table.columns.map((column) => (
                    <tr>
                        <th scope="row" class="m">
                            {column.name} {column.key > 0 && <span class="tag">key</span>}
                        </th>
                        <td class="m">
                            {column.type.toLowerCase() || "any"}
                            {!column.notNull && column.name !== table.rowidColumn && <span class="mut"> or null</span>}
                        </td>
                        <td class="we">
                            {findComment(defined, column)}
                            <Rules column={column} table={table} to={to} masked={masked} />
                        </td>
                    </tr>
                ))}
            </DataTable>
            <RowRules table={table} />
        </section>
    );
}

function findComment(defined: readonly ColumnDefinition[], { name }: Column): string {
    return defined.find((column) => isSameName(column.name, name))?.comment ?? "";
}

function Rules({ column, table, to, masked }: ColumnsProps & { readonly column: Column }): Child {
    const parts = [
        ...(isMasked(masked, table.name, column.name) ? [<b>never read by the console</b>] : []),
        ...describeRules(table, column.name),
        ...(column.isGenerated ? ["computed"] : []),
        ...describeDefaultOf(table, column),
        ...to
            .filter(({ columns }) => columns.includes(column.name))
            .map((relation) => <Reference relation={relation} />),
    ];
    if (parts.length === 0) return "";
    return <div class="mut">{parts.flatMap((part, at) => (at === 0 ? [part] : ["; ", part]))}</div>;
}

function describeRules(table: Table, column: string): Child[] {
    const definition = readTableDefinition(table.sql);
    const shape = listJsonShapes(definition).find((json) => json.column === column)?.shape;
    const rules = listRules({ ...table, definition }).filter(
        ({ columns }) => columns.length === 1 && columns[0] === column,
    );
    const words = rules.flatMap(({ words: said, values }): Child[] => {
        if (values.length > 0)
            return [
                <>
                    one of{" "}
                    {values.flatMap((value, at) => [
                        at === 0 ? "" : ", ",
                        <code>{value.replace(/^"(.*)"$/, "$1")}</code>,
                    ])}
                </>,
            ];
        return shape !== undefined && /JSON/.test(said) ? [] : [said.replace(/^is /, "")];
    });
    return shape === undefined ? words : [`JSON ${shape}`, ...words];
}

function describeDefaultOf({ rowidColumn }: Table, { name, defaultSql }: Column): Child[] {
    if (name === rowidColumn) return ["default the next number"];
    const value = readDefaultValue(defaultSql);
    if (value === undefined) return [];
    return [<>default {"words" in value ? value.words : <code>{value.sql.replace(/^'(.*)'$/, "$1") || "''"}</code>}</>];
}

function Reference({ relation: { parent, why, isList } }: { readonly relation: Relation }): Child {
    const link = <a href={pathOfTable(parent)}>{parent}</a>;
    if (why === undefined) return <>references {link}</>;
    return (
        <>
            {isList ? "ids of " : "id of "}
            {link} (no foreign key: {why})
        </>
    );
}

// Rules of more than one column, or of none that its name tells.
function RowRules({ table }: { readonly table: Table }): Child {
    const definition = readTableDefinition(table.sql);
    const rules = listRules({ ...table, definition }).filter(({ columns }) => columns.length !== 1);
    if (rules.length === 0) return "";
    return (
        <p class="mut sm mt">
            Of the whole row:{" "}
            {rules.flatMap(({ columns, words }, at) => [at === 0 ? "" : "; ", `${columns.join(", ")} ${words}`.trim()])}
            .
        </p>
    );
}
