import type { ZodType } from "zod";
import type { Argument, Query, Row } from "../database/connection.ts";

/**
 * How a field of a record becomes the value of a column. `json` is an array, an object or nothing, also as a text of JSON;
 * `any-json` any JSON value, for which a text is a text and null is null: only a record without the field has no value. By the
 * name of the column, which must differ from the field's, a table dump has its text of JSON, or null for no value.
 */
export type FieldKind = "text" | "integer" | "json" | "any-json" | "time";

/** Whether a column of this kind holds JSON. */
export function holdsJson(kind: FieldKind | undefined): boolean {
    return kind === "json" || kind === "any-json";
}

/** A record of a source, with its place. */
export interface SourceRecord {
    /** Path of the file as the user wrote it. */
    readonly file: string;
    /** Index in an array, or the key in an object; empty where the file is the record. */
    readonly position: string;
    readonly value: unknown;
    /** Fields that are missing in the source and were derived by complete(). */
    readonly derived?: readonly string[];
    /** The value as the source has it, where names, JSON texts or complete() changed it. */
    readonly read?: unknown;
}

/** A record as find() returns it, without its file. */
export type FoundRecord = Omit<SourceRecord, "file">;

/** Column values by SQL name. Columns that the record does not mention are absent and keep their value. */
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
    /** Shown in the summary and in --json. */
    readonly name: string;
    readonly table: string;
    /** Fields of a record by their camelCase name; the column is the same name in snake_case. */
    readonly fields: Readonly<Record<string, FieldKind>>;
    readonly key: readonly string[];
    /** Column with the time of the last change of content; without it, an existing row changes only with --force. */
    readonly changedAt?: string;
    /** Columns that are not compared. */
    readonly ignored?: readonly string[];
    /** Columns that must refer to an existing row unless null. */
    readonly references?: readonly Reference[];
    /** Fields that name rows of another table. Records load even if those rows are missing; their number is reported. */
    readonly mentions?: readonly Mention[];
    /** Rows that a new record replaces instead of being inserted. */
    readonly takesOver?: TakeOver;
    /** Validates a record in its camelCase form; unknown fields are ignored. */
    readonly schema: ZodType<Readonly<Record<string, unknown>>>;
    /**
     * Finds this loader's records in a document of any shape; undefined when it has none. Fields may have the names of their
     * columns here; later functions get camelCase names, and JSON columns as values.
     */
    readonly find: (document: unknown) => Iterable<FoundRecord> | undefined;
    /** The query for the rows that complete() needs: one for all records, or none. */
    readonly lookup?: (values: Iterable<unknown>) => Query | undefined;
    /** Returns a function that completes each record before it is validated. */
    readonly complete?: (known: Known) => (value: unknown) => unknown;
    /** Fields that complete() derives for new rows, and with --force. Existing rows keep their values. */
    readonly derives?: readonly string[];
    /** The fields of this loader's records that later loaders can read in complete() and derive(). */
    readonly shared?: readonly string[];
    /** Derives records from those of other loaders, such as the channel mapping of each question. */
    readonly derive?: (others: RecordsByLoader) => SourceRecord[];
    /** Statements at the beginning and at the end of each writing transaction. */
    readonly around?: { readonly before: readonly Query[]; readonly after: readonly Query[] };
}

/** The records of a load by loader name. For earlier loaders, only those that were loaded. */
export type RecordsByLoader = ReadonlyMap<string, Iterable<SourceRecord>>;

/** The data that records are completed from. */
export interface Known {
    readonly records: RecordsByLoader;
    /** Result of the query from lookup(). */
    readonly rows: readonly Row[];
}

/** Documents of one kind that no loader reads: an export may hold them, and they are skipped. */
export interface OtherKind {
    /** Follows the name of the file: `belongs to the set challenges, which …`. */
    readonly says: string;
    /** Whether a document in which no loader found a record is of this kind; `name` is that of its file, without `.json`. */
    readonly matches: (document: unknown, name: string) => boolean;
}

/** A field that contains an id, or an array of ids. */
export interface Mention {
    readonly field: string;
    readonly table: string;
    readonly key: string;
}

/** Rows, written by a trigger for example, that a more complete record replaces. */
export interface TakeOver {
    /** Columns that are equal in the row and the record. */
    readonly match: readonly string[];
    /** A condition on the row; its table has the alias `t`. */
    readonly where: string;
    /** The row's own key. */
    readonly id: string;
    /** Columns that keep their value where the record has none. */
    readonly keeps?: readonly string[];
    /** Whether a record may replace a row, given the row's values for the loader's key. Always, when undefined. */
    readonly accepts?: (record: ColumnValues, row: ColumnValues) => boolean;
}

export interface Reference {
    readonly column: string;
    readonly table: string;
    readonly key: string;
}

/** Records of one loader by outcome. The outcomes add up to `read`. */
export interface LoadCounts {
    read: number;
    /** Added a row. */
    created: number;
    /** Took the place of a row that a trigger, for example, had written; adds none. */
    replaced: number;
    updated: number;
    unchanged: number;
    older: number;
    rejected: number;
}

/** The rejection of a record. */
export function toRejection(source: SourceRecord, code: string, message: string): Rejection {
    const { file, position, value, read = value } = source;
    return { file, position, code, message, record: read };
}

/** The counts of a load before its first record. */
export function startCounts(): LoadCounts {
    return { read: 0, created: 0, replaced: 0, updated: 0, unchanged: 0, older: 0, rejected: 0 };
}

/** The key of a record or row as text. Stored texts never contain a NUL. */
export function keyOf(loader: Loader, values: Readonly<Record<string, unknown>>): string {
    let key = "";
    for (const column of loader.key) {
        const value = values[column];
        key += typeof value === "string" ? `${value}\0` : `${String(value ?? null)}\0\0`;
    }
    return key;
}
