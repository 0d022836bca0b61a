import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { MigrationFile, MigrationSet } from "../planning/files.ts";
import { findApplied, isMadeElsewhere, madeElsewhere } from "../planning/judge.ts";
import { type LeaveOut, readAll } from "../planning/prepare.ts";
import { readExpectedSchema } from "../planning/shadow.ts";
import { type DatabaseState, versionOf } from "../planning/state.ts";
import { compareSchemas, isDrift, type ObjectDifference } from "../schema/compare.ts";
import { renderDiff } from "../schema/diff.ts";
import type { SchemaRow } from "../schema/row.ts";
import { checksumTokens } from "../sql/statements.ts";

/** How the objects of a database compare with the files at its version. */
export interface SchemaVerification {
    readonly sets: readonly MigrationSet[];
    readonly state: DatabaseState;
    readonly version: number;
    readonly differences: readonly ObjectDifference[];
    /** The migrations that were left out, because they have no statement yet. */
    readonly unfinished: readonly MigrationFile[];
    /** Whether extra indexes on tables of the files are drift. */
    readonly strict: boolean;
}

/**
 * Reads a database and compares every object with the files.
 *
 * @param connection undefined for a missing file
 * @param options.strict whether extra indexes on tables of the files are drift
 * @param options.leaveOut as for readAll()
 * @throws AppError `drift` for a database without migrations; otherwise as readAll()
 */
export async function verifyDatabase(
    root: string,
    connection: Connection | undefined,
    { strict = false, leaveOut }: { readonly strict?: boolean | undefined; readonly leaveOut: LeaveOut },
): Promise<SchemaVerification> {
    const { sets, state, unfinished } = await readAll(root, connection, { leaveOut });
    const version = versionOf(state);
    if (version === 0) {
        throw new AppError("drift", "this database has no migrations, so there is nothing to compare", {
            hint: isMadeElsewhere(state) ? madeElsewhere : "deploy it with `pnpm db:migrate`",
        });
    }
    const differences = await verifySchema(sets, state, { strict });
    return { sets, state, version, strict, unfinished, differences };
}

/** The comparison as a document of --json. */
export function describeVerification(version: number, differences: readonly ObjectDifference[]): object {
    const objects = differences.map((difference) =>
        isDrift(difference)
            ? { ...difference, diff: renderDiff(difference).map(({ sign, text }) => `${sign} ${text}`) }
            : difference,
    );
    return { version, drift: differences.some(isDrift), objects };
}

/**
 * Compares a database with the files at its own version: pending migrations do not count, nor does a view that is deferred
 * to one of them.
 */
export async function verifySchema(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    options: { readonly strict?: boolean } = {},
): Promise<ObjectDifference[]> {
    const live = findOwnRows(sets, state);
    return compareSchemas(live, await readAppliedSchema(sets, state), options).map((difference) =>
        isUndeployed(difference, state) ? { ...difference, isUndeployed: true } : difference,
    );
}

/** Reads the rows of sqlite_schema that the applied migrations and the views and triggers of the files create. */
export async function readAppliedSchema(
    sets: readonly MigrationSet[],
    state: DatabaseState,
): Promise<readonly SchemaRow[]> {
    const applied = findApplied(sets, state);
    return applied.length === 0 ? [] : readExpectedSchema(sets, applied);
}

/** Finds the rows of sqlite_schema without views and triggers of sets that this checkout lacks. */
export function findOwnRows(sets: readonly MigrationSet[], state: DatabaseState): SchemaRow[] {
    const here = new Set(sets.map((set) => set.name));
    const elsewhere = new Set(state.objects.filter((record) => !here.has(record.set)).map((record) => record.name));
    return state.schema.filter((row) => !elsewhere.has(row.name));
}

// The record shows what the last deploy did with it.
function isUndeployed(difference: ObjectDifference, state: DatabaseState): boolean {
    const { type, name, live } = difference;
    if (!isDrift(difference) || (type !== "view" && type !== "trigger")) return false;
    const record = state.objects.find((object) => object.name === name && object.status === "present");
    return live === undefined ? record === undefined : record?.checksum === checksumTokens(live);
}
