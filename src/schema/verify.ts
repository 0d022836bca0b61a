import type { MigrationSet } from "../migrations/files.ts";
import { findPending } from "../migrations/judge.ts";
import { readExpectedSchema } from "../migrations/scratch.ts";
import type { DatabaseState } from "../migrations/state.ts";
import { compareSchemas, type ObjectDifference } from "./compare.ts";

/**
 * Compares a database with what its own version of the files leads to: pending migrations are no difference, and neither
 * is a view that waits for one of them.
 */
export async function verifySchema(sets: readonly MigrationSet[], state: DatabaseState): Promise<ObjectDifference[]> {
    const applied = sets.flatMap((set) => {
        const pending = new Set(findPending(set, state));
        return set.migrations.filter((file) => !pending.has(file));
    });
    const here = new Set(sets.map((set) => set.name));
    const elsewhere = new Set(state.objects.filter((record) => !here.has(record.set)).map((record) => record.name));
    const expected = applied.length === 0 ? [] : await readExpectedSchema(sets, applied);
    const live = state.schema.filter((row) => !elsewhere.has(row.name));
    return compareSchemas(live, expected);
}
