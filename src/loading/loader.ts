import type { ZodType } from "zod";
import type { Argument, Query, Row } from "../database/connection.ts";
import { toSnakeCase } from "../sql/names.ts";

/** How a field of a record becomes the value of a column. */
export type FieldKind = "text" | "integer" | "json" | "time";

/** A record as it stands in a source, with its place. */
export interface SourceRecord {
    /** Path of the file as the user gave it. */
    readonly file: string;
    /** Index in an array, or the key in an object; empty where the file is the record. */
    readonly position: string;
    readonly value: unknown;
    /** Fields that the record does not say itself: complete() made them up. */
    readonly derived?: readonly string[];
}

/** Column values by SQL name. A column that the record does not mention is missing, and stays as it is. */
export type ColumnValues = Readonly<Record<string, Argument>>;

/** A record that cannot be loaded. `code` is stable; the message is for people. */
export interface Rejection {
    readonly file: string;
    readonly position: string;
    readonly code: string;
    readonly message: string;
    readonly record: unknown;
}

/** Everything that one data set needs to be loaded. Each is one file in seeds/. */
export interface Loader {
    /** As the summary and --json name it. */
    readonly name: string;
    readonly table: string;
    /** Fields of a record by their camelCase name; the column is the same name in snake_case. */
    readonly fields: Readonly<Record<string, FieldKind>>;
    /** Columns that identify a row. */
    readonly key: readonly string[];
    /** Column that says when the content last changed; without it, an existing row changes by force only. */
    readonly changedAt?: string;
    /** Columns that do not count when a record is compared with its row. */
    readonly ignored?: readonly string[];
    /** Columns that must point to an existing row, where they are not null. */
    readonly references?: readonly Reference[];
    /** Fields that name rows of another table and load also where those are gone; their number is reported. */
    readonly mentions?: readonly Mention[];
    /** Rows that a new record takes over in place of being inserted. */
    readonly takesOver?: TakeOver;
    /** Checks a record in its camelCase form; unknown fields are passed over. */
    readonly schema: ZodType<Readonly<Record<string, unknown>>>;
    /**
     * Finds this loader's records in a document, whatever its shape; undefined when the document holds none.
     */
    readonly find: (document: unknown) => Iterable<Omit<SourceRecord, "file">> | undefined;
    /** What complete() needs to know from the database: one query for all records, or none. */
    readonly lookup?: (values: Iterable<unknown>) => Query | undefined;
    /** Completes a record from the records of other loaders of the same run and from lookup(), before it is checked. */
    readonly complete?: (value: unknown, known: Known) => unknown;
    /** Fields that complete() makes up from elsewhere: for a new row, and by force. A row that is there keeps what it has. */
    readonly derives?: readonly string[];
    /** Fields that later loaders read of this one's records in complete() and derive(); they see no others. */
    readonly shared?: readonly string[];
    /** Records that follow from those of other loaders, such as the mapping that every question has. */
    readonly derive?: (others: ReadonlyMap<string, Iterable<SourceRecord>>) => SourceRecord[];
    /** Statements at the beginning and at the end of each writing transaction. */
    readonly around?: { readonly before: readonly Query[]; readonly after: readonly Query[] };
}

/** What a record can be completed from. */
export interface Known {
    /** Records of the same run by loader; those of earlier loaders are only those that loaded. */
    readonly records: ReadonlyMap<string, Iterable<SourceRecord>>;
    /** Rows that lookup() asked for. */
    readonly rows: readonly Row[];
}

/** A field that holds an id, or an array of ids. */
export interface Mention {
    readonly field: string;
    readonly table: string;
    readonly key: string;
}

/** Rows that were written on behalf of what a record now says better. */
export interface TakeOver {
    /** Columns in which the row and the record agree. */
    readonly match: readonly string[];
    /** A condition on the row, whose table is called `t`. */
    readonly where: string;
    /** The row's own key. */
    readonly id: string;
    /** Columns in which the row keeps what it has where the record says nothing. */
    readonly keeps?: readonly string[];
    /** Whether a record takes a row over; the row comes with the columns that identify it. All of them when undefined. */
    readonly accepts?: (record: ColumnValues, row: ColumnValues) => boolean;
}

export interface Reference {
    readonly column: string;
    readonly table: string;
    readonly key: string;
}

/** What became of the records of one loader. The five outcomes add up to `read`, always. */
export interface LoadCounts {
    read: number;
    created: number;
    /** How many of the created ones took a row over instead of adding one. */
    tookOver: number;
    updated: number;
    unchanged: number;
    older: number;
    rejected: number;
}

/** A field with its column. */
export interface FieldColumn {
    readonly field: string;
    readonly column: string;
    readonly kind: FieldKind;
}

const columnsByLoader = new WeakMap<Loader, readonly FieldColumn[]>();

/** The fields of a loader with their columns; made once, because every record asks. */
export function listColumns(loader: Loader): readonly FieldColumn[] {
    const known = columnsByLoader.get(loader);
    if (known) return known;
    const columns = Object.entries(loader.fields).map(([field, kind]) => ({ field, column: toSnakeCase(field), kind }));
    columnsByLoader.set(loader, columns);
    return columns;
}

/** Counts before the first record. */
export function startCounts(): LoadCounts {
    return { read: 0, created: 0, tookOver: 0, updated: 0, unchanged: 0, older: 0, rejected: 0 };
}
