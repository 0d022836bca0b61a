import { DatabaseFault, explainFault } from "../database/faults.ts";
import type { MigrationSet } from "../planning/files.ts";
import { readAll } from "../planning/prepare.ts";
import type { DatabaseState } from "../planning/state.ts";
import { type Context, openDatabase } from "./program.ts";

/**
 * Reads files and state for a command that changes nothing, and prints which database it is.
 *
 * @param options.anyVersion takes a database that is newer than the files, too
 */
export async function readDatabase(
    context: Context,
    options: { anyVersion?: boolean } = {},
): Promise<{ sets: readonly MigrationSet[]; state: DatabaseState }> {
    const { config, connection } = await openDatabase(context, "read");
    try {
        const { sets, state } = await readAll(context.root, connection, options);
        return { sets, state };
    } catch (error) {
        throw error instanceof DatabaseFault ? explainFault(error, config.target) : error;
    } finally {
        connection?.close();
    }
}
