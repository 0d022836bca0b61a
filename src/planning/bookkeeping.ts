import { lockTable, objectsTable, seedsTable } from "../schema/facts.ts";
import { quoteText } from "../sql/quoting.ts";
import { coreSet, type MigrationFile } from "./files.ts";

const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** The CREATE TABLE of a set's version table: postgrator's four columns, and a checksum that survives reformatting. */
export function createVersionTable(table: string, set: string): string {
    return `CREATE TABLE ${table} (
    /* Bookkeeping: one migration of the ${set} set that this database has had; postgrator's table with one more column. */
    -- The number that the file name begins with.
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

export const createObjectsTable = `CREATE TABLE ${objectsTable} (
    /* Bookkeeping: one view or trigger that the files define, so that it can be dropped when its file is gone. */
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
    /* Bookkeeping: one row that says how often this database was deployed to, and who deploys to it right now. */
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CONSTRAINT schema_lock_has_one_row CHECK (id = 1),
    -- Grows by one with each deploy; a deploy that read an older number changes nothing.
    generation INTEGER NOT NULL,
    -- The deployer that holds the lease, if any does.
    owner TEXT,
    -- When the lease ends by itself, in UTC.
    expires_at TEXT
) STRICT`;

export const createSeedsTable = `CREATE TABLE ${seedsTable} (
    /* Bookkeeping: one seed that was loaded, so that an unchanged one is recognised without reading its rows. */
    -- Which seed it is.
    name TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 over its files; where the name begins with source: over the source and the state of its tables.
    checksum TEXT NOT NULL,
    -- When it was loaded last, in UTC.
    loaded_at TEXT NOT NULL,
    -- How far the history was then: when it has grown since, the rows may have changed. NULL where that is not asked.
    mark INTEGER
) STRICT`;

/** Notes that a seed is in. */
export function recordSeed(seed: string, checksum: string, mark: number | null = null): string {
    const values = [quoteText(seed), quoteText(checksum), now, mark === null ? "NULL" : String(mark)].join(", ");
    const update = ["checksum", "loaded_at", "mark"].map((column) => `${column} = excluded.${column}`).join(", ");
    return (
        `INSERT INTO ${seedsTable} (name, checksum, loaded_at, mark) VALUES (${values}) ` +
        `ON CONFLICT (name) DO UPDATE SET ${update}`
    );
}

/** Moves the mark of seeds that were up to date on: the history grew by what says nothing new of their rows. */
export function moveMarks(from: number, to: number): string {
    return `UPDATE ${seedsTable} SET mark = ${to} WHERE mark = ${from}`;
}

/** Reads the seeds that were loaded, by name with their checksums; fails where nothing was deployed yet. */
export const selectSeeds = `SELECT name, checksum, loaded_at, mark FROM ${seedsTable}`;

/** The first row of the lock table. */
export const insertLock = `INSERT INTO ${lockTable} (id, generation) VALUES (1, 1)`;
export const bumpGeneration = `UPDATE ${lockTable} SET generation = generation + 1 WHERE id = 1`;

/** Records that a migration was applied. */
export function insertVersion(table: string, file: MigrationFile): string {
    const values = [String(file.version), quoteText(file.name), quoteText(file.md5), now, quoteText(file.checksum)];
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

/** What schema_objects says of one view or trigger. */
export interface ObjectRecord {
    readonly name: string;
    readonly type: "view" | "trigger";
    readonly set: string;
    readonly status: "present" | "deferred";
    readonly checksum: string;
}

/** Notes what became of a view or trigger. */
export function recordObject(record: ObjectRecord): string {
    const values = [record.name, record.type, record.set, record.status, record.checksum].map(quoteText).join(", ");
    const update = ["type", "set_name", "status", "checksum"]
        .map((column) => `${column} = excluded.${column}`)
        .join(", ");
    return (
        `INSERT INTO ${objectsTable} (name, type, set_name, status, checksum) VALUES (${values}) ` +
        `ON CONFLICT (name) DO UPDATE SET ${update}`
    );
}

/** Removes the note of a view or trigger whose file is gone. */
export function forgetObject(name: string): string {
    return `DELETE FROM ${objectsTable} WHERE name = ${quoteText(name)}`;
}

/** Takes the lease, or renews it; one row comes back when it is ours. Times are the server's own. */
export function takeLease(owner: string, seconds: number): string {
    const end = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+${seconds} seconds')`;
    return (
        `UPDATE ${lockTable} SET owner = ${quoteText(owner)}, expires_at = ${end} ` +
        `WHERE id = 1 AND (owner IS NULL OR owner = ${quoteText(owner)} OR expires_at < ${now}) RETURNING owner`
    );
}

/** Gives the lease back, if it is still ours. */
export function releaseLease(owner: string): string {
    return `UPDATE ${lockTable} SET owner = NULL, expires_at = NULL WHERE id = 1 AND owner = ${quoteText(owner)}`;
}

/** How output names a migration's set: the core set goes without saying. */
export function describeSet(set: string): string {
    return set === coreSet ? "" : ` of the ${set} set`;
}
