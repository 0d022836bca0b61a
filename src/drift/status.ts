import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { ObjectRecord } from "../planning/bookkeeping.ts";
import type { MigrationFile, MigrationSet } from "../planning/files.ts";
import { findHistoryProblems, refuseNewer } from "../planning/judge.ts";
import { type LeaveOut, type ReadFilesAndState, readAll } from "../planning/prepare.ts";
import type { Problem } from "../planning/problems.ts";
import { type DatabaseState, findSchemaRow, versionOf } from "../planning/state.ts";
import { isOfSet } from "../planning/structure.ts";
import { listComparable } from "../schema/facts.ts";
import { storedSql } from "../sql/statement-facts.ts";
import { checksumTokens } from "../sql/statements.ts";
import { readJsonFile } from "../text/json-file.ts";

/** A migration, view or trigger, and whether the database has it as in the files. */
export interface StatusEntry {
    readonly kind: "migration" | "unfinished" | "object";
    /** Its file, or type and name where the file was deleted. */
    readonly what: string;
    readonly isDone: boolean;
    /** When a migration was applied; why an object differs from its file. */
    readonly detail: string;
}

/** An installed optional set with its objects. */
export type SetStatus = Pick<Status, "version" | "schema"> & { readonly name: string };

export interface Status {
    /** The version of the documents, from package.json; the tools use the migration number. */
    readonly schemaVersion: string;
    readonly version: number;
    /** The objects that were created by name, without those of optional sets. */
    readonly schema: DatabaseState["schema"];
    /** The installed optional sets. */
    readonly sets: readonly SetStatus[];
    readonly entries: readonly StatusEntry[];
    readonly problems: readonly Problem[];
    /** The error of a write to a database that is newer than the files. */
    readonly newer: AppError | undefined;
}

/**
 * Compares the history of a database with the files.
 *
 * @param connection undefined for a missing file
 * @param leaveOut as for readAll()
 * @throws AppError as readAll(), except for a database that is newer than the files
 */
export async function readStatus(
    root: string,
    connection: Connection | undefined,
    leaveOut: LeaveOut,
): Promise<Status> {
    const read = await readAll(root, connection, { anyVersion: true, leaveOut });
    return toStatus(read, (await readProject(root)).schemaVersion);
}

/** Compares a state that was read with the files. Pure. */
export function toStatus(
    { sets, state, unfinished }: Pick<ReadFilesAndState, "sets" | "state" | "unfinished">,
    schemaVersion: string,
): Status {
    const newer = findNewer(sets, state);
    const optional = sets.slice(1).map((set) => describeSet(set, state));
    return {
        schemaVersion,
        version: versionOf(state),
        // Without shadow tables, which nothing tells from those of the core once their owner is left out.
        schema: listComparable(state.schema).filter((row) => !optional.some(({ schema }) => schema.includes(row))),
        sets: optional,
        entries: [
            ...listMigrations(sets, state),
            ...unfinished.map(listUnfinished),
            ...listObjects(sets, state),
            ...listOrphans(sets, state),
        ],
        problems: newer ? [] : findHistoryProblems(sets, state),
        newer,
    };
}

/** The same as a document of --json. */
export function describeStatus({ schemaVersion, version, sets, entries, problems }: Status): object {
    return {
        schemaVersion,
        version,
        sets: sets.map((set) => ({ name: set.name, version: set.version })),
        entries: entries.map(({ isDone, what, detail }) => ({ what, done: isDone, detail })),
        problems,
    };
}

function describeSet(set: MigrationSet, state: DatabaseState): SetStatus {
    const schema = state.schema.filter((row) => isOfSet(set, row));
    return { name: set.name, version: versionOf(state, set.name), schema };
}

function findNewer(sets: readonly MigrationSet[], state: DatabaseState): AppError | undefined {
    try {
        refuseNewer(sets, state);
        return undefined;
    } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
    }
}

function listMigrations(sets: readonly MigrationSet[], state: DatabaseState): StatusEntry[] {
    return sets.flatMap((set) =>
        set.migrations.map((file): StatusEntry => {
            const row = (state.versions.get(set.name) ?? []).find(({ version }) => version === file.version);
            return { kind: "migration", what: file.path, isDone: row !== undefined, detail: row?.runAt ?? "" };
        }),
    );
}

function listUnfinished({ path }: MigrationFile): StatusEntry {
    return { kind: "unfinished", what: path, isDone: false, detail: "unfinished" };
}

function listObjects(sets: readonly MigrationSet[], state: DatabaseState): StatusEntry[] {
    return sets.flatMap((set) =>
        set.objects.map(({ path, name, statements }): StatusEntry => {
            const live = findSchemaRow(state, name)?.sql ?? undefined;
            const record = state.objects.find((object) => object.name === name);
            const isDone = live !== undefined && live === (statements[0] && storedSql(statements[0]));
            return { kind: "object", what: path, isDone, detail: isDone ? "" : describeObject(live, record) };
        }),
    );
}

function describeObject(live: string | undefined, record: ObjectRecord | undefined): string {
    if (live === undefined) return record?.status === "deferred" ? "deferred" : "";
    return record && checksumTokens(live) !== record.checksum ? "changed by hand" : "the file has changed";
}

// Deployed from files that were deleted since; the next deploy drops them.
function listOrphans(sets: readonly MigrationSet[], state: DatabaseState): StatusEntry[] {
    return state.objects
        .filter((record) => {
            const set = sets.find(({ name }) => name === record.set);
            return set !== undefined && !set.objects.some(({ name }) => name === record.name);
        })
        .map(({ type, name }) => {
            return { kind: "object", what: `${type} ${name}`, isDone: false, detail: "its file was deleted" };
        });
}

interface ProjectFacts {
    readonly name: string;
    readonly version: string;
    readonly schemaVersion: string;
    /** What `lintFrom` says; unchecked. */
    readonly lintFrom?: unknown;
}

/** Reads name, version, schema version and `lintFrom` from package.json. */
export async function readProject(root: string): Promise<ProjectFacts> {
    const found = await readJsonFile(root, "package.json");
    return { name: "unnamed", version: "0", schemaVersion: "unversioned", ...found };
}
