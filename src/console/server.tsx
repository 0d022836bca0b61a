import { Hono } from "hono";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { isAbsent } from "../database/file/faults.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import { renderCsv, renderJson } from "./forms.ts";
import { guard, isOwnRequest } from "./guard.ts";
import { ErrorBody, NotFoundBody, renderShell } from "./page.tsx";
import { readPublicFile } from "./public.ts";
import { type ReadLog, record, startReadLog } from "./read-log.ts";
import type { ConsoleMemory, ConsolePage, ConsoleSite, OpenedDatabase, Route, Screen, Visit } from "./site.ts";

export interface ConsoleOptions {
    readonly root: string;
    readonly site: ConsoleSite;
    readonly database: OpenedDatabase;
    /** Makes a connection for one page. @param limit how long an answer may take, in milliseconds */
    readonly connect: (signal: AbortSignal, limit?: number) => Connection;
    readonly getPort: () => number;
    /** Aborted when the console ends. */
    readonly signal: AbortSignal;
    /** How long a page waits for what takes long, in milliseconds, before it says so. */
    readonly patience: number;
    /** Removes secrets from what is shown of an error. */
    readonly redact: (text: string) => string;
    /** ISO-8601, UTC. */
    readonly now: () => string;
}

/** Makes the console's web application. It holds no socket; nothing is read before a page is asked for. */
export function createConsole(options: ConsoleOptions): Hono {
    const app = new Hono({ strict: false });
    const memory: ConsoleMemory = {};
    app.use(guard(options.getPort));
    app.get("/public/:name", async (context) => {
        const file = await readPublicFile(context.req.param("name"));
        return file ? context.body(file.body, 200, { "content-type": file.type }) : context.notFound();
    });
    app.get("/favicon.ico", (context) => context.redirect("/public/icon.svg", 301));
    for (const screen of options.site.screens) {
        for (const route of screen.routes) serve(app, options, memory, screen, route);
    }
    // What a page fails at while it is rendered.
    app.onError((error, context) => {
        const page = toErrorPage(error, options);
        return context.html(
            renderShell(page, { ...describe(options), log: startReadLog(), now: options.now() }),
            page.status,
        );
    });
    app.notFound((context) => {
        const page = { title: "Not found", status: 404, body: <NotFoundBody path={context.req.path} /> } as const;
        return context.html(renderShell(page, { ...describe(options), log: startReadLog(), now: options.now() }), 404);
    });
    return app;
}

function serve(
    app: Hono,
    options: ConsoleOptions,
    memory: ConsoleMemory,
    screen: Screen,
    { pattern, show }: Route,
): void {
    app.get(pattern, async (context) => {
        const log = startReadLog();
        const { pathname: path, searchParams: query } = new URL(context.req.url);
        const request = { path, query, parameters: context.req.param() as Record<string, string> };
        const isOwn = isOwnRequest((name) => context.req.header(name));
        const now = options.now();
        let visit: Visit | undefined;
        // A token that has expired is refused when the visit begins.
        const start = async (): Promise<ConsolePage> => {
            visit = startVisit(options, log, context.req.raw.signal, { ...request, isOwn, memory, now });
            return show(visit);
        };
        const page = await start().catch((error: unknown) => toErrorPage(error, options));
        const { status = 200, file, document, rows, columns } = page;
        if (file) {
            const disposition = `attachment; filename="${file.name}"`;
            return context.body(file.text, status, { "content-type": file.type, "content-disposition": disposition });
        }
        const form = query.get("as");
        if (form === "json" && document !== undefined)
            return context.body(renderJson(document), status, { "content-type": "application/json" });
        if (form === "csv" && rows !== undefined)
            return context.body(renderCsv(rows, columns), status, { "content-type": "text/csv; charset=utf-8" });
        const frame = { ...describe(options), screen, ...(visit && { visit }), log, now };
        if (page.next) context.header("refresh", `${page.next.afterSeconds}; url=${page.next.path}`);
        return context.html(renderShell(page, frame), status);
    });
}

function describe({ site, database }: ConsoleOptions): { site: ConsoleSite; database: OpenedDatabase } {
    return { site, database };
}

type Request = Pick<Visit, "path" | "query" | "parameters" | "isOwn" | "memory" | "now">;

function startVisit(options: ConsoleOptions, log: ReadLog, signal: AbortSignal, request: Request): Visit {
    const { root, site, database, patience } = options;
    const connect = (limit?: number): Connection => record(options.connect(signal, limit), log);
    const { target } = database;
    const isMissing = target.kind === "file" && isAbsent(target.path);
    const connection = isMissing ? undefined : connect();
    const getConnection = (): Connection => {
        if (connection) return connection;
        throw new AppError("usage", `${target.label} does not exist`, { hint: "create it with `pnpm db:migrate`" });
    };
    return {
        ...request,
        root,
        site,
        database,
        patience,
        connection,
        getConnection,
        getLastingConnection: () => {
            getConnection();
            return record(options.connect(options.signal), log);
        },
        connect,
    };
}

function toErrorPage(
    error: unknown,
    { database, redact }: ConsoleOptions,
): ConsolePage & Required<Pick<ConsolePage, "status">> {
    const known = error instanceof DatabaseFault ? explainFault(error, database.target) : error;
    // A mistake of this program must not show its source.
    const shown =
        known instanceof AppError
            ? known
            : new AppError("server-fault", "the page could not be made", {
                  details: [error instanceof Error ? error.message : String(error)],
                  hint: "reload it; if that does not help, report it with the lines above",
              });
    const { message, hint, code, details, outcome = null } = shown;
    const remedy = hint === undefined ? null : redact(hint);
    // As the commands print it with --json.
    const document = {
        error: { code, message: redact(message), details: details.map(redact), hint: remedy, outcome },
    };
    const body = (
        <ErrorBody
            message={redact(message)}
            details={details.map(redact)}
            hint={hint === undefined ? undefined : redact(hint)}
        />
    );
    return { title: "Error", body, document, status: toStatus(known) };
}

// 400: the request is to blame; 503: the database cannot be asked now; 500: a mistake of this program.
function toStatus(error: unknown): 400 | 500 | 503 {
    if (!(error instanceof AppError)) return 500;
    return askers.includes(error.code) ? 400 : 503;
}

const askers: readonly ErrorCode[] = ["usage", "sql", "constraint"];
