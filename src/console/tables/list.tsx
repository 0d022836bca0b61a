import type { Child } from "hono/jsx";
import { type DocumentedObject, readOpeningComment } from "../../documents/facts.ts";
import { firstSentence } from "../../documents/lists.ts";
import { listViewColumns } from "../../documents/objects.ts";
import type { SchemaRow } from "../../schema/row.ts";
import type { Table } from "../../schema/table.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import { writeName } from "../../sql/quoting.ts";
import { DataTable, Empty, Heading, showNumber } from "../parts.tsx";
import type { ConsolePage, ConsoleSite, Visit } from "../site.ts";
import { pathOfTable } from "./links.ts";
import { readWithSchema } from "./read.ts";

interface Group {
    readonly title: string;
    readonly note?: string;
    readonly tables: readonly Table[];
}

/** `/tables`: all tables and views, with what one row is. */
export async function showTables(visit: Visit): Promise<ConsolePage> {
    const isCounted = visit.query.has("count") && visit.isOwn;
    const { schema, results } = await readWithSchema(visit, ({ tables }) =>
        isCounted
            ? tables.filter(isListed).map(({ name }) => ({ sql: `SELECT count(*) AS counted FROM ${writeName(name)}` }))
            : [],
    );
    const tables = schema.tables.filter(isListed);
    const counts = new Map(
        tables.flatMap(({ name }, at) => {
            const result = results[at];
            return result?.ok ? [[name, Number(result.rows[0]?.counted)] as const] : [];
        }),
    );
    const views = schema.rows.filter(({ type }) => type === "view");
    const groups = groupTables(tables, visit.site);
    const total = tables.filter(({ isBookkeeping }) => !isBookkeeping).length;
    return {
        title: "Tables",
        document: {
            tables: tables.map((table) => ({
                ...describe(table),
                ...(counts.has(table.name) ? { rows: counts.get(table.name) } : {}),
            })),
            views: views.map((view) => ({ name: view.name, comment: readOpeningComment(view.sql ?? "") })),
        },
        body: (
            <>
                <h1>{`${total} tables, ${views.length} views`}</h1>
                <p class="lead">
                    What one row is stands in the database itself, as the comment in each CREATE TABLE.{" "}
                    {isCounted ? (
                        "Counting reads every table once."
                    ) : (
                        <a href="/tables?count=1">Count the rows: reads every table</a>
                    )}
                </p>
                {tables.length === 0 && (
                    <section>
                        <Empty>There are no tables yet. Create them with pnpm db:migrate.</Empty>
                    </section>
                )}
                {groups.map((group) => (
                    <GroupTable group={group} counts={isCounted ? counts : undefined} />
                ))}
                {views.length > 0 && <Views views={views} />}
            </>
        ),
    };
}

function isListed({ isShadow }: Table): boolean {
    return !isShadow;
}

function describe(table: Table): { name: string; comment: string; columns: number; indexes: number } {
    const { name, columns, indexes, sql } = table;
    return { name, comment: readTableDefinition(sql).comment, columns: columns.length, indexes: indexes.length };
}

function groupTables(tables: readonly Table[], { documents }: ConsoleSite): Group[] {
    const named = documents.categories.map((category) => ({
        title: category.name,
        tables: category.tables.flatMap((name) => tables.find((table) => table.name === name) ?? []),
    }));
    const known = new Set(named.flatMap((group) => group.tables));
    const others = tables.filter((table) => !known.has(table));
    return [
        ...named,
        { title: "Optional sets", note: "and what is in no category", tables: others.filter((t) => !t.isBookkeeping) },
        {
            title: "Bookkeeping",
            note: "holds no data of the application",
            tables: others.filter((t) => t.isBookkeeping),
        },
    ].filter((group) => group.tables.length > 0);
}

function GroupTable({
    group,
    counts,
}: {
    readonly group: Group;
    readonly counts: ReadonlyMap<string, number> | undefined;
}): Child {
    const heads = [{ title: "Table" }, { title: "One row is" }, ...(counts ? [{ title: "Rows", isNumber: true }] : [])];
    return (
        <section>
            <Heading title={group.title} note={group.note} />
            <DataTable
                caption={group.title}
                isStacked
                kind="tables"
                columns={[...heads, { title: "Columns", isNumber: true }, { title: "Indexes", isNumber: true }]}
            >
                {group.tables.map((table) => {
                    const { name, comment, columns, indexes } = describe(table);
                    return (
                        <tr>
                            <th scope="row" class="m">
                                <a href={pathOfTable(name)}>{name}</a>
                            </th>
                            <td class="w">{firstSentence(comment).replace(/^One row is /, "") || <NoComment />}</td>
                            {counts && (
                                <td class="n" data-l="rows">
                                    {showNumber(counts.get(name))}
                                </td>
                            )}
                            <td class="n" data-l="columns">
                                {columns}
                            </td>
                            <td class="n" data-l="indexes">
                                {indexes}
                            </td>
                        </tr>
                    );
                })}
            </DataTable>
        </section>
    );
}

function NoComment(): Child {
    return <span class="null">no comment</span>;
}

function Views({ views }: { readonly views: readonly SchemaRow[] }): Child {
    return (
        <section>
            <Heading title="Views" />
            <DataTable
                caption="Views"
                isStacked
                kind="tables"
                columns={[{ title: "View" }, { title: "One row is" }, { title: "Columns", isNumber: true }]}
            >
                {views.map((view) => (
                    <tr>
                        <th scope="row" class="m">
                            <a href={pathOfTable(view.name)}>{view.name}</a>
                        </th>
                        <td class="w">
                            {firstSentence(readOpeningComment(view.sql ?? "")).replace(/^One row is /, "") || (
                                <NoComment />
                            )}
                        </td>
                        <td class="n" data-l="columns">
                            {listViewColumns(view as DocumentedObject).length}
                        </td>
                    </tr>
                ))}
            </DataTable>
        </section>
    );
}
