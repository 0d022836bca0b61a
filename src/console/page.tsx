import type { Child } from "hono/jsx";
import { countOf } from "../cli/report.ts";
import { Command } from "./parts.tsx";
import { type ReadLog, renderArguments } from "./read-log.ts";
import {
    type ConsolePage,
    type ConsoleSite,
    lacksToken,
    type OpenedDatabase,
    type Screen,
    type Visit,
} from "./site.ts";

/** What stands around the body of a page. */
export interface Frame {
    readonly site: ConsoleSite;
    readonly database: OpenedDatabase;
    /** The screen that the page belongs to. */
    readonly screen?: Screen;
    readonly visit?: Visit;
    readonly log: ReadLog;
    /** ISO-8601, UTC. */
    readonly now: string;
}

/** Renders a whole page. Pure. */
export function renderShell(page: ConsolePage, frame: Frame): string {
    const { database } = frame;
    const html = (
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width" />
                <meta name="color-scheme" content="light dark" />
                <title>{`${page.title} – ${database.target.label}`}</title>
                <link rel="icon" href="/public/icon.svg" type="image/svg+xml" />
                {page.styles?.map((name) => (
                    <link rel="stylesheet" href={`/public/${name}`} />
                ))}
                <link rel="stylesheet" href="/public/style.css" />
                <script src="/public/app.js" type="module" />
                {page.scripts?.map((name) => (
                    <script src={`/public/${name}`} defer />
                ))}
            </head>
            <body class={page.isWide ? "wide" : ""}>
                <a class="skip" href="#main">
                    Skip to content
                </a>
                <Header {...frame} />
                <main id="main" class="wrap" tabindex={-1}>
                    {page.body}
                </main>
                <Foot page={page} frame={frame} />
            </body>
        </html>
    );
    return `<!doctype html>${html}`;
}

function Header({ site, database, screen, visit }: Frame): Child {
    const { target, schemaVersion, readOnlyBy } = database;
    const open = lacksToken(database) ? "no token: everybody may write" : "read-write token";
    const isRemote = target.kind === "server" && !target.local;
    const q = screen?.path === site.search?.path ? (visit?.query.get("q") ?? "") : "";
    return (
        <header class="top">
            <div>
                <span class={isRemote ? "where remote" : "where"}>{isRemote ? "REMOTE" : "LOCAL"}</span>
                <span class="db" title={target.label}>
                    {target.label}
                </span>
                <span class="mut ver">{`${schemaVersion}, ${readOnlyBy === undefined ? open : "read-only"}`}</span>
                {site.search && <Search {...site.search} words={q} />}
            </div>
            <nav aria-label="Screens">
                <ul>
                    {site.screens.map(({ label, path }) => (
                        <li>
                            <a href={path} aria-current={path === screen?.path ? "page" : undefined}>
                                {label}
                            </a>
                        </li>
                    ))}
                </ul>
            </nav>
        </header>
    );
}

function Search(props: { readonly path: string; readonly label: string; readonly words: string }): Child {
    const { path, label, words } = props;
    return (
        <search>
            <form action={path}>
                <label class="vh" for="q">
                    {label}
                </label>
                <input id="q" name="q" type="search" value={words} placeholder={label} autocomplete="off" />
                <span class="key" aria-hidden="true">
                    /
                </span>
            </form>
        </search>
    );
}

function Foot({ page, frame }: { page: ConsolePage; frame: Frame }): Child {
    const { log, now, visit } = frame;
    const address = visit && `${visit.path}${visit.query.size > 0 ? `?${visit.query}` : ""}`;
    const other = (form: string): string => {
        const query = new URLSearchParams(visit?.query);
        query.set("as", form);
        return `${visit?.path}?${query}`;
    };
    return (
        <footer class="wrap">
            <div class="foot">
                <Statements log={log} />
                <p>
                    {describeLog(log)} As of {now.slice(0, 19).replace("T", " ")} UTC.{" "}
                    {address && <a href={address}>Reload</a>}
                    {page.document !== undefined && (
                        <>
                            {" "}
                            <a href={other("json")}>JSON</a>
                        </>
                    )}
                    {page.rows !== undefined && (
                        <>
                            {" "}
                            <a href={other("csv")}>CSV</a>
                        </>
                    )}
                </p>
            </div>
        </footer>
    );
}

/** So many characters of SQL are shown; what more there is, is counted. */
const mostShown = 30_000;

function Statements({ log: { statements } }: { readonly log: ReadLog }): Child {
    if (statements.length === 0) return null;
    let length = 0;
    const shown = statements.filter((statement, at) => {
        length += statement.sql.length + renderArguments(statement).length;
        return at === 0 || length <= mostShown;
    });
    const more = statements.length - shown.length;
    return (
        <details>
            <summary>Show SQL</summary>
            {shown.map(({ sql, args, rows }) => (
                <pre tabindex={0}>
                    {sql.trim()}
                    {"\n"}
                    {args.length > 0 && <span class="mut">{`-- ${renderArguments({ args })}\n`}</span>}
                    <span class="mut">{rows === undefined ? "-- failed" : `-- ${countOf(rows, "row")}`}</span>
                </pre>
            ))}
            {more > 0 && <p>{`and ${countOf(more, "more statement")}`}</p>}
        </details>
    );
}

function describeLog({ requests, statements, milliseconds, rowsRead }: ReadLog): string {
    if (requests === 0) return "The database was not asked.";
    const count = countOf(statements.length, "statement");
    const where = requests === 1 ? "one transaction" : countOf(requests, "transaction");
    const parts = [
        countOf(requests, "request"),
        ...(statements.length > 1 ? [`${count} in ${where}`] : statements.map(() => count)),
    ];
    const read = rowsRead === undefined ? "" : ` ${rowsRead.toLocaleString("en-US")} rows read.`;
    return `${parts.join(", ")}. ${Math.round(milliseconds).toLocaleString("en-US")} ms.${read}`;
}

/** The body of a page that could not be made. `hint` may hold a command in backticks. */
export function ErrorBody({
    message,
    details,
    hint,
}: {
    readonly message: string;
    readonly details: readonly string[];
    readonly hint: string | undefined;
}): Child {
    const command = /`(pnpm [^`]+)`/.exec(hint ?? "")?.[1];
    return (
        <>
            <h1>
                <span class="s bad">{capitalize(message)}</span>
            </h1>
            {hint !== undefined && <p class="lead">{`${capitalize(hint.replaceAll("`", ""))}.`}</p>}
            {command !== undefined && (
                <div class="mt2">
                    <Command text={command} />
                </div>
            )}
            {details.length > 0 && (
                <section>
                    <h2>Details</h2>
                    <pre tabindex={0}>{details.join("\n")}</pre>
                </section>
            )}
        </>
    );
}

/** The body of an address that leads nowhere. */
export function NotFoundBody({ path }: { readonly path: string }): Child {
    return (
        <>
            <h1>There is no such page</h1>
            <p class="lead">
                {path} leads nowhere. Begin at <a href="/">the state of the database</a>.
            </p>
        </>
    );
}

function capitalize(text: string): string {
    return text.slice(0, 1).toUpperCase() + text.slice(1);
}
