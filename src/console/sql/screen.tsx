import type { Child } from "hono/jsx";
import { DatabaseFault } from "../../database/faults.ts";
import { openScratch } from "../../database/file/connection.ts";
import { AppError } from "../../errors.ts";
import { findMissingIndex } from "../../explain/advice.ts";
import { findPlannedTable } from "../../explain/explain.ts";
import { type DocumentedQuery, readQueries } from "../../queries/files.ts";
import type { Table } from "../../schema/table.ts";
import { tokenize } from "../../sql/lexer.ts";
import { readFact } from "../../sql/statement-facts.ts";
import { splitStatements } from "../../sql/statements.ts";
import { Command, Empty, Heading, State, showNumber } from "../parts.tsx";
import { RowTable } from "../row-table.tsx";
import { type ConsolePage, lacksToken, type Screen, type Visit } from "../site.ts";
import { linkQuery, renderExampleQuery } from "./example.ts";
import { SqlPlan } from "./plan.tsx";
import { explainEnd, mostRows, type RanStatement, runAsked, runLimit, type SqlOutcome } from "./run.ts";
import { type AskedStatement, readAsked } from "./statement.ts";

/** How long a statement may be: it travels in the address. */
const longest = 8_000;

/** The box for one statement that reads. It runs only what a page of the console asked for: a link fills it. */
export const sqlScreen: Screen = { label: "SQL", path: "/sql", routes: [{ pattern: "/sql", show: showSql }] };

async function showSql(visit: Visit): Promise<ConsolePage> {
    const { query, database, isOwn } = visit;
    if (database.readOnlyBy === undefined)
        return { title: "SQL", body: <Absent isOpen={lacksToken(database)} />, document: { isOff: true } };
    const sql = query.get("sql") ?? (await readExample(visit));
    const isPlanned = query.has("explain");
    const isAsked = isPlanned || query.has("run");
    if (!isAsked || !isOwn || sql.trim() === "") {
        const note = isAsked && !isOwn ? "Nothing was run: the address came from elsewhere." : undefined;
        const examples = sql.trim() === "" ? await listExamples(visit) : [];
        const body = (
            <>
                <Head visit={visit} />
                <Form sql={sql} note={note} />
                {examples.length > 0 && <Examples queries={examples} />}
            </>
        );
        return { title: "SQL", body, document: { sql, ran: false } };
    }
    const started = await attempt(visit, sql, isPlanned);
    if ("error" in started) {
        const { message, hint } = started.error;
        const body = (
            <>
                <Head visit={visit} />
                <Form sql={sql} />
                <Refusal problem={message} remedy={hint === undefined ? "" : toSentence(hint)} />
            </>
        );
        return { title: "SQL", status: 400, body, document: { sql, error: { message, hint } } };
    }
    return renderOutcome(visit, sql, started.asked, started.outcome);
}

type Attempt = { readonly error: AppError } | { readonly asked: AskedStatement; readonly outcome: SqlOutcome };

async function attempt(visit: Visit, sql: string, isPlanned: boolean): Promise<Attempt> {
    try {
        visit.getConnection();
        const asked = readAsked(sql, isPlanned);
        return { asked, outcome: await runAsked(visit, asked, isPlanned) };
    } catch (error) {
        const end = error instanceof DatabaseFault ? explainEnd(error) : undefined;
        if (end) return { error: new AppError("sql", end.problem, { hint: end.remedy }) };
        if (error instanceof AppError && (error.code === "sql" || error.code === "usage")) return { error };
        throw error;
    }
}

async function renderOutcome(
    visit: Visit,
    sql: string,
    asked: AskedStatement,
    outcome: SqlOutcome,
): Promise<ConsolePage> {
    const { plan, planRows, indexes, refusal, ran, database } = outcome;
    const schema = { rows: database.schema, tables: database.tables };
    const find = (source: string): Table | undefined => findPlannedTable(source, asked.tokens, schema);
    const advice = plan && asked.kind === "query" ? await adviseOn(asked, plan, find, outcome) : undefined;
    return {
        title: "SQL",
        status: refusal ? 400 : 200,
        document: {
            ...{ sql, plan: planRows.map(({ detail }) => detail), indexes },
            ...(refusal ? { error: { message: refusal.problem, hint: refusal.remedy } } : {}),
            ...(ran ? { ...ran, milliseconds: Number(ran.milliseconds.toFixed(1)) } : {}),
        },
        ...(ran ? { rows: ran.rows, columns: ran.columns } : {}),
        body: (
            <>
                <Head visit={visit} />
                <Form sql={sql} />
                {refusal && <Refusal {...refusal} />}
                {ran && <Figures ran={ran} indexes={plan ? indexes.length : undefined} />}
                {plan && (
                    <SqlPlan
                        plan={plan}
                        rows={planRows}
                        advice={advice}
                        nameOf={(source) => find(source)?.name ?? source}
                    />
                )}
                {ran && <Result ran={ran} />}
            </>
        ),
    };
}

async function adviseOn(
    asked: AskedStatement,
    plan: NonNullable<SqlOutcome["plan"]>,
    findTable: (source: string) => Table | undefined,
    { database }: SqlOutcome,
): Promise<string | undefined> {
    const explained = { query: undefined, sql: asked.sql, tokens: asked.tokens, parameters: [], writes: false };
    const scratch = openScratch();
    return findMissingIndex({ explained, plan, findTable }, database.schema, scratch).finally(() => scratch.close());
}

function Head({ visit }: { readonly visit: Visit }): Child {
    const guard = visit.database.readOnlyBy ?? "";
    return (
        <>
            <h1>SQL</h1>
            <p class="lead">
                {`One SELECT, WITH, VALUES or EXPLAIN. The connection is ${guard}; a statement is stopped after ${runLimit / 1_000} s and gives ${mostRows} rows at most. `}
                <a href="/tables">Tables and columns</a>
            </p>
        </>
    );
}

function Form({ sql, note }: { readonly sql: string; readonly note?: string | undefined }): Child {
    return (
        <section>
            <form action="/sql" class="sql">
                <label class="vh" for="sql">
                    Statement
                </label>
                <textarea id="sql" name="sql" rows={12} maxlength={longest} spellcheck={false} autocomplete="off">
                    {/* HTML drops the first line break of a box. */}
                    {`\n${sql}`}
                </textarea>
                <div class="bar2">
                    <button type="submit" class="go" name="run" value="1">
                        Run
                    </button>
                    <button type="submit" name="explain" value="1">
                        Explain
                    </button>
                    <span class="mut sm">{note ?? "Ctrl+Enter or Cmd+Enter runs. Tab leaves the box."}</span>
                </div>
            </form>
        </section>
    );
}

function Refusal({ problem, remedy }: { readonly problem: string; readonly remedy: string }): Child {
    return (
        <section>
            <h2>
                <State mark="bad">{`No rows: ${problem}`}</State>
            </h2>
            <p class="lead">{remedy}</p>
        </section>
    );
}

function Figures({ ran, indexes }: { readonly ran: RanStatement; readonly indexes: number | undefined }): Child {
    const { rows, isCut, milliseconds, rowsRead } = ran;
    const figures: [string, string][] = [
        ["Rows", isCut ? `${showNumber(rows.length)}, cut` : showNumber(rows.length)],
        ["Time, connection included", `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`],
        ["Rows read", rowsRead === undefined ? "not counted" : showNumber(rowsRead)],
        ["Indexes used", indexes === undefined ? "see the rows" : showNumber(indexes)],
    ];
    return (
        <section>
            <div class="figs">
                {figures.map(([label, value]) => (
                    <div>
                        <div class="mut sm">{label}</div>
                        <div class="big">{value}</div>
                    </div>
                ))}
            </div>
        </section>
    );
}

function Result({ ran }: { readonly ran: RanStatement }): Child {
    const { rows, columns, isCut } = ran;
    return (
        <section>
            <Heading
                title="Result"
                note={
                    isCut
                        ? `the first ${mostRows} rows; there are more: narrow it, or go on from the last key`
                        : undefined
                }
            />
            {rows.length === 0 ? (
                <Empty>{`No row meets the conditions. The columns would be ${columns.join(", ")}.`}</Empty>
            ) : (
                <RowTable caption="Result" columns={columns} rows={rows} isFolded />
            )}
        </section>
    );
}

function Absent({ isOpen }: { readonly isOpen: boolean }): Child {
    if (isOpen)
        return (
            <>
                <h1>
                    <State mark="off">SQL is off: no token, everybody may write</State>
                </h1>
                <p class="lead">
                    A read transaction does not keep a server from writing, so statements run here only with a token
                    that says read-only. Start the server so that it demands tokens, set TURSO_DATABASE_URL_RO and
                    TURSO_AUTH_TOKEN_RO to the read-only pair that it writes, and start the console again. All other
                    screens work without it.
                </p>
                <div class="mt2">
                    <Command text="pnpm db:server --auth" />
                </div>
            </>
        );
    return (
        <>
            <h1>
                <State mark="off">SQL is off: the token may write</State>
            </h1>
            <p class="lead">
                A read transaction does not keep a server from writing, so statements run here only with a token that
                says read-only. Make one, set TURSO_AUTH_TOKEN_RO to it, and start the console again. All other screens
                work without it.
            </p>
            <div class="mt2">
                <Command text="turso db tokens create <database> --read-only" />
            </div>
        </>
    );
}

type Example = Pick<DocumentedQuery, "name" | "title">;

// The documented query that the address names, with its example values.
async function readExample({ root, query }: Visit): Promise<string> {
    const name = query.get("query");
    const found = name === null ? undefined : (await readQueries(root)).find((one) => one.name === name);
    return found ? `${renderExampleQuery(found).trim()};` : "";
}

// From the files: nothing is asked of the database.
async function listExamples({ root, site }: Visit): Promise<readonly Example[]> {
    const queries = await readQueries(root);
    const essential = queries.filter(({ name }) => site.documents.essential.includes(name));
    return essential.filter(({ sql }) => {
        const [statement] = splitStatements(sql, tokenize(sql));
        return statement !== undefined && readFact(statement).does !== "write";
    });
}

function Examples({ queries }: { readonly queries: readonly Example[] }): Child {
    return (
        <section>
            <Heading title="Documented queries" note="a click fills the box" />
            <dl>
                {queries.map(({ name, title }) => (
                    <>
                        <dt>
                            <a href={linkQuery(name)}>{name}</a>
                        </dt>
                        <dd>{title}</dd>
                    </>
                ))}
            </dl>
        </section>
    );
}

function toSentence(text: string): string {
    return `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}
