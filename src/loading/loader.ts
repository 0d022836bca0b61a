import type { ZodType } from "zod";
import type { Argument, Query, Row } from "../database/connection.ts";

/** How a field of a record becomes the value of a column. */
export type FieldKind = "text" | "integer" | "json" | "time";

/** A record of a source, with its place. */
export interface SourceRecord {
    /** Path of the file as the user gave it. */
    readonly file: string;
    /** Index in an array, or the key in an object; empty where the file is the record. */
    readonly position: string;
    readonly value: unknown;
    /** Fields that are missing in the source and were derived by complete(). */
    readonly derived?: readonly string[];
}

/** A record as find() gives it, which does not know its file. */
export type FoundRecord = Omit<SourceRecord, "file">;

/** Column values by SQL name. A column that the record does not mention is missing, and keeps its value. */
export type ColumnValues = Readonly<Record<string, Argument>>;

/** A record that cannot be loaded. `code` is stable; the message is for people. */
export interface Rejection {
    readonly file: string;
    readonly position: string;
    readonly code: string;
    readonly message: string;
    readonly record: unknown;
}

/** How the records of one table are found, validated and compared. Each is one file in seeds/. */
export interface Loader {
    /** As the summary and --json name it. */
    readonly name: string;
    readonly table: string;
    /** Fields of a record by their camelCase name; the column is the same name in snake_case. */
    readonly fields: Readonly<Record<string, FieldKind>>;
    /** Columns that identify a row. */
    readonly key: readonly string[];
    /** Column with the time of the last change of content; without it, an existing row changes by --force only. */
    readonly changedAt?: string;
    /** Columns that are not compared. */
    readonly ignored?: readonly string[];
    /** Columns that must point to an existing row, where they are not null. */
    readonly references?: readonly Reference[];
    /** Fields that name rows of another table. Records load even if those are gone; their number is reported. */
    readonly mentions?: readonly Mention[];
    /** Rows that a new record replaces instead of being inserted. */
    readonly takesOver?: TakeOver;
    /** Validates a record in its camelCase form; unknown fields are ignored. */
    readonly schema: ZodType<Readonly<Record<string, unknown>>>;
    /** Finds this loader's records in a document of any shape; undefined when it has none. */
    readonly find: (document: unknown) => Iterable<FoundRecord> | undefined;
    /** What complete() needs from the database: one query for all records, or none. */
    readonly lookup?: (values: Iterable<unknown>) => Query | undefined;
    /** Gives a function that completes each record before it is validated. */
    readonly complete?: (known: Known) => (value: unknown) => unknown;
    /** Fields that complete() derives for new rows, and with --force. Existing rows keep their values. */
    readonly derives?: readonly string[];
    /** The only fields of this loader's records that later loaders can read in complete() and derive(). */
    readonly shared?: readonly string[];
    /** Records that follow from those of other loaders, such as the mapping that every question has. */
    readonly derive?: (others: RecordsByLoader) => SourceRecord[];
    /** Statements at the beginning and at the end of each writing transaction. */
    readonly around?: { readonly before: readonly Query[]; readonly after: readonly Query[] };
}

/** The records of a load by the loader's name. Those of earlier loaders are only those that loaded. */
export type RecordsByLoader = ReadonlyMap<string, Iterable<SourceRecord>>;

/** What a record can be completed from. */
export interface Known {
    readonly records: RecordsByLoader;
    /** Rows that lookup() asked for. */
    readonly rows: readonly Row[];
}

/** A field that contains an id, or an array of ids. */
export interface Mention {
    readonly field: string;
    readonly table: string;
    readonly key: string;
}

/** Rows, written by a trigger for example, that a record replaces because it knows more. */
export interface TakeOver {
    /** Columns in which the row and the record agree. */
    readonly match: readonly string[];
    /** A condition on the row; its table has the alias `t`. */
    readonly where: string;
    /** The row's own key. */
    readonly id: string;
    /** Columns that keep their value where the record has none. */
    readonly keeps?: readonly string[];
    /** Whether a record may replace a row, of which it gets the columns of the loader's key. Always, when undefined. */
    readonly accepts?: (record: ColumnValues, row: ColumnValues) => boolean;
}

export interface Reference {
    readonly column: string;
    readonly table: string;
    readonly key: string;
}

/** What became of the records of one loader. The five outcomes always add up to `read`. */
export interface LoadCounts {
    read: number;
    created: number;
    /** How many of the created ones replaced a row instead of adding one. */
    tookOver: number;
    updated: number;
    unchanged: number;
    older: number;
    rejected: number;
}

/** Counts before the first record. */
export function startCounts(): LoadCounts {
    return { read: 0, created: 0, tookOver: 0, updated: 0, unchanged: 0, older: 0, rejected: 0 };
}

/** The identity of a record or row as text. No text that is stored contains a NUL. */
export function keyOf(loader: Loader, values: Readonly<Record<string, unknown>>): string {
    let key = "";
    for (const column of loader.key) {
        const value = values[column];
        key += typeof value === "string" ? `${value}\0` : `${String(value ?? null)}\0\0`;
    }
    return key;
}
