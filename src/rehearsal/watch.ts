import type { Connection, ReadTransaction } from "../database/connection.ts";
import { toFault } from "../database/faults.ts";
import { openFile } from "../database/file/connection.ts";
import type { FileTarget } from "../database/target.ts";
import type { MigrationFile } from "../planning/files.ts";
import type { Plan } from "../planning/plan.ts";
import { type Inspection, inspect } from "./inspect.ts";
import { readNumber } from "./queries.ts";

/** What was measured of one migration, from its first statement to its last. */
export interface WatchedFile {
    readonly file: MigrationFile;
    milliseconds: number;
    /** Rows that its statements wrote, including those of triggers and foreign keys. */
    changed: number;
    /** Undefined until its last statement has run. */
    after: Inspection | undefined;
}

/** A connection to a copy that records what each file of a plan does. */
export interface WatchedConnection extends Connection {
    /** In the order of the plan. */
    readonly files: readonly WatchedFile[];
    /** How long each committed transaction took, in milliseconds, without the time for recording. */
    readonly transactions: readonly number[];
}

/** Opens a copy that times and counts each statement of a file; it runs the same ones in the same transactions. */
export function openWatched(target: FileTarget, plan: Plan, signal?: AbortSignal): WatchedConnection {
    const connection = openFile(target, signal);
    const expected = expectStatements(plan);
    const files = [...new Set(expected.map(({ watched }) => watched))];
    const rebuilt = plan.steps.flatMap((step) => step.rebuilt);
    const transactions: number[] = [];
    const runScript: Connection["runScript"] = async (script, options) => {
        const database = await connection.begin("write", options);
        const startedAt = performance.now();
        let inspecting = 0;
        try {
            for (const [part, { sql }] of script.entries()) {
                const next = expected[0]?.sql === sql ? expected.shift() : undefined;
                const before = await countChanges(database);
                const runningAt = performance.now();
                await database.run(sql).catch((error: unknown) => {
                    throw toFault(error).at(part);
                });
                const ranAt = performance.now();
                if (next) {
                    const { watched, isLast } = next;
                    watched.milliseconds += ranAt - runningAt;
                    watched.changed += (await countChanges(database)) - before;
                    if (isLast) watched.after = await inspect(database, rebuilt);
                }
                inspecting += performance.now() - ranAt;
            }
            await database.commit();
            transactions.push(performance.now() - startedAt - inspecting);
        } finally {
            await database.close();
        }
    };
    return { ...connection, runScript, files, transactions };
}

// The statements of the files, in the order in which the run sends them.
function expectStatements(plan: Plan) {
    // A file may have two actions.
    const files = new Map<MigrationFile, WatchedFile>(
        plan.migrations.map((file) => [file, { file, milliseconds: 0, changed: 0, after: undefined }]),
    );
    const actions = plan.steps.flatMap((step) => step.actions);
    const statements = actions.flatMap((action) => {
        const watched = action.does === "migrate" ? files.get(action.file) : undefined;
        return action.does === "migrate" && watched ? action.statements.map(({ sql }) => ({ sql, watched })) : [];
    });
    return statements.map((item, at) => ({ ...item, isLast: statements[at + 1]?.watched !== item.watched }));
}

function countChanges(database: ReadTransaction): Promise<number> {
    return readNumber(database, "SELECT total_changes() AS number");
}
