import type { Child } from "hono/jsx";
import type { Query, ReadResult, Row } from "../../database/connection.ts";
import { readOpeningComment } from "../../documents/facts.ts";
import { listViewColumns } from "../../documents/objects.ts";
import type { SchemaRow } from "../../schema/row.ts";
import { tokenize } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import { writeName } from "../../sql/quoting.ts";
import { Command, Empty, Heading, State } from "../parts.tsx";
import { RowTable, takeColumns } from "../row-table.tsx";
import type { ConsolePage, Visit } from "../site.ts";
import { linkSql } from "../sql/example.ts";
import { judgeProgram, judgingQueries, readJudged } from "../sql/judge.ts";
import { readProgram } from "../sql/program.ts";
import type { FileFacts, LiveSchema } from "./facts.ts";
import { pathOfTable } from "./links.ts";
import type { ReadTables } from "./read.ts";

const shownRows = 50;

/**
 * The page of a view; undefined where there is none of that name. Its rows are read on a click: they have no key.
 *
 * @param read the schema, and the results of planView()
 */
export async function showView(
    visit: Visit,
    name: string,
    { schema, results }: ReadTables,
): Promise<ConsolePage | undefined> {
    const view = findView(schema, name);
    if (!view) return undefined;
    const columns = listViewColumns({ sql: view.sql });
    const sql = renderFirstRows(view.name);
    const read = isAskedFor(visit) ? await readView(visit, sql, results) : undefined;
    const comment = readOpeningComment(view.sql ?? "");
    return {
        title: view.name,
        document: { name: view.name, comment, columns, sql: view.sql, ...(read?.rows ? { rows: read.rows } : {}) },
        ...(read?.rows ? { rows: read.rows, columns: read.columns } : {}),
        body: (
            <>
                <p class="crumb">
                    <a href="/tables">Tables</a>
                </p>
                <h1>{view.name}</h1>
                <p class="lead">{comment || "The statement that made this view has no comment."}</p>
                <section>
                    <Heading title="Columns" note={columns.length} />
                    <p class="m">{columns.join(", ")}</p>
                </section>
                <section>
                    <Heading title="The statement that made it" />
                    <pre tabindex={0}>{view.sql}</pre>
                </section>
                <section id="rows">
                    <Heading title="First rows" />
                    {read === undefined && (
                        <Empty>
                            <a href={`${pathOfTable(view.name, { show: "1" })}#rows`}>{`Show ${shownRows} rows`}</a>
                            {": a view has no key, and reads what its statement reads. "}
                            <a href={linkSql(sql)}>Open it in the SQL box</a> to see its plan.
                        </Empty>
                    )}
                    {read?.problem !== undefined && <Empty>{read.problem}</Empty>}
                    {read?.rows?.length === 0 && <Empty>It gives no rows now.</Empty>}
                    {read?.rows && read.rows.length > 0 && (
                        <RowTable caption={`Rows of ${view.name}`} columns={read.columns} rows={read.rows} isFolded />
                    )}
                </section>
            </>
        ),
    };
}

// A view may read a column that is never shown: its program is judged first, as that of any statement.
async function readView(visit: Visit, sql: string, [program, ...facts]: readonly ReadResult[]): Promise<ReadView> {
    if (!program?.ok) return { columns: [], problem: `The view cannot be read: ${program?.message ?? "no answer"}.` };
    const problem = judgeProgram(readProgram(program.rows), tokenize(sql), readJudged(facts), visit.site.masked);
    if (problem) return { columns: [], problem: `Its rows are not shown: ${problem.problem}.` };
    const [result] = await visit.getConnection().readAll([{ sql }]);
    return result?.ok
        ? { rows: result.rows, columns: takeColumns(result) }
        : { columns: [], problem: `The view cannot be read: ${result?.message ?? "no answer"}.` };
}

interface ReadView {
    readonly rows?: readonly Row[];
    readonly columns: readonly string[];
    readonly problem?: string;
}

/** The queries that the page of a view needs besides the schema: none before its rows are asked for. */
export function planView(visit: Visit, name: string, schema: LiveSchema): readonly Query[] {
    const view = findView(schema, name);
    return view && isAskedFor(visit) ? [{ sql: `EXPLAIN ${renderFirstRows(view.name)}` }, ...judgingQueries] : [];
}

function findView({ rows }: LiveSchema, name: string): SchemaRow | undefined {
    return rows.find((row) => row.type === "view" && isSameName(row.name, name));
}

function isAskedFor({ query, isOwn }: Visit): boolean {
    return query.has("show") && isOwn;
}

function renderFirstRows(view: string): string {
    return `SELECT * FROM ${writeName(view)} LIMIT ${shownRows}`;
}

/** The body of a page for a table that is not there. */
export function MissingTable({ name }: { readonly name: string }): Child {
    return (
        <>
            <p class="crumb">
                <a href="/tables">Tables</a>
            </p>
            <h1>{`There is no table or view ${name}`}</h1>
            <p class="lead">
                It may have another name, or come with a migration that is pending: the command lists those. All that
                there are stand under <a href="/tables">Tables</a>.
            </p>
            <div class="mt2">
                <Command text="pnpm db:status" />
            </div>
        </>
    );
}

/** Says that the files could not be read, and what a page lacks for it. */
export function UnreadFiles({ files: { problem } }: { readonly files: FileFacts }): Child {
    if (problem === undefined) return null;
    return (
        <p class="mt">
            <State mark="warn">The files of the project could not be read</State>
            {`: ${problem}. Which queries an index serves, and which file made the table, is not known.`}
        </p>
    );
}
