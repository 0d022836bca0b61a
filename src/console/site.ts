import type { Child } from "hono/jsx";
import type { Connection, Row } from "../database/connection.ts";
import type { DatabaseFault } from "../database/faults.ts";
import type { Target } from "../database/target.ts";
import type { Examined } from "../doctor/examine.ts";
import type { DocumentSite } from "../documents/site.ts";
import type { GrowthReading } from "./growth/figures.ts";
import type { LatencyReading } from "./growth/latency.ts";
import type { MaskedColumn } from "./masked.ts";
import type { FileFacts, LiveSchema } from "./tables/facts.ts";

/** What only a project knows of its console. */
export interface ConsoleSite {
    readonly documents: DocumentSite;
    /** In the order of the header. */
    readonly screens: readonly Screen[];
    /** Columns that are never read. */
    readonly masked: readonly MaskedColumn[];
    /** Where the search of the header leads, and what it searches for; the header has none without it. */
    readonly search?: { readonly path: string; readonly label: string };
    /** The page of a row; undefined for the page that every row has. */
    readonly pathOf: (table: string, key: string) => string | undefined;
}

/** An entry of the header, with the pages below it. */
export interface Screen {
    readonly label: string;
    /** `/work`; of its own page, and the beginning of its others. */
    readonly path: string;
    readonly routes: readonly Route[];
}

export interface Route {
    /** As Hono writes it: `/tables/:name`. */
    readonly pattern: string;
    /**
     * Reads, and renders what was read.
     *
     * @throws AppError, DatabaseFault: shown as a page with the remedy
     */
    readonly show: (visit: Visit) => Promise<ConsolePage>;
}

/** What a page is made of. */
export interface ConsolePage {
    /** For the window's title. */
    readonly title: string;
    readonly body: Child;
    /** What the page gives with `?as=json`; every page of data has it. */
    readonly document?: unknown;
    /** What it gives with `?as=csv`. */
    readonly rows?: readonly Row[];
    /** Names of the columns of `rows`, in order; undefined for those of the first row. */
    readonly columns?: readonly string[];
    /** Files of public/ that this page alone loads, in this order; without them it shows its data too. */
    readonly scripts?: readonly string[];
    readonly styles?: readonly string[];
    /** Uses the whole width of the window. */
    readonly isWide?: boolean;
    readonly status?: 200 | 400 | 404 | 500 | 503;
    /** Loads another page by itself, for one that is being made. */
    readonly next?: { readonly path: string; readonly afterSeconds: number };
    /** A file to save instead of a page. */
    readonly file?: { readonly name: string; readonly type: string; readonly text: string };
}

/** One request for a page. */
export interface Visit {
    readonly root: string;
    readonly site: ConsoleSite;
    readonly database: OpenedDatabase;
    /** As in the address. */
    readonly path: string;
    readonly query: URLSearchParams;
    /** The parts of the path that the pattern names. */
    readonly parameters: Readonly<Record<string, string>>;
    /** The database; what is read is listed at the end of the page. Undefined for a file that does not exist. */
    readonly connection: Connection | undefined;
    /** Like `connection`, but throws AppError `usage` when the file does not exist. */
    readonly getConnection: () => Connection;
    /** A database connection of its own whose queries end after so many milliseconds; listed too. */
    readonly connect: (limit: number) => Connection;
    /** Like `getConnection`, but its queries go on after the visitor has left. */
    readonly getLastingConnection: () => Connection;
    /** Whether the request comes from a page of this console: a link elsewhere never runs SQL or a costly check. */
    readonly isOwn: boolean;
    /** ISO-8601, UTC. */
    readonly now: string;
    /** How long the page waits for what takes long, in milliseconds, before it says so. */
    readonly patience: number;
    /** What earlier pages found out, since the console was started. */
    readonly memory: ConsoleMemory;
}

export interface ConsoleMemory {
    /** The last examination of the database's health. */
    examination?: {
        readonly at: string;
        readonly examined: readonly Examined[];
        readonly damage: DatabaseFault | undefined;
        readonly isDeep: boolean;
    };
    /** An examination that is not over, or whose end no page has seen yet. */
    examining?: { readonly since: string; readonly end: Promise<void> };
    /** What it found, in a few words. */
    findings?: { readonly at: string; readonly summary: string; readonly mark: "ok" | "warn" | "bad" };
    growth?: GrowthReading;
    latency?: LatencyReading;
    /** As the last page read it: queries are made for it before it is read again. */
    schema?: LiveSchema;
    /** What the files of the project led to, and when they were read, in milliseconds. */
    files?: { readonly at: number; readonly facts: Promise<FileFacts> };
}

/** The database that is shown. */
export interface OpenedDatabase {
    readonly target: Target;
    /** What keeps it from being written to; undefined where nothing does: then no SQL of the user may run. */
    readonly readOnlyBy: string | undefined;
    /** Sentences about the origin of the address, and what should be done about a token. */
    readonly notes: readonly string[];
    /** The version of the documents, from package.json. */
    readonly schemaVersion: string;
}

/** Whether a server was given no token, and so may let everybody write. */
export function lacksToken({ target }: Pick<OpenedDatabase, "target">): boolean {
    return target.kind === "server" && target.authToken === undefined;
}
