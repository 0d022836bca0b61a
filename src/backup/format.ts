/** The form of backups that is written here. One with a higher number is refused: its rules are not known. */
export const formatNumber = 1;

/** The first words of a backup; the number of its form follows. */
export const firstWords = "-- SQL backup, format ";

/** Stands before the manifest, which goes to the end. */
export const manifestLine = "-- manifest:";

/** How large a statement with rows is aimed at, in bytes; a server takes five million. */
export const statementSize = 500_000;

/** What a statement of a backup is for. A restore chooses by it. */
export type Purpose =
    | "settings"
    | "begin"
    | "table"
    | "clear"
    | "rows"
    | "sequence"
    | "index"
    | "view"
    | "trigger"
    | "commit";

/** The comment before each statement, so that a restore need not parse it. */
export interface StatementNote {
    /** Length of the statement, in bytes, with its last semicolon. */
    readonly bytes: number;
    readonly does: Purpose;
    /** The object that it makes. */
    readonly name?: string;
    /** The table that it belongs to. */
    readonly table?: string;
    /** Of each row the length of its literals, in bytes: without parentheses, and without the rowid. */
    readonly rows?: readonly number[];
    /** Whether each row begins with a rowid that is not one of the columns. */
    readonly rowid?: true;
}

/** What a backup says of one table. */
export interface TableSummary {
    readonly name: string;
    readonly rows: number;
    /** Of its rows, see `createRowHash`: equal for equal rows, in whatever order they are and whatever their rowids. */
    readonly sha256: string;
}

/** What a backup says of itself, at its end. */
export interface Manifest {
    readonly format: number;
    /** Name and version of the project that wrote it. */
    readonly writtenBy: string;
    /** Version of the schema that the project documents. */
    readonly schemaVersion: string;
    /** Where it is from, without credentials. */
    readonly database: string;
    readonly startedAt: string;
    readonly endedAt: string;
    /** Highest version in each version table. */
    readonly versions: Readonly<Record<string, number>>;
    /** PRAGMA user_version; null where the server does not tell. */
    readonly userVersion: number | null;
    /** Read transactions that it was read in: always 1, or it would not be consistent. */
    readonly views: number;
    /** The tables that were asked for; null where it is everything. */
    readonly only: readonly string[] | null;
    readonly tables: readonly TableSummary[];
    readonly objects: ObjectSummary;
    /** Bytes before the manifest, uncompressed. */
    readonly bytes: number;
}

/** How many objects a backup makes. */
export interface ObjectSummary {
    readonly count: number;
    readonly sha256: string;
}

/** A statement with the comment that stands before it, as bytes. */
export function renderStatement(sql: string | readonly Buffer[], note: Omit<StatementNote, "bytes">): Buffer {
    const parts = typeof sql === "string" ? [Buffer.from(sql)] : sql;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const head = `-- ${JSON.stringify({ bytes, ...note } satisfies StatementNote)}\n`;
    return Buffer.concat([Buffer.from(head), ...parts, Buffer.from("\n")]);
}

/** The manifest as comment lines. */
export function renderManifest(manifest: Manifest): Buffer {
    const lines = JSON.stringify(manifest, null, 1).split("\n");
    return Buffer.from([manifestLine, ...lines.map((line) => `-- ${line}`), ""].join("\n"));
}
