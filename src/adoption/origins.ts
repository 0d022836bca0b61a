import type { SchemaRow } from "../schema/row.ts";
import type { Table } from "../schema/table.ts";

/** What a project knows about the databases that it can adopt. */
export interface Origins {
    readonly known: readonly Origin[];
    readonly columns: readonly FormerColumn[];
    /** Columns that hold times or JSON, by table and column. */
    readonly forms: ReadonlyMap<string, ReadonlyMap<string, TextForm>>;
    /** Columns that determine the newest of several rows with the same key, in order of preference. */
    readonly newest: readonly string[];
    readonly filled: readonly FilledTime[];
    /** Tables whose corrected rows db:migrate loads from a reject file. */
    readonly loaded: readonly string[];
    readonly merged: readonly MergedRows[];
    /** Where the database keeps the source of a change that names no writer; undefined where it keeps none. */
    readonly historySource?: SourceSetting;
}

/** A time that rows of an origin may lack, although the database tells when it was at the latest. */
export interface FilledTime {
    readonly table: string;
    readonly column: string;
    /** In order of preference; the default of the column comes after them. */
    readonly sources: readonly TimeSource[];
    /** What other columns of such a row then get in place of NULL or one value, as SQL. Any other value stays. */
    readonly implies?: Readonly<Record<string, ImpliedValue>>;
}

/** The value of a column that follows from a time. */
interface ImpliedValue {
    readonly instead: string;
    readonly value: string;
    /** The value also takes the place of NULL where the row has a time that is at least so many days old. */
    readonly afterDays?: number;
}

/** Another column of the row; or the earliest time in a column of a table, of all its rows or of those that match the row. */
export type TimeSource =
    | { readonly column: string }
    | {
          readonly table: string;
          readonly earliest: string;
          readonly match?: {
              readonly column: string;
              readonly own: string;
              /** Only rows of the table with this value; all, if it lacks the column. */
              readonly only?: ColumnValue;
              /** Only for a row with this value. */
              readonly when?: ColumnValue;
          };
      };

/** A text in a column; NULL counts as that text. */
export interface ColumnValue {
    readonly column: string;
    readonly value: string;
}

/** Rows that say the same: one of them is kept, and the others are merged into it. A row that refers to one of the others is refused. */
export interface MergedRows {
    readonly table: string;
    /** Equal in all of them. */
    readonly columns: readonly string[];
    /** SQL of a condition; other rows are not merged. */
    readonly where?: string;
    /** Terms of an ORDER BY: the first row is kept. */
    readonly order: readonly string[];
}

/** A setting in a row of the database that names one of a few sources. */
export interface SourceSetting {
    readonly sources: readonly string[];
    /** What it is in a new database. */
    readonly initial: string;
    /** The name of the check that tells when the row is missing. */
    readonly check: string;
    /** Gives it as `source`. */
    readonly read: string;
    /** Takes it as its only value. */
    readonly write: string;
}

/** The format of the text in a column. */
export type TextForm = "time" | "json" | "any-json";

/** A program or script that creates databases. */
export interface Origin {
    readonly name: string;
    /** Facts as returned by listFacts(); all must hold. */
    readonly has: readonly string[];
    readonly lacks?: readonly string[];
}

/** A column of an origin that corresponds to a column of the files under another name. */
export interface FormerColumn {
    readonly table: string;
    readonly from: string;
    readonly to: string;
    /** SQL that converts a value; the value itself when undefined. */
    readonly sql?: string;
}

/** Finds every origin whose facts hold for a live database. */
export function findOrigins(known: readonly Origin[], facts: ReadonlySet<string>): Origin[] {
    const holds = (fact: string): boolean => facts.has(fact);
    return known.filter(({ has, lacks = [] }) => has.every(holds) && !lacks.some(holds));
}

/** Lists the facts that identify origins: `index x`, `table t`, `column t.c`, `default t.c CURRENT_TIMESTAMP`; names in lower case. */
export function listFacts(schema: readonly SchemaRow[], tables: Iterable<Table>): Set<string> {
    const facts = new Set(schema.map(({ type, name }) => `${type} ${name.toLowerCase()}`));
    for (const { name, columns } of tables) {
        for (const column of columns) {
            const place = `${name}.${column.name}`.toLowerCase();
            facts.add(`column ${place}`);
            if (column.defaultSql !== null) facts.add(`default ${place} ${column.defaultSql}`);
        }
    }
    return facts;
}
