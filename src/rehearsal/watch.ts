import { setImmediate as turn } from "node:timers/promises";
import Database from "libsql";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, toFault } from "../database/faults.ts";
import { openFile } from "../database/file/connection.ts";
import type { FileTarget } from "../database/target.ts";
import type { MigrationFile } from "../planning/files.ts";
import type { Plan } from "../planning/plan.ts";
import { splitStatements } from "../sql/statements.ts";
import { type Inspection, inspect } from "./inspect.ts";
import { readNumber } from "./queries.ts";

/** What was measured of one migration, from its first statement to its last. */
export interface WatchedFile {
    readonly file: MigrationFile;
    milliseconds: number;
    /** Rows that its statements wrote, with those that triggers and foreign keys wrote for them. */
    changed: number;
    /** Undefined until its last statement has run. */
    after: Inspection | undefined;
}

/** A connection to a copy that takes note of what each file of a plan does. */
export interface WatchedConnection extends Connection {
    /** In the order of the plan. */
    readonly files: readonly WatchedFile[];
    /** What the transactions took that have been committed, in milliseconds, without the taking of notes. */
    readonly transactions: readonly number[];
}

interface Expected {
    readonly sql: string;
    readonly watched: WatchedFile;
    readonly isLast: boolean;
}

const lockTimeout = 5_000;

/**
 * Opens a copy so that the scripts of a run are carried out statement by statement, and each statement of a file is timed
 * and counted. What is run, and in which transaction, is the same as without.
 *
 * @param plan tells which statements are whose: the run sends them in this order
 */
export function openWatched(target: FileTarget, plan: Plan, signal?: AbortSignal): WatchedConnection {
    const connection = openFile(target, signal);
    const expected = expectStatements(plan);
    const rebuilt = plan.steps.flatMap((step) => step.rebuilt);
    const transactions: number[] = [];
    const runScript = async (script: string): Promise<void> => {
        const database = new Database(target.path, { timeout: lockTimeout });
        let spent = 0;
        try {
            // The copy is thrown away: a loss of power may take it along.
            database.exec("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF");
            for (const { sql } of splitStatements(script)) {
                if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
                const next = expected[0]?.sql === sql ? expected.shift() : undefined;
                const before = countChanges(database);
                const startedAt = performance.now();
                database.exec(sql);
                const milliseconds = performance.now() - startedAt;
                spent += milliseconds;
                if (next) {
                    const { watched, isLast } = next;
                    watched.milliseconds += milliseconds;
                    watched.changed += countChanges(database) - before;
                    if (isLast) watched.after = inspect(database, rebuilt);
                }
                // Ctrl-C is heard between two statements.
                await turn();
            }
            transactions.push(spent);
        } catch (error) {
            if (database.inTransaction) database.exec("ROLLBACK");
            throw toFault(error);
        } finally {
            database.close();
        }
    };
    return { ...connection, runScript, files: listFiles(expected), transactions };
}

function expectStatements(plan: Plan): Expected[] {
    const watched = new Map<MigrationFile, WatchedFile>(
        plan.migrations.map((file) => [file, { file, milliseconds: 0, changed: 0, after: undefined }]),
    );
    const statements = plan.steps.flatMap((step) =>
        step.actions.flatMap((action) => {
            const entry = action.does === "migrate" ? watched.get(action.file) : undefined;
            if (action.does !== "migrate" || !entry) return [];
            return action.statements.map(({ sql }) => ({ sql, watched: entry }));
        }),
    );
    return statements.map((item, at) => ({ ...item, isLast: statements[at + 1]?.watched !== item.watched }));
}

function listFiles(expected: readonly Expected[]): WatchedFile[] {
    return [...new Set(expected.map(({ watched }) => watched))];
}

function countChanges(database: Database.Database): number {
    return readNumber(database, "SELECT total_changes() AS number");
}
