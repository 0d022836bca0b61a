import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import type { ObjectRecord } from "../../planning/bookkeeping.ts";
import type { MigrationSet } from "../../planning/files.ts";
import { findHistoryProblems, refuseNewer } from "../../planning/judge.ts";
import type { Problem } from "../../planning/problems.ts";
import { type DatabaseState, findSchemaRow, versionOf } from "../../planning/state.ts";
import { storedSql } from "../../sql/statement-facts.ts";
import { checksumTokens } from "../../sql/statements.ts";
import type { Context } from "../program.ts";
import { readDatabase } from "../read-database.ts";
import { countOf, describeSchema } from "../report.ts";

/** Every migration, view and trigger, applied or not. Exit code 3 when something is pending, 4 when files disagree. */
export async function showStatus(context: Context): Promise<ExitCode> {
    const { output } = context;
    const { sets, state } = await readDatabase(context, { anyVersion: true });
    const entries = [...listMigrations(sets, state), ...listObjects(sets, state), ...listOrphans(sets, state)];
    const newer = findNewer(sets, state);
    const problems = newer ? [] : findHistoryProblems(sets, state);
    const version = versionOf(state, sets[0]?.name ?? "");
    const schemaVersion = await readSchemaVersion(context.root);
    output.table(entries.map(({ isDone, what, detail }) => [isDone ? "[X]" : "[ ]", what, detail]));
    for (const { path, message, remedy } of problems) output.warn(`${path}: ${message}\n    ${remedy}`);
    output.line();
    output.field("Schema", `${schemaVersion}, migration ${version}: ${describeSchema(state)}`);
    if (newer) throw newer;
    output.line(describePending(entries, problems));
    output.document({
        schemaVersion,
        version,
        entries: entries.map(({ isDone, what, detail }) => ({ what, done: isDone, detail })),
        problems,
    });
    if (problems.length > 0) return exitCodes.drift;
    return entries.every((entry) => entry.isDone) ? exitCodes.done : exitCodes.pending;
}

// The error that a write would end with; here it comes after everything that can be shown.
function findNewer(sets: readonly MigrationSet[], state: DatabaseState): AppError | undefined {
    try {
        refuseNewer(sets, state);
        return undefined;
    } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
    }
}

interface Entry {
    readonly kind: "migration" | "object";
    readonly what: string;
    readonly isDone: boolean;
    /** When a migration was applied; why an object is not there. */
    readonly detail: string;
}

function listMigrations(sets: readonly MigrationSet[], state: DatabaseState): Entry[] {
    return sets.flatMap((set) =>
        set.migrations.map((file): Entry => {
            const row = (state.versions.get(set.name) ?? []).find(({ version }) => version === file.version);
            return { kind: "migration", what: file.path, isDone: row !== undefined, detail: row?.runAt ?? "" };
        }),
    );
}

function listObjects(sets: readonly MigrationSet[], state: DatabaseState): Entry[] {
    return sets.flatMap((set) =>
        set.objects.map(({ path, name, statements }): Entry => {
            const live = findSchemaRow(state, name)?.sql ?? undefined;
            const record = state.objects.find((object) => object.name === name);
            const isDone = live !== undefined && live === (statements[0] && storedSql(statements[0]));
            return { kind: "object", what: path, isDone, detail: isDone ? "" : describeObject(live, record) };
        }),
    );
}

function describeObject(live: string | undefined, record: ObjectRecord | undefined): string {
    if (live === undefined) return record?.status === "waiting" ? "waits for a later version" : "";
    return record && checksumTokens(live) !== record.checksum ? "changed by hand" : "the file has changed";
}

// Deployed from a file that is gone since; the next deploy drops them.
function listOrphans(sets: readonly MigrationSet[], state: DatabaseState): Entry[] {
    return state.objects
        .filter((record) => {
            const set = sets.find(({ name }) => name === record.set);
            return set !== undefined && !set.objects.some(({ name }) => name === record.name);
        })
        .map(({ type, name }) => ({
            kind: "object",
            what: `${type} ${name}`,
            isDone: false,
            detail: "its file is gone",
        }));
}

function describePending(entries: readonly Entry[], problems: readonly Problem[]): string {
    if (problems.length > 0) return `The files and the database disagree: ${countOf(problems.length, "problem")}.`;
    const count = (kind: Entry["kind"]): number =>
        entries.filter((entry) => entry.kind === kind && !entry.isDone).length;
    const parts = [
        ...(count("migration") > 0 ? [countOf(count("migration"), "migration")] : []),
        ...(count("object") > 0 ? [countOf(count("object"), "view or trigger", "views and triggers")] : []),
    ];
    return parts.length === 0
        ? "The database is up to date."
        : `Pending: ${parts.join(", ")}. Deploy with \`pnpm db:migrate\`.`;
}

// The number that the documents give the schema; the migration number is the one that counts here.
async function readSchemaVersion(root: string): Promise<string> {
    const text = await readFile(join(root, "package.json"), "utf8").catch(() => "{}");
    const { schemaVersion } = JSON.parse(text) as { schemaVersion?: string };
    return schemaVersion ?? "unversioned";
}
