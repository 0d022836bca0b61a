import type { Connection, Query, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault, throwExplained } from "../database/faults.ts";
import { nothingChanged } from "../errors.ts";
import { lockTable, objectsTable } from "../schema/facts.ts";
import { type SchemaRow, selectSchema } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { clock, type ObjectRecord } from "./bookkeeping.ts";
import { coreSet, listSets, type MigrationSet } from "./files.ts";

export interface VersionRow {
    readonly version: number;
    readonly name: string | null;
    readonly md5: string | null;
    readonly runAt: string | null;
    /** Null where stock postgrator wrote the row. */
    readonly checksum: string | null;
}

export interface Lease {
    readonly owner: string;
    readonly expiresAt: string;
    /** By the database's clock. */
    readonly expired: boolean;
    /** It ends at no time, or later than any that a deploy takes. */
    readonly endless: boolean;
}

/** Everything that a plan depends on, as one snapshot. */
export interface DatabaseState {
    readonly schema: readonly SchemaRow[];
    /** Applied migrations by set; only sets that the database has. */
    readonly versions: ReadonlyMap<string, readonly VersionRow[]>;
    readonly objects: readonly ObjectRecord[];
    /** How often the database was deployed to; undefined without a lock table. */
    readonly generation: number | undefined;
    readonly lease: Lease | undefined;
    /** The database's clock, UTC. */
    readonly now: string;
    /** Results of the caller's own queries, in order. */
    readonly extra: readonly ReadResult[];
}

// A deploy takes the lease for two minutes.
const isEndless = "coalesce(julianday(expires_at) > julianday('now', '+1 hour'), 1)";

export const emptyState: DatabaseState = {
    schema: [],
    versions: new Map(),
    objects: [],
    generation: undefined,
    lease: undefined,
    now: "",
    extra: [],
};

/**
 * Reads the state in one request, whether or not the bookkeeping tables exist.
 *
 * @param extra queries of the caller in the same request
 * @param options.settle wait until a transaction whose reply was lost has ended
 */
export async function readState(
    connection: Connection,
    sets: readonly Pick<MigrationSet, "name" | "versionTable">[],
    extra: readonly Query[] = [],
    options: { settle?: boolean } = {},
): Promise<DatabaseState> {
    const queries: Query[] = [
        selectSchema,
        { sql: `SELECT ${clock} AS now` },
        { sql: `SELECT * FROM ${objectsTable}` },
        { sql: `SELECT *, expires_at < ${clock} AS expired, ${isEndless} AS endless FROM ${lockTable}` },
        ...sets.map((set) => ({ sql: `SELECT * FROM ${set.versionTable} WHERE version > 0 ORDER BY version` })),
        ...extra,
    ];
    const results = await connection.readAll(queries, options);
    const [schema, time, objects, lock] = results.map((result) => (result.ok ? result.rows : []));
    const versions = new Map<string, VersionRow[]>();
    sets.forEach((set, at) => {
        const result = results[4 + at];
        if (result?.ok) versions.set(set.name, result.rows.map(toVersion));
    });
    const lockRow = lock?.[0];
    return {
        schema: (schema ?? []) as unknown as SchemaRow[],
        versions,
        objects: (objects ?? []).map(toRecord),
        generation: lockRow === undefined ? undefined : Number(lockRow.generation),
        lease: lockRow?.owner == null ? undefined : toLease(lockRow),
        now: String(time?.[0]?.now ?? ""),
        extra: results.slice(4 + sets.length),
    };
}

/** Begins to read the state of the sets that have a folder. Its failure does not matter if the files are refused first. */
export function beginReading(root: string, connection: Connection, extra?: readonly Query[]): Promise<DatabaseState> {
    const reading = listSets(root)
        .then((names) => readState(connection, names, extra))
        .catch(throwExplained(connection.target, nothingChanged));
    reading.catch(() => undefined);
    return reading;
}

/** Reads the database's clock, ISO-8601, UTC: what it stores is of that clock, not of this machine's. */
export async function readClock(connection: Connection): Promise<string> {
    const refuse = throwExplained(connection.target, nothingChanged);
    const [result] = await connection.readAll([{ sql: `SELECT ${clock} AS now` }]).catch(refuse);
    if (!result?.ok) throw new DatabaseFault("sql", result?.message ?? "no answer");
    return String(result.rows[0]?.now);
}

/** Returns the highest applied version of a set; 0 for none. */
export function versionOf(state: DatabaseState, set = coreSet): number {
    return Math.max(0, ...(state.versions.get(set) ?? []).map((row) => row.version));
}

/** Finds a table, view, index or trigger by name, compared as SQLite does. */
export function findSchemaRow(state: DatabaseState, name: string): SchemaRow | undefined {
    return state.schema.find((row) => isSameName(row.name, name));
}

function toVersion(row: Row): VersionRow {
    return {
        version: Number(row.version),
        name: textOrNull(row.name),
        md5: textOrNull(row.md5),
        runAt: textOrNull(row.run_at),
        checksum: textOrNull(row.checksum),
    };
}

function toRecord(row: Row): ObjectRecord {
    return {
        name: String(row.name),
        type: row.type as ObjectRecord["type"],
        set: String(row.set_name),
        status: row.status as ObjectRecord["status"],
        checksum: String(row.checksum),
    };
}

function toLease(row: Row): Lease {
    return {
        owner: String(row.owner),
        expiresAt: String(row.expires_at ?? "NULL"),
        expired: row.expired === 1,
        endless: row.endless === 1,
    };
}

function textOrNull(value: Row[string] | undefined): string | null {
    return value === null || value === undefined ? null : String(value);
}
