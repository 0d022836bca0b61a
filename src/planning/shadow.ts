import type { Connection } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { openScratch } from "../database/file/connection.ts";
import { AppError } from "../errors.ts";
import { type FillProgress, fillVolumes, type Volume } from "../queries/volumes.ts";
import { findMismatchedKey, findTablesAfter, followFiles } from "../schema/known-schema.ts";
import type { SchemaRow } from "../schema/row.ts";
import { findBlamedLine } from "../sql/blame.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { MigrationFile, MigrationSet, ObjectFile } from "./files.ts";
import { explainGuard, type GuardFailure, keyAdvice } from "./guards.ts";
import { findPlaceBefore, type PlaceBefore } from "./judging/moves.ts";
import { planRun } from "./plan.ts";
import type { Problem } from "./problems.ts";
import { proofOf, renderParts, type ScriptInput, type ScriptPart, scriptOptions } from "./script.ts";
import { emptyState, findSchemaRow, readState } from "./state.ts";
import { findOwnTables, readStructure } from "./structure.ts";

/** Files that do not deploy into an empty database, with the statement that fails. */
export class FailedDeploy extends AppError {
    readonly problem: Problem;

    constructor(problem: Problem, cause: unknown) {
        const { path, line, message, remedy } = problem;
        const place = line === undefined ? path : `${path}:${line}`;
        super("migration-failed", `${place}: ${message}`, { hint: remedy, cause });
        this.name = "FailedDeploy";
        this.problem = problem;
    }
}

/**
 * Deploys migrations and objects into a scratch database, as into a fresh one.
 *
 * @param options.unjudged skip validation of files that were applied before
 * @returns the open database; the caller closes it
 * @throws FailedDeploy when a statement fails, AppError `invalid-files` where a fresh database would refuse the files
 */
export async function deployScratch(
    sets: readonly MigrationSet[],
    applied: readonly MigrationFile[],
    options: { unjudged?: boolean } = {},
): Promise<Connection> {
    const plan = await planRun({
        ...options,
        sets,
        state: emptyState,
        direction: "do",
        migrations: applied,
        perFile: false,
        findDeferred: (files) => findDeferred(sets, files),
    });
    const connection = openScratch();
    try {
        let state = emptyState;
        for (const step of plan.steps) {
            const input = { step, direction: "do" as const, sets, state, refreshed: [], leaseOwner: undefined };
            const parts = renderParts(input);
            await connection.runScript(parts, scriptOptions(input)).catch(async (error: unknown) => {
                throw error instanceof DatabaseFault ? await toFailedDeploy(connection, input, parts, error) : error;
            });
            state = await readState(connection, sets);
        }
        return connection;
    } catch (error) {
        connection.close();
        throw error;
    }
}

async function toFailedDeploy(
    connection: Connection,
    input: ScriptInput,
    parts: readonly ScriptPart[],
    fault: DatabaseFault,
): Promise<FailedDeploy> {
    const part = fault.part === undefined ? undefined : parts[fault.part];
    const mismatch = locateMismatch(input, fault.message);
    if (mismatch) return new FailedDeploy({ ...mismatch, message: fault.message, remedy: keyAdvice }, fault);
    const path = part?.path ?? part?.proves?.path ?? listPaths(input);
    if (part?.role === "guard") {
        const before = parts.slice(0, fault.part);
        const { message, details, hint } = await explainFailedGuard(connection, input, before, fault.message);
        return new FailedDeploy({ path, message: [message, ...details].join("; "), remedy: hint }, fault);
    }
    const line = part && locateFault(part, fault.message);
    const remedy = `correct ${path}, then run the command again`;
    return new FailedDeploy({ path, message: fault.message, remedy, ...(line === undefined ? {} : { line }) }, fault);
}

/** Lists the files of a step, for a message. */
export function listPaths({ step }: ScriptInput): string {
    return step.migrations.map(({ path }) => path).join(", ");
}

/** Explains the guard that failed after these parts, which run once more in a transaction that is rolled back. */
export function explainFailedGuard(
    connection: Connection,
    input: ScriptInput,
    before: readonly ScriptPart[],
    message: string,
): Promise<GuardFailure> {
    const { step, sets, state, direction } = input;
    const { rebuilt, dropped } = step;
    const hasIndex = (name: string): boolean => findSchemaRow(state, name) !== undefined;
    const placeBefore = (table: string): PlaceBefore | undefined => {
        const rebuilds = ({ statements }: MigrationFile): boolean =>
            readStructure(statements).rebuilt.some((name) => isSameName(name, table));
        const file = direction === "do" ? step.migrations.find(rebuilds) : undefined;
        return file && findPlaceBefore(file, sets.find(({ name }) => name === file.set)?.migrations ?? []);
    };
    const guarded = { tables: findOwnTables(sets), rebuilt, dropped, hasIndex, findPlaceBefore: placeBefore };
    return explainGuard(guarded, message, async (queries) => {
        const asked = queries.map((sql) => ({ sql }));
        const { results } = await connection.tryOut(before, asked, scriptOptions(input));
        return results.flatMap((item) => (item.ok ? item.rows.map((row) => String(Object.values(row)[0])) : []));
    });
}

/** Finds the foreign key that a message calls a mismatch, in the files of a step. */
export function locateMismatch({ step }: ScriptInput, message: string): ReturnType<typeof findMismatchedKey> {
    return findMismatchedKey(followFiles(step.migrations), message);
}

/** Finds the line, in its file, of a statement that failed. */
export function locateFault(
    { line, sql, proves }: Pick<ScriptPart, "line" | "sql" | "proves">,
    message: string,
): number | undefined {
    const blamed = line === undefined ? undefined : findBlamedLine(proves?.statement.sql ?? sql, message);
    return line === undefined ? undefined : line + (blamed ?? 1) - 1;
}

/**
 * Deploys all migrations into a scratch database, and fills it with `times` the documented volumes.
 *
 * @returns the open database; the caller closes it
 * @throws as deployScratch(), and what `progress` throws
 */
export async function deployFilled(
    sets: readonly MigrationSet[],
    volumes: readonly Volume[],
    times: number,
    progress?: (state: FillProgress) => void | Promise<void>,
): Promise<Connection> {
    const connection = await deployScratch(
        sets,
        sets.flatMap((set) => set.migrations),
    );
    try {
        await fillVolumes(connection, volumes, times, progress);
        return connection;
    } catch (error) {
        connection.close();
        throw error;
    }
}

/** Reads the rows of sqlite_schema after a fresh deploy of these migrations. */
export async function readExpectedSchema(
    sets: readonly MigrationSet[],
    applied: readonly MigrationFile[],
): Promise<readonly SchemaRow[]> {
    const connection = await deployScratch(sets, applied, { unjudged: true });
    try {
        return (await readState(connection, sets)).schema;
    } finally {
        connection.close();
    }
}

/**
 * Finds the names of views and triggers that do not prepare with only these migrations applied, and those of an optional set of
 * which no migration is applied.
 */
export async function findDeferred(
    sets: readonly MigrationSet[],
    applied: readonly MigrationFile[],
): Promise<ReadonlySet<string>> {
    const connection = openScratch();
    try {
        await connection.runAlone("PRAGMA foreign_keys = OFF");
        // Rows do not matter here and may take long to write. A failing statement may need tables that no file creates; if
        // it is broken, the run will report it.
        const statements = applied.flatMap((file) => file.statements);
        for (const statement of statements) {
            if (readFact(statement).does !== "write") await succeeds(connection.runAlone(statement.sql));
        }
        const findShape = findTablesAfter(statements);
        const isUndone = ({ migrations }: MigrationSet): boolean =>
            migrations.length > 0 && !migrations.some((file) => applied.includes(file));
        const undone = new Set(sets.slice(1).filter(isUndone));
        const objects = sets.flatMap((set) => (undone.has(set) ? [] : set.objects));
        const deferred = new Set([...undone].flatMap((set) => set.objects.map(({ name }) => name)));
        for (const object of objects) {
            if (!(await succeeds(connection.runAlone(object.statements[0]?.sql ?? "")))) deferred.add(object.name);
        }
        const prepares = (object: ObjectFile): Promise<boolean> => {
            const statement = object.statements[0];
            if (!statement) return Promise.resolve(false);
            return succeeds(connection.runAlone(proofOf({ ...object, statement }, findShape)));
        };
        await dropUnprepared(connection, objects, deferred, prepares);
        return deferred;
    } finally {
        connection.close();
    }
}

// An object that does not prepare can make others fail, so the views are settled before the triggers are tried, and each
// trigger is tried without the others.
async function dropUnprepared(
    connection: Connection,
    objects: readonly ObjectFile[],
    deferred: Set<string>,
    prepares: (object: ObjectFile) => Promise<boolean>,
): Promise<void> {
    const triggers = objects.filter((object) => object.type === "trigger" && !deferred.has(object.name));
    for (const { name } of triggers) await connection.runAlone(`DROP TRIGGER ${quoteName(name)}`);
    for (let settled = false; !settled; ) {
        settled = true;
        for (const view of objects) {
            if (view.type !== "view" || deferred.has(view.name) || (await prepares(view))) continue;
            await connection.runAlone(`DROP VIEW ${quoteName(view.name)}`);
            deferred.add(view.name);
            settled = false;
        }
    }
    for (const trigger of triggers) {
        await connection.runAlone(trigger.statements[0]?.sql ?? "");
        if (!(await prepares(trigger))) deferred.add(trigger.name);
        await connection.runAlone(`DROP TRIGGER ${quoteName(trigger.name)}`);
    }
}

function succeeds(run: Promise<void>): Promise<boolean> {
    return run.then(
        () => true,
        () => false,
    );
}
