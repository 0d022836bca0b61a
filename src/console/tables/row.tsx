import type { Child } from "hono/jsx";
import type { Query, Row, Value } from "../../database/connection.ts";
import { listJsonShapes } from "../../documents/facts.ts";
import type { Relation } from "../../documents/relations.ts";
import { takeRows } from "../../schema/row.ts";
import type { Table } from "../../schema/table.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import { findJson, parseAny } from "../../text/json.ts";
import { writeJson } from "../../text/written.ts";
import { isMasked } from "../masked.ts";
import { Cell, State, Time } from "../parts.tsx";
import type { ConsolePage, Visit } from "../site.ts";
import { findLiveTable, type LiveSchema } from "./facts.ts";
import { listLinks, listLoose, pathOfChildren, pathOfParent, pathOfTable, selectFound } from "./links.ts";
import { readWithSchema } from "./read.ts";
import { readFound } from "./rows.tsx";
import { findRowKey, listShown, selectRow } from "./select.ts";
import { MissingTable } from "./view.tsx";

/** A text longer than this is folded, in characters. */
const folded = 600;
/** JSON up to this length stands in one line, in characters. */
const lineLength = 80;

/** `/tables/<name>/row?key=…`: one row, whole, with links to the rows that it points to and that point to it. */
export async function showRow(visit: Visit): Promise<ConsolePage> {
    const name = visit.parameters.name ?? "";
    const key = visit.query.getAll("key");
    const { schema, results } = await readWithSchema(visit, (known) => planRow(visit, name, key, known));
    const table = findLiveTable(schema, name);
    if (!table) return { title: "Not found", status: 404, body: <MissingTable name={name} /> };
    const [result, ...lookups] = results;
    const [row] = result ? takeRows(result) : [];
    if (!row) return missing(table, key);
    const { to, from } = listLinks(table, schema, visit.site);
    const loose = listLoose(to);
    const found = new Map(loose.map((relation, at) => [relation, readFound(lookups[at])]));
    const [single] = key;
    const own = key.length === 1 && single !== undefined ? visit.site.pathOf(table.name, single) : undefined;
    return {
        title: `${table.name} ${key.join(", ")}`,
        document: { table: table.name, key, row },
        rows: [row],
        columns: listShown(table, visit.site.masked).map((column) => column.name),
        body: (
            <>
                <p class="crumb">
                    <a href="/tables">Tables</a> / <a href={pathOfTable(table.name)}>{table.name}</a>
                </p>
                <h1 class="m">{key.join(", ")}</h1>
                {own !== undefined && (
                    <p class="lead">
                        <a href={own}>Its own page</a> has more: this one shows the row as stored.
                    </p>
                )}
                <div class="two">
                    <div>
                        <Values table={table} row={row} visit={visit} />
                    </div>
                    <aside>
                        <Parents row={row} relations={to} found={found} schema={schema} visit={visit} />
                        <Children row={row} relations={from} />
                    </aside>
                </div>
            </>
        ),
    };
}

function planRow({ site }: Visit, name: string, key: readonly string[], schema: LiveSchema): readonly Query[] {
    const table = findLiveTable(schema, name);
    const query = table && selectRow(table, key, site.masked);
    if (!table || !query) return [];
    return [query, ...listLoose(listLinks(table, schema, site).to).map((relation) => selectFound(relation, query))];
}

function missing(table: Table, key: readonly string[]): ConsolePage {
    const columns = findRowKey(table)?.columns ?? [];
    const body = (
        <>
            <p class="crumb">
                <a href="/tables">Tables</a> / <a href={pathOfTable(table.name)}>{table.name}</a>
            </p>
            <h1>There is no such row</h1>
            <p class="lead">
                {columns.length === 0
                    ? `Nothing names a row of ${table.name}.`
                    : `No row of ${table.name} has ${columns.join(", ")} = ${key.join(", ") || "…"}. It may have been removed since.`}
            </p>
        </>
    );
    return { title: "Not found", status: 404, body };
}

function Values({ table, row, visit }: { readonly table: Table; readonly row: Row; readonly visit: Visit }): Child {
    const shapes = listJsonShapes(readTableDefinition(table.sql)).map(({ column }) => column);
    return (
        <section>
            <dl class="row">
                {table.columns.map(({ name }) => (
                    <>
                        <dt class="m">{name}</dt>
                        <dd>
                            {isMasked(visit.site.masked, table.name, name) ? (
                                <span class="null">never read by the console</span>
                            ) : (
                                <WholeValue value={row[name] ?? null} isJson={shapes.includes(name)} />
                            )}
                        </dd>
                    </>
                ))}
            </dl>
        </section>
    );
}

function WholeValue({ value, isJson }: { readonly value: Value; readonly isJson: boolean }): Child {
    if (typeof value !== "string") return <Cell value={value} />;
    if (value === "") return <span class="null">empty</span>;
    if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(value))
        return (
            <>
                <Time value={value} /> <span class="mut">UTC</span>
            </>
        );
    const json = isJson || /^\s*[[{]/.test(value) ? readJson(value) : undefined;
    if (json !== undefined) return <Folded text={json} isCode />;
    return (
        <>
            {isJson && <State mark="bad">not valid JSON, shown as text</State>}
            <Folded text={value} isCode={isJson} />
        </>
    );
}

function readJson(text: string): string | undefined {
    const value = findJson(text, parseAny);
    if (value === undefined) return undefined;
    const pretty = writeJson(value, 2);
    return pretty.length <= lineLength ? pretty.replaceAll(/\n\s*/g, " ").replace(/^\[ (.*) \]$/, "[$1]") : pretty;
}

function Folded({ text, isCode }: { readonly text: string; readonly isCode: boolean }): Child {
    const body = isCode ? <pre tabindex={0}>{text}</pre> : <div class="text">{text}</div>;
    if (text.length <= folded) return body;
    return (
        <details>
            <summary>{`${text.slice(0, 80).replaceAll(/\s+/g, " ")}… (${text.length.toLocaleString("en-US")} characters)`}</summary>
            {body}
        </details>
    );
}

function Parents(props: {
    readonly row: Row;
    readonly relations: readonly Relation[];
    readonly found: ReadonlyMap<Relation, ReadonlySet<string> | undefined>;
    readonly schema: LiveSchema;
    readonly visit: Visit;
}): Child {
    const { row, relations, found, schema, visit } = props;
    return (
        <section>
            <h2>Points to</h2>
            <ul class="refs">
                {relations.length === 0 && <li class="mut">It refers to no other table.</li>}
                {relations.map((relation) => {
                    const values = listValues(relation, row);
                    return (
                        <li>
                            <span class="m">{relation.columns.join(", ")}</span>{" "}
                            {values.length === 0 && <span class="mut">to none</span>}
                            {values.flatMap((value, at) => {
                                const isThere = relation.why === undefined || found.get(relation)?.has(value);
                                const href = isThere ? pathOfParent(relation, value, schema, visit.site) : undefined;
                                const shown = href ? (
                                    <a href={href}>{value}</a>
                                ) : (
                                    <span class="mut">{`${value} (not in ${relation.parent})`}</span>
                                );
                                return [at === 0 ? "" : ", ", shown];
                            })}
                        </li>
                    );
                })}
            </ul>
        </section>
    );
}

function listValues({ columns, isList }: Relation, row: Row): string[] {
    const values = columns.map((column) => row[column] ?? null);
    if (values.some((value) => value === null || typeof value === "object")) return [];
    if (!isList) return [values.map(String).join(", ")];
    try {
        const list: unknown = JSON.parse(String(values[0]));
        return Array.isArray(list) ? list.map(String) : [];
    } catch {
        return [];
    }
}

function Children({ row, relations }: { readonly row: Row; readonly relations: readonly Relation[] }): Child {
    return (
        <section>
            <h2>Pointed to by</h2>
            <ul class="refs">
                {relations.length === 0 && <li class="mut">Nothing points here.</li>}
                {relations.map((relation) => {
                    const href = pathOfChildren(relation, row);
                    const label = `${relation.table} ${relation.columns.join(", ")}`;
                    return (
                        <li>
                            {href ? <a href={href}>{label}</a> : <span class="mut">{label}</span>}
                            {relation.isList && <span class="mut">, by the SQL box</span>}
                        </li>
                    );
                })}
            </ul>
        </section>
    );
}
