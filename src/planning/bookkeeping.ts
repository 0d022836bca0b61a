import { lockTable, objectsTable, seedsTable } from "../schema/facts.ts";
import { quoteText } from "../sql/quoting.ts";
import type { MigrationFile } from "./files.ts";

/** The database's clock, UTC. */
export const clock = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** Renders the version table of a set: postgrator's four columns, and a checksum that survives reformatting. */
export function createVersionTable(table: string, set: string): string {
    return `CREATE TABLE ${table} (
    /* Bookkeeping: one applied migration of the ${set} set; postgrator's table with one more column. */
    -- The number at the beginning of the file name.
    version INTEGER PRIMARY KEY,
    -- The words of the file name.
    name TEXT,
    -- Postgrator's checksum: MD5 over the text with LF line endings.
    md5 TEXT,
    -- When it was applied, in UTC.
    run_at TEXT,
    -- SHA-256 over the tokens: comments and white space do not change it.
    checksum TEXT
) STRICT`;
}

const createObjectsTable = `CREATE TABLE ${objectsTable} (
    /* Bookkeeping: one view or trigger that the files define, so that it is dropped when its file is deleted. */
    -- The name in the database, and of the file.
    name TEXT NOT NULL PRIMARY KEY,
    -- What it is.
    type TEXT NOT NULL CONSTRAINT schema_objects_type_is_known CHECK (type IN ('view', 'trigger')),
    -- The migration set that it belongs to.
    set_name TEXT NOT NULL,
    -- present, or deferred for a later version because it does not prepare at this one.
    status TEXT NOT NULL CONSTRAINT schema_objects_status_is_known CHECK (status IN ('present', 'deferred')),
    -- SHA-256 over the tokens of the definition that was deployed.
    checksum TEXT NOT NULL
) STRICT`;

export const createLockTable = `CREATE TABLE ${lockTable} (
    /* Bookkeeping: one row that counts the deploys to this database, and names the one that is running. */
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CONSTRAINT schema_lock_has_one_row CHECK (id = 1),
    -- Grows by one with each deploy; a deploy that read an older number changes nothing.
    generation INTEGER NOT NULL,
    -- The deployer that holds the lease, if any does.
    owner TEXT,
    -- When the lease expires, in UTC.
    expires_at TEXT
) STRICT`;

const createSeedsTable = `CREATE TABLE ${seedsTable} (
    /* Bookkeeping: one loaded seed, so that an unchanged one is recognised without reading its rows. */
    -- The name of the seed.
    name TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 over its files; where the name begins with source: over the source and the state of its tables, and then,
    -- as JSON, the places and reasons of the records that were rejected.
    checksum TEXT NOT NULL,
    -- When it was last loaded, in UTC.
    loaded_at TEXT NOT NULL,
    -- The newest history id at that time: after a newer one, the rows may have changed. NULL where that is not checked.
    mark INTEGER
) STRICT`;

/** The bookkeeping tables of all sets, with their statements. */
export const sharedTables: ReadonlyMap<string, string> = new Map([
    [objectsTable, createObjectsTable],
    [lockTable, createLockTable],
    [seedsTable, createSeedsTable],
]);

/** Records a loaded seed. */
export function recordSeed(seed: string, checksum: string, mark: number | null = null): string {
    const values = [quoteText(seed), quoteText(checksum), clock, mark === null ? "NULL" : String(mark)];
    return upsert(seedsTable, ["name", "checksum", "loaded_at", "mark"], values);
}

function upsert(table: string, [key, ...columns]: readonly string[], values: readonly string[]): string {
    const update = columns.map((column) => `${column} = excluded.${column}`).join(", ");
    return (
        `INSERT INTO ${table} (${[key, ...columns].join(", ")}) VALUES (${values.join(", ")}) ` +
        `ON CONFLICT (${key}) DO UPDATE SET ${update}`
    );
}

/** Moves the mark of seeds that were up to date, after history that does not concern their rows. */
export function moveMarks(from: number, to: number): string {
    return `UPDATE ${seedsTable} SET mark = ${to} WHERE mark = ${from}`;
}

/** Reads the loaded seeds; fails before the first deploy. */
export const selectSeeds = `SELECT name, checksum, loaded_at, mark FROM ${seedsTable}`;

export const insertLock = `INSERT INTO ${lockTable} (id, generation) VALUES (1, 1)`;
export const bumpGeneration = `UPDATE ${lockTable} SET generation = generation + 1 WHERE id = 1`;

/** Records that a migration was applied. */
export function insertVersion(table: string, file: MigrationFile): string {
    const values = [String(file.version), quoteText(file.name), quoteText(file.md5), clock, quoteText(file.checksum)];
    return `INSERT INTO ${table} (version, name, md5, run_at, checksum) VALUES (${values.join(", ")})`;
}

/** Records that a migration was undone, as postgrator does. */
export function deleteVersion(table: string, file: MigrationFile): string {
    return `DELETE FROM ${table} WHERE version = ${file.version}`;
}

/** Brings both checksums of an applied migration up to date after an edit that changed no token. */
export function refreshVersion(table: string, file: MigrationFile): string {
    const set = `md5 = ${quoteText(file.md5)}, checksum = ${quoteText(file.checksum)}`;
    return `UPDATE ${table} SET ${set} WHERE version = ${file.version}`;
}

/** The row of schema_objects for a view or trigger. */
export interface ObjectRecord {
    readonly name: string;
    readonly type: "view" | "trigger";
    readonly set: string;
    readonly status: "present" | "deferred";
    readonly checksum: string;
}

/** Records the status of a view or trigger. */
export function recordObject({ name, type, set, status, checksum }: ObjectRecord): string {
    const values = [name, type, set, status, checksum].map(quoteText);
    return upsert(objectsTable, ["name", "type", "set_name", "status", "checksum"], values);
}

/** Removes the record of a view or trigger whose file was deleted. */
export function forgetObject(name: string): string {
    return `DELETE FROM ${objectsTable} WHERE name = ${quoteText(name)}`;
}

/** Takes or renews the lease; returns a row when it succeeded. Times are those of the server. */
export function takeLease(owner: string, seconds: number): string {
    const end = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+${seconds} seconds')`;
    return (
        `UPDATE ${lockTable} SET owner = ${quoteText(owner)}, expires_at = ${end} ` +
        `WHERE id = 1 AND (owner IS NULL OR owner = ${quoteText(owner)} OR expires_at < ${clock}) RETURNING owner`
    );
}

/** Releases the lease, if it is still ours. */
export function releaseLease(owner: string): string {
    return `UPDATE ${lockTable} SET owner = NULL, expires_at = NULL WHERE id = 1 AND owner = ${quoteText(owner)}`;
}
