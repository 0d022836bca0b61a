import { AppError, nothingChanged } from "../errors.ts";
import { countObjects } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { coreSet, folderOf, type MigrationFile, type MigrationSet, withUndo } from "./files.ts";
import { renderMove } from "./judging/moves.ts";
import { fromFile, isManaged, type PlannedObject } from "./objects.ts";
import { type Problem, plainName } from "./problems.ts";
import { type DatabaseState, findSchemaRow, type VersionRow, versionOf } from "./state.ts";

/** The remedy for a database with tables but no version records. */
export const madeElsewhere =
    "adopt the database with its rows: `pnpm db:adopt` (`pnpm db:adopt --check` says what that would do); " +
    "if it equals the files, record it with `pnpm db:baseline`";

/** Whether a database has tables, but no version rows of the core set. */
export function isMadeElsewhere(state: Pick<DatabaseState, "schema" | "versions">): boolean {
    return !isRecorded(coreSet, state) && countObjects(state.schema).tables > 0;
}

/** Finds the migrations of a set that are not applied, in order. */
export function findPending(set: MigrationSet, state: DatabaseState): MigrationFile[] {
    const applied = new Set((state.versions.get(set.name) ?? []).map((row) => row.version));
    return set.migrations.filter((file) => !applied.has(file.version));
}

/** Finds the applied migrations of sets. */
export function findApplied(sets: readonly MigrationSet[], state: DatabaseState): MigrationFile[] {
    return sets.flatMap((set) => {
        const pending = new Set(findPending(set, state));
        return set.migrations.filter((file) => !pending.has(file));
    });
}

/** Finds the sets that a command uses: the core, those of the database, and the wanted ones. */
export function findInstalledSets(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    wanted: readonly string[] = [],
): MigrationSet[] {
    // A set that was undone keeps its version table.
    const isThere = ({ name }: MigrationSet): boolean => (state.versions.get(name) ?? []).length > 0;
    return sets.filter((set, at) => at === 0 || isThere(set) || wanted.includes(set.name));
}

/** Refuses a database with applied migrations that this checkout does not have (`database-newer`). */
export function refuseNewer(sets: readonly MigrationSet[], state: DatabaseState): void {
    for (const set of sets) {
        const latest = Math.max(0, ...set.migrations.map((file) => file.version));
        const newer = (state.versions.get(set.name) ?? []).filter((row) => row.version > latest);
        if (newer.length === 0) continue;
        const names = newer.map((row) => `${row.version} ${row.name ?? ""}`.trim()).join(", ");
        throw new AppError("database-newer", `the database is newer than these files: it has ${names}`, {
            hint: "update this checkout (`git pull`), then run the command again",
            outcome: `${nothingChanged} The database is at version ${versionOf(state, set.name)}.`,
        });
    }
}

/** Finds migrations that are out of order, edited or deleted: files that contradict the history of the database. */
export function findHistoryProblems(sets: readonly MigrationSet[], state: DatabaseState): Problem[] {
    return sets.flatMap((set) => {
        const files = new Map(set.migrations.map((file) => [file.version, file]));
        const rows = state.versions.get(set.name) ?? [];
        const current = versionOf(state, set.name);
        const outOfOrder = findPending(set, state).filter((file) => file.version < current);
        const latest = Math.max(current, ...files.keys());
        return [
            ...outOfOrder.map((file, at) => explainOrder(file, current, latest + at + 1)),
            ...rows.flatMap((row) => {
                const file = files.get(row.version);
                if (!file) return [explainDeleted(set, row)];
                return isEdited(file, row) ? [explainEdited(file, row)] : [];
            }),
        ];
    });
}

/**
 * Finds views and triggers of the files whose names belong to an object that no run created.
 *
 * @param gone names, in lower case, that pending migrations free
 */
export function findForeignObjects(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    gone: ReadonlySet<string>,
): Problem[] {
    const files = sets.flatMap((set) => set.objects.map(fromFile));
    return files.flatMap(({ type, name, path = "", checksum }) => {
        const row = findSchemaRow(state, name);
        if (!row || gone.has(name.toLowerCase()) || isManaged(row, state, checksum)) return [];
        const message = `the database already has the ${row.type} '${row.name}', and no deploy created it`;
        const free = row.type === "table" ? "drop or rename" : "drop";
        const remedy = `${free} that one by hand, or give this ${type} and its file another name`;
        return [{ path, message, remedy }];
    });
}

/** Finds triggers without a file on views that a plan drops: they would be lost with the view. */
export function findLostTriggers(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    gone: ReadonlySet<string>,
    views: readonly string[],
    takesOver: boolean,
): Problem[] {
    const files = sets.flatMap((set) => set.objects.map(fromFile));
    const find = (name: string): PlannedObject | undefined => files.find((file) => isSameName(file.name, name));
    return [...new Set(views)].flatMap((view) =>
        state.schema
            .filter((row) => isTriggerRowOn(row, view) && !gone.has(row.name.toLowerCase()))
            .filter((row) => !isManaged(row, state, find(row.name)?.checksum) && !(takesOver && find(row.name)))
            .map(({ name }) => ({
                path: find(view)?.path ?? `views/${view}.sql`,
                message: `the run drops this view, and with it the trigger '${name}', which no file defines`,
                remedy: plainName.test(name)
                    ? `save it as triggers/${name}.sql, or drop it by hand`
                    : "drop it by hand: no file can have its name",
            })),
    );
}

/** Whether a row of sqlite_schema is a trigger on a table or view. */
export function isTriggerRowOn(row: SchemaRow, table: string): boolean {
    return row.type === "trigger" && isSameName(row.table, table);
}

/** Whether the tokens of an applied migration have changed. Rows of stock postgrator are compared by MD5. */
export function isEdited(file: MigrationFile, row: VersionRow): boolean {
    if (row.checksum !== null) return row.checksum !== file.checksum;
    return row.md5 !== null && row.md5 !== file.md5;
}

/** Whether a set has version rows. */
export function isRecorded(set: string, state: Pick<DatabaseState, "versions">): boolean {
    return (state.versions.get(set) ?? []).length > 0;
}

function explainOrder(file: MigrationFile, current: number, next: number): Problem {
    return {
        path: file.path,
        message: `is out of order: the database is already at version ${current}`,
        remedy: withUndo(file)
            .map(({ path }) => renderMove(path, next))
            .join(" && "),
    };
}

function explainDeleted(set: MigrationSet, row: VersionRow): Problem {
    return {
        path: `${folderOf(set.name)}/${String(row.version).padStart(3, "0")}.do.${row.name ?? "?"}.sql`,
        message: "was applied to the database, but the file is missing",
        remedy: "restore it: `git log --diff-filter=D -- migrations` shows the commit that deleted it",
    };
}

function explainEdited(file: MigrationFile, row: VersionRow): Problem {
    const when = row.runAt === null ? "" : ` on ${row.runAt}`;
    return {
        path: file.path,
        message: `was changed after it was applied${when}`,
        remedy: "restore the applied text, and write a new migration for the change (`pnpm db:new <name>`)",
    };
}
