import type { Child } from "hono/jsx";
import { countOf } from "../../cli/report.ts";
import type { ReadResult, Row, Value } from "../../database/connection.ts";
import type { Relation } from "../../documents/relations.ts";
import type { Table } from "../../schema/table.ts";
import { Empty, Heading } from "../parts.tsx";
import { cutText, lineLength, RowTable, shownLength } from "../row-table.tsx";
import type { Visit } from "../site.ts";
import type { LiveSchema } from "./facts.ts";
import { listLoose, pathOfParent, pathOfRow, pathOfTable } from "./links.ts";
import { listFilters, listShown, type PageQuery, type PageRequest, readAddress } from "./select.ts";

export const pageSizes = [50, 100, 500];

/** A page of rows, as it was read. */
export interface RowPage {
    readonly table: Table;
    readonly schema: LiveSchema;
    readonly visit: Visit;
    readonly request: PageRequest;
    /** Undefined where the filter would read the whole table without leave. */
    readonly page: PageQuery | undefined;
    readonly result: ReadResult | undefined;
    /** The relations of the table, and for those that no foreign key holds which values were found. */
    readonly to: readonly Relation[];
    readonly found: readonly (ReadonlySet<string> | undefined)[];
}

/** Reads from the address which rows are asked for. */
export function readPageRequest({ query, isOwn }: Pick<Visit, "query" | "isOwn">): PageRequest {
    const count = Number(query.get("rows"));
    return {
        column: query.get("column") || undefined,
        value: query.get("value") ?? "",
        isWhole: query.has("whole") && isOwn,
        after: query.getAll("after"),
        count: pageSizes.includes(count) ? count : (pageSizes[0] ?? 50),
    };
}

/** The rows of the page without the one that only says that there are more, and the address of the next page. */
export function takePage({ table, request, page, result, visit }: RowPage): {
    readonly rows: readonly Row[];
    readonly next: string | undefined;
} {
    if (!page || !result?.ok) return { rows: [], next: undefined };
    const rows = result.rows.slice(0, request.count);
    const last = rows.at(-1);
    const after = last && result.rows.length > request.count && readAddress(last, "order", page.order.length);
    if (!after || page.order.length === 0) return { rows, next: undefined };
    const query = new URLSearchParams(visit.query);
    for (const name of ["after", "as", "count"]) query.delete(name);
    for (const value of after) query.append("after", value);
    return { rows, next: `${pathOfTable(table.name)}?${query}#rows` };
}

/** Rows as the forms JSON and CSV give them: without what only the page needs, and with a mark where a text is cut. */
export function toDocumentRows(rows: readonly Row[], table: Table, visit: Visit): Row[] {
    const shown = listShown(table, visit.site.masked);
    return rows.map((row) => Object.fromEntries(shown.map(({ name }) => [name, cutValue(row[name] ?? null)])));
}

function cutValue(value: Value): Value {
    return typeof value === "string" && value.length > shownLength ? `${value.slice(0, shownLength)}…` : value;
}

/** The section with the rows of a table. */
export function RowsSection(props: RowPage): Child {
    const { table, request, page, result, visit } = props;
    const { rows, next } = takePage(props);
    const [name, key] = [table.name, page?.key];
    const columns = [...(key?.isRowid ? ["key0"] : []), ...listShown(table, visit.site.masked).map((c) => c.name)];
    const isFirst = request.after.length === 0;
    return (
        <section id="rows">
            <Heading title={isFirst ? "First rows" : "Rows"} note={describeOrder(props, rows.length)} />
            <FilterForm {...props} />
            {page === undefined && <Refused {...props} />}
            {result?.ok === false && <Empty>{`The rows cannot be read: ${result.message}.`}</Empty>}
            {result?.ok && rows.length === 0 && <NoRows {...props} />}
            {rows.length > 0 && (
                <RowTable
                    caption={`Rows of ${name}`}
                    columns={columns}
                    rows={rows}
                    titles={{ key0: key?.columns[0] ?? "" }}
                    link={(row, column) => findLink(props, row, column)}
                />
            )}
            <p class="bar2">
                {next && (
                    <a class="btn" href={next}>
                        {`Next ${request.count} rows`}
                    </a>
                )}
                {!isFirst && <a href={firstPage(props)}>First rows</a>}
                {rows.length > 0 && (
                    <span class="mut sm">{`Values longer than ${lineLength} characters are cut here, and whole on the page of the row.`}</span>
                )}
            </p>
        </section>
    );
}

function describeOrder({ request, page }: RowPage, count: number): string | undefined {
    if (!page || count === 0) return undefined;
    const by = page.order.length === 0 ? "in no order" : `by ${page.order.join(", ")}`;
    return `${countOf(count, "row")}${request.after.length > 0 ? " further on" : ""}, ${by}`;
}

function firstPage({ table, visit }: RowPage): string {
    const query = new URLSearchParams(visit.query);
    for (const name of ["after", "as", "count"]) query.delete(name);
    return `${pathOfTable(table.name)}?${query}#rows`;
}

function NoRows({ table, request }: RowPage): Child {
    if (request.column !== undefined)
        return (
            <Empty>
                No row has this value. <a href={pathOfTable(table.name)}>Show all rows</a>
            </Empty>
        );
    return <Empty>{request.after.length > 0 ? "There are no rows after this one." : "No rows yet."}</Empty>;
}

function Refused({ table, request, visit }: RowPage): Child {
    const { column = "", value } = request;
    const isKnown = listShown(table, visit.site.masked).some(({ name }) => name === column);
    if (!isKnown) return <Empty>{`${table.name} has no column ${column} that is shown.`}</Empty>;
    return (
        <Empty>
            {`No index begins with ${column}. `}
            <a href={`${pathOfTable(table.name, { column, value, whole: "1" })}#rows`}>
                Search it: reads the whole table
            </a>
        </Empty>
    );
}

function FilterForm({ table, request, visit }: RowPage): Child {
    const { masked } = visit.site;
    const indexed = listFilters(table, masked);
    const others = listShown(table, masked).flatMap(({ name }) => (indexed.includes(name) ? [] : [name]));
    const option = (name: string): Child => (
        <option value={name} selected={name === request.column}>
            {name}
        </option>
    );
    return (
        <form action={`${pathOfTable(table.name)}#rows`} class="filters">
            <label class="vh" for="column">
                Column
            </label>
            <select id="column" name="column">
                <option value="">all rows</option>
                {indexed.length > 0 && <optgroup label="By an index">{indexed.map(option)}</optgroup>}
                {others.length > 0 && <optgroup label="Reads the whole table">{others.map(option)}</optgroup>}
            </select>
            <label class="vh" for="value">
                Value
            </label>
            <input id="value" name="value" value={request.value} placeholder="equals" autocomplete="off" />
            <label class="vh" for="rows-count">
                Rows on a page
            </label>
            <select id="rows-count" name="rows">
                {pageSizes.map((size) => (
                    <option value={size} selected={size === request.count}>
                        {`${size} rows`}
                    </option>
                ))}
            </select>
            <button type="submit">Show</button>
        </form>
    );
}

// A key leads to the page of its row, and a value that points to another row leads there.
function findLink({ table, schema, visit, page, to, found }: RowPage, row: Row, column: string): string | undefined {
    const key = page?.key;
    if (key && (column === "key0" || key.columns.includes(column))) {
        const values = readAddress(row, "key", key.columns.length);
        const relation = key.columns.length > 1 ? undefined : values;
        if (values && (relation || key.columns[0] === column)) return pathOfRow(table.name, values);
    }
    const value = row[column] ?? null;
    if (value === null || typeof value === "object") return undefined;
    const loose = listLoose(to);
    for (const relation of to) {
        const [first, second] = relation.columns;
        if (first !== column || second !== undefined || relation.isList) continue;
        const known = relation.why === undefined || found[loose.indexOf(relation)]?.has(String(value));
        if (known) return pathOfParent(relation, String(value), schema, visit.site);
    }
    return undefined;
}

/** The values of a lookup of selectFound(). */
export function readFound(result: ReadResult | undefined): ReadonlySet<string> | undefined {
    return result?.ok ? new Set(result.rows.map(({ found }) => cutText(String(found)))) : undefined;
}
