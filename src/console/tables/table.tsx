import type { Child } from "hono/jsx";
import type { Query } from "../../database/connection.ts";
import { readOpeningComment } from "../../documents/facts.ts";
import { categoryOf, sayRows } from "../../documents/lists.ts";
import { namesTable, readEvent } from "../../documents/objects.ts";
import type { Relation } from "../../documents/relations.ts";
import type { DocumentedQuery } from "../../queries/files.ts";
import type { Table } from "../../schema/table.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import { writeName } from "../../sql/quoting.ts";
import { DataTable, Heading, showNumber } from "../parts.tsx";
import type { ConsolePage, Visit } from "../site.ts";
import { linkQuery } from "../sql/example.ts";
import { Columns } from "./columns.tsx";
import { type FileFacts, findLiveTable, type LiveSchema } from "./facts.ts";
import { listLinks, listLoose, pathOfTable, selectFound } from "./links.ts";
import { getFileFacts, readWithSchema } from "./read.ts";
import { type RowPage, RowsSection, readFound, readPageRequest, takePage, toDocumentRows } from "./rows.tsx";
import { listShown, selectRows } from "./select.ts";
import { MissingTable, planView, showView, UnreadFiles } from "./view.tsx";

/** `/tables/<name>`: what a table is, and its rows page by page. */
export async function showTable(visit: Visit): Promise<ConsolePage> {
    const name = visit.parameters.name ?? "";
    const request = readPageRequest(visit);
    const isCounted = visit.query.has("count") && visit.isOwn;
    const read = await readWithSchema(visit, (known) => planTable(visit, name, known));
    const { schema, results } = read;
    const table = findLiveTable(schema, name);
    if (!table) return (await showView(visit, name, read)) ?? missing(name);
    const files = await getFileFacts(visit);
    const links = listLinks(table, schema, visit.site);
    const page = selectRows(table, request, visit.site.masked);
    const counted = isCounted && results[0]?.ok ? Number(results[0].rows[0]?.counted) : undefined;
    const [result, ...lookups] = page ? results.slice(isCounted ? 1 : 0) : [];
    const shown: RowPage = { table, schema, visit, request, page, result, to: links.to, found: lookups.map(readFound) };
    const { rows, next } = takePage(shown);
    const { comment } = readTableDefinition(table.sql);
    return {
        title: table.name,
        document: {
            ...describeTable(table, files),
            comment,
            rows: toDocumentRows(rows, table, visit),
            next: next ?? null,
        },
        rows: toDocumentRows(rows, table, visit),
        columns: listShown(table, visit.site.masked).map((column) => column.name),
        body: (
            <>
                <p class="crumb">
                    <a href="/tables">Tables</a>
                </p>
                <h1>{table.name}</h1>
                <p class="lead">{comment || "The statement that made it has no comment."}</p>
                <UnreadFiles files={files} />
                <div class="two">
                    <div>
                        <Columns table={table} to={links.to} masked={visit.site.masked} />
                        <Indexes table={table} schema={schema} files={files} />
                        <details class="mt2">
                            <summary>The statement that made it</summary>
                            <pre class="mt" tabindex={0}>
                                {table.sql}
                            </pre>
                        </details>
                    </div>
                    <aside>
                        <Facts table={table} visit={visit} files={files} counted={counted} />
                        <References title="Pointed to by" relations={links.from} isFrom />
                        <References title="Points to" relations={links.to} />
                        <Objects table={table} schema={schema} />
                    </aside>
                </div>
                <RowsSection {...shown} />
            </>
        ),
    };
}

function planTable(visit: Visit, name: string, schema: LiveSchema): readonly Query[] {
    const table = findLiveTable(schema, name);
    if (!table) return planView(visit, name, schema);
    const isCounted = visit.query.has("count") && visit.isOwn;
    const page = selectRows(table, readPageRequest(visit), visit.site.masked);
    const loose = listLoose(listLinks(table, schema, visit.site).to);
    return [
        ...(isCounted ? [{ sql: `SELECT count(*) AS counted FROM ${writeName(table.name)}` }] : []),
        ...(page ? [page.query, ...loose.map((relation) => selectFound(relation, page.query))] : []),
    ];
}

function missing(name: string): ConsolePage {
    return { title: "Not found", status: 404, body: <MissingTable name={name} /> };
}

function describeTable({ name, columns, indexes, triggers }: Table, { served }: FileFacts): object {
    return {
        name,
        columns: columns.map(({ name: column, type, notNull, key }) => ({ name: column, type, notNull, key })),
        indexes: indexes.map((index) => ({
            name: index.name,
            columns: index.columns.map((column) => column.name ?? null),
            queries: (served.get(index.name) ?? []).map((query) => query.name),
        })),
        triggers: triggers.map((trigger) => trigger.name),
    };
}

function Indexes({
    table,
    schema,
    files,
}: {
    readonly table: Table;
    readonly schema: LiveSchema;
    readonly files: FileFacts;
}): Child {
    const { indexes } = table;
    if (indexes.length === 0)
        return (
            <section>
                <Heading title="Indexes" />
                <p class="none">
                    {table.rowidColumn ? `None: rows are found by ${table.rowidColumn} alone.` : "None."}
                </p>
            </section>
        );
    return (
        <section>
            <Heading title="Indexes" note={indexes.length} />
            <DataTable caption="Indexes" isStacked columns={[{ title: "On" }, { title: "Serves" }]}>
                {indexes.map(({ name, columns, origin, isUnique, isPartial }) => {
                    const made = schema.rows.find((row) => row.type === "index" && row.name === name);
                    const said =
                        origin === "pk" ? "Keeps the key unique." : origin === "u" ? "Keeps these values unique." : "";
                    const marks = [
                        ...(isUnique && origin === "c" ? ["unique"] : []),
                        ...(isPartial ? ["some rows only"] : []),
                    ];
                    return (
                        <tr>
                            <th scope="row" class="m w wrap-names" title={name}>
                                {columns.map((column) => column.name ?? "an expression").join(", ")}{" "}
                                {marks.length > 0 && <span class="tag">{marks.join(", ")}</span>}
                            </th>
                            <td class="we">
                                {said || readOpeningComment(made?.sql ?? "")}
                                <Served queries={files.served.get(name) ?? []} />
                            </td>
                        </tr>
                    );
                })}
            </DataTable>
        </section>
    );
}

function Served({ queries }: { readonly queries: readonly DocumentedQuery[] }): Child {
    if (queries.length === 0) return "";
    return (
        <div class="mut">
            {queries.flatMap((query, at) => [
                at === 0 ? "" : ", ",
                <a href={linkQuery(query.name)} title={query.title}>
                    {query.name}
                </a>,
            ])}
        </div>
    );
}

function Facts(props: {
    readonly table: Table;
    readonly visit: Visit;
    readonly files: FileFacts;
    readonly counted: number | undefined;
}): Child {
    const { table, visit, files, counted } = props;
    const category = categoryOf(visit.site.documents, table.name);
    const growth = visit.site.documents.growth.get(table.name);
    const facts: [string, Child][] = [
        [
            "Rows",
            counted === undefined ? (
                <a href={pathOfTable(table.name, { count: "1" })}>Count: reads the table</a>
            ) : (
                showNumber(counted)
            ),
        ],
        ...(category === "" ? [] : [["Category", category] as [string, Child]]),
        ...(table.isBookkeeping ? [["Category", "bookkeeping"] as [string, Child]] : []),
        ...(growth === undefined ? [] : [["Expected", `${sayRows(growth)} a week`] as [string, Child]]),
        ...(files.creators.has(table.name)
            ? [["Made by", <code>{files.creators.get(table.name)}</code>] as [string, Child]]
            : []),
        ["Kind", listKinds(table).join(", ")],
    ];
    return (
        <section>
            <h2>Facts</h2>
            <dl>
                {facts.map(([label, value]) => (
                    <>
                        <dt>{label}</dt>
                        <dd>{value}</dd>
                    </>
                ))}
            </dl>
        </section>
    );
}

function listKinds({ isStrict, isWithoutRowid, isAutoincrement, isVirtual }: Table): string[] {
    if (isVirtual) return ["virtual"];
    return [
        isStrict ? "strict" : "not strict",
        ...(isWithoutRowid ? ["without rowid"] : []),
        ...(isAutoincrement ? ["autoincrement"] : []),
    ];
}

function References(props: {
    readonly title: string;
    readonly relations: readonly Relation[];
    readonly isFrom?: boolean;
}): Child {
    const { title, relations, isFrom = false } = props;
    return (
        <section>
            <h2>{title}</h2>
            <ul class="refs">
                {relations.length === 0 && (
                    <li class="mut">{isFrom ? "Nothing points here." : "It refers to no other table."}</li>
                )}
                {relations.map(({ table, columns, parent, why, isList }) => (
                    <li>
                        {isFrom ? (
                            <>
                                <a href={pathOfTable(table)}>{table}</a> <span class="m">{columns.join(", ")}</span>
                            </>
                        ) : (
                            <>
                                <a href={pathOfTable(parent)}>{parent}</a>{" "}
                                <span class="m">by {columns.join(", ")}</span>
                            </>
                        )}
                        {why !== undefined && (
                            <span class="mut">{isList ? ", a list of ids" : ", no foreign key"}</span>
                        )}
                    </li>
                ))}
            </ul>
        </section>
    );
}

function Objects({ table, schema }: { readonly table: Table; readonly schema: LiveSchema }): Child {
    const views = schema.rows.filter((row) => row.type === "view" && namesTable(row, table.name));
    return (
        <>
            <section>
                <h2>Triggers</h2>
                <ul class="refs">
                    {table.triggers.length === 0 && <li class="mut">None.</li>}
                    {table.triggers.map((trigger) => (
                        <li>
                            <details>
                                <summary class="m">{trigger.name}</summary>
                                <pre tabindex={0}>{trigger.sql}</pre>
                            </details>
                            <div class="mut">{`${readEvent(trigger)}. ${readFirstSentence(trigger.sql ?? "")}`}</div>
                        </li>
                    ))}
                </ul>
            </section>
            {views.length > 0 && (
                <section>
                    <h2>Views that read it</h2>
                    <ul class="refs">
                        {views.map((view) => (
                            <li>
                                <a href={pathOfTable(view.name)}>{view.name}</a>
                            </li>
                        ))}
                    </ul>
                </section>
            )}
        </>
    );
}

// What the comment inside a statement begins with.
function readFirstSentence(sql: string): string {
    return readOpeningComment(sql).split(/(?<=\.)\s/)[0] ?? "";
}
