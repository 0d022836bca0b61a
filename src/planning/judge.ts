import { AppError } from "../errors.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readTableDefinition } from "../sql/create-table.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { MigrationFile, MigrationSet } from "./files.ts";
import { fromFile, isManaged, isTriggerOn, type PlannedObject } from "./objects.ts";
import type { Problem } from "./problems.ts";
import { type DatabaseState, findSchemaRow, type VersionRow, versionOf } from "./state.ts";
import { readStructure, type Structure } from "./structure.ts";

/** Migrations of a set that the database has not had, in order. */
export function findPending(set: MigrationSet, state: DatabaseState): MigrationFile[] {
    const applied = new Set((state.versions.get(set.name) ?? []).map((row) => row.version));
    return set.migrations.filter((file) => !applied.has(file.version));
}

/** Sets that a command takes into account: the core, those that the database has, and those asked for. */
export function findInstalledSets(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    wanted: readonly string[] = [],
): MigrationSet[] {
    return sets.filter((set, at) => at === 0 || state.versions.has(set.name) || wanted.includes(set.name));
}

/**
 * Refuses a database that has had migrations which this checkout does not know: a newer version is deployed elsewhere.
 *
 * @throws AppError `database-newer`
 */
export function refuseNewer(sets: readonly MigrationSet[], state: DatabaseState): void {
    for (const set of sets) {
        const latest = Math.max(0, ...set.migrations.map((file) => file.version));
        const newer = (state.versions.get(set.name) ?? []).filter((row) => row.version > latest);
        if (newer.length === 0) continue;
        const names = newer.map((row) => `${row.version} ${row.name ?? ""}`.trim()).join(", ");
        throw new AppError("database-newer", `the database is newer than these files: it has had ${names}`, {
            hint: "update this checkout (`git pull`), then run the command again",
            outcome: `Nothing was applied. The database is at version ${versionOf(state, set.name)}.`,
        });
    }
}

/** Finds late, edited and deleted migrations: files that no longer agree with what the database has had. */
export function findHistoryProblems(sets: readonly MigrationSet[], state: DatabaseState): Problem[] {
    return sets.flatMap((set) => {
        const files = new Map(set.migrations.map((file) => [file.version, file]));
        const rows = state.versions.get(set.name) ?? [];
        const current = versionOf(state, set.name);
        const late = findPending(set, state).filter((file) => file.version < current);
        let next = Math.max(current, ...files.keys());
        return [
            ...late.map((file) => {
                next++;
                return explainLate(file, current, next);
            }),
            ...rows.flatMap((row) => {
                const file = files.get(row.version);
                if (!file) return [explainDeleted(set, row)];
                return isEdited(file, row) ? [explainEdited(file, row)] : [];
            }),
        ];
    });
}

/** Finds pending migrations that this database cannot take: tables that are there already, rebuilds in the wrong order. */
export function findPendingProblems(pending: readonly MigrationFile[], state: DatabaseState): Problem[] {
    const problems: Problem[] = [];
    const gone = new Set<string>();
    for (const file of pending) {
        const structure = readStructure(file.statements);
        for (const table of [...structure.dropped, ...structure.renamed]) gone.add(table.toLowerCase());
        problems.push(...findOrphanedTables(file, structure, state, gone));
        for (const { table, line } of structure.renamedAway) {
            const message = `renames '${table}' away and creates it again, so child tables would follow the old one`;
            const remedy = `make '${table}_new' first, fill it, drop '${table}', then rename (migrations/README.md)`;
            problems.push({ rule: "renamed-away", path: file.path, line, message, remedy });
        }
        for (const { name, line } of findCreatedTables(file)) {
            if (!findSchemaRow(state, name) || gone.has(name.toLowerCase())) continue;
            problems.push({
                path: file.path,
                line,
                message: `the database has '${name}' already, but no record of this migration`,
                remedy: isRecorded(file.set, state)
                    ? "fix the file: give the table another name, or drop or rename the old one first"
                    : "if it equals the files, record it with `pnpm db:baseline`; else use another database",
            });
        }
    }
    return problems;
}

/**
 * Finds migrations that write rows of a table with triggers after a change that takes them away. The files say which
 * tables have triggers, beside the database, so that a fresh database is judged as one that has had them for long.
 */
export function findUnwatchedWrites(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    pending: readonly { readonly file: MigrationFile; readonly structure: Structure }[],
): Problem[] {
    const files = sets.flatMap((set) => set.objects.map(fromFile));
    const isInteractive = (table: string): boolean =>
        files.some((object) => isTriggerOn(object, table)) ||
        state.schema.some((row) => isTriggerRowOn(row, table) && isManaged(row, state));
    return pending.flatMap(({ file, structure }) =>
        structure.writtenAfter
            .filter(({ table }) => isInteractive(table))
            .map(({ table, line }) => ({
                rule: "unwatched-write",
                path: file.path,
                line,
                message: `writes rows of '${table}' after a change that takes its triggers away`,
                remedy: "put the rows' part into a migration of its own, so that the triggers see it",
            })),
    );
}

/**
 * Finds views and triggers of the files whose names belong to something in the database that no run has made.
 *
 * @param gone names, in lower case, that pending migrations make free
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
        return [
            {
                path,
                message: `the database has the ${row.type} '${row.name}' already, and no deploy made it`,
                remedy: `drop or rename that one by hand; or give this ${type} and its file another name`,
            },
        ];
    });
}

/** Finds triggers without a file on views that a plan drops: they would be dropped with the view and not come back. */
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
                remedy: `keep it as triggers/${name}.sql, or drop it by hand`,
            })),
    );
}

function isTriggerRowOn(row: SchemaRow, table: string): boolean {
    return row.type === "trigger" && isSameName(row.table, table);
}

/** Whether the tokens of an applied migration have changed. Rows of stock postgrator are judged by their MD5. */
export function isEdited(file: MigrationFile, row: VersionRow): boolean {
    if (row.checksum !== null) return row.checksum !== file.checksum;
    return row.md5 !== null && row.md5 !== file.md5;
}

// Dropping a table deletes its rows first, and with them those of its children where they cascade.
function findOrphanedTables(
    file: MigrationFile,
    { dropped, created }: Structure,
    state: DatabaseState,
    gone: ReadonlySet<string>,
): Problem[] {
    const parents = dropped.filter((name) => !created.some((table) => isSameName(table, name)));
    return parents.flatMap((parent) =>
        state.schema
            .filter((row) => row.type === "table" && !gone.has(row.name.toLowerCase()) && pointsTo(row, parent))
            .map(({ name }) => ({
                rule: "dropped-parent",
                path: file.path,
                message: `drops '${parent}', which '${name}' points to: its rows would go too, or could no longer be written`,
                remedy: `a rebuild is one file (migrations/README.md); else drop '${name}', or rebuild it without the foreign key`,
            })),
    );
}

/** Whether a table has a foreign key to that one. */
export function pointsTo(child: SchemaRow, parent: string): boolean {
    const { references } = readTableDefinition(child.sql ?? "");
    return references.some((reference) => isSameName(reference.parent, parent));
}

function isRecorded(set: string, state: DatabaseState): boolean {
    return (state.versions.get(set) ?? []).length > 0;
}

function findCreatedTables(file: MigrationFile): { name: string; line: number }[] {
    return file.statements.flatMap((statement) => {
        const fact = readFact(statement);
        return fact.does === "create" && fact.type === "table" ? [{ name: fact.name, line: statement.line }] : [];
    });
}

function explainLate(file: MigrationFile, current: number, next: number): Problem {
    const rename = (path: string): string => {
        const [, folder, digits = "", rest] = /^(.*\/)(\d+)(.*)$/.exec(path) ?? [];
        return `mv ${path} ${folder}${String(next).padStart(digits.length, "0")}${rest}`;
    };
    const commands = [file.path, ...(file.undo ? [file.undo.path] : [])].map(rename);
    return {
        path: file.path,
        message: `comes late: the database is at version ${current} already`,
        remedy: commands.join(" && "),
    };
}

function explainDeleted(set: MigrationSet, row: VersionRow): Problem {
    const folder = set.migrations[0]?.path.replace(/[^/]*$/, "") ?? "migrations/";
    return {
        path: `${folder}${String(row.version).padStart(3, "0")}.do.${row.name ?? "?"}.sql`,
        message: "was applied to the database, but the file is gone",
        remedy: "restore it: `git log --diff-filter=D -- migrations` names the commit that deleted it",
    };
}

function explainEdited(file: MigrationFile, row: VersionRow): Problem {
    const when = row.runAt === null ? "" : ` on ${row.runAt}`;
    return {
        path: file.path,
        message: `was changed after it was applied${when}`,
        remedy: "restore the applied text, and put the change into a new migration (`pnpm db:new <name>`)",
    };
}
