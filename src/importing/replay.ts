import { toFault } from "../database/faults.ts";
import type { MigrationSet } from "../planning/files.ts";
import { isTransactionControl } from "../planning/refusals.ts";
import { deployScratch } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { isMigratorTable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isKeyword } from "../sql/lexer.ts";
import type { Statement } from "../sql/statements.ts";
import type { ParsedScript } from "./parse.ts";

/** The schema that scripts of another tool lead to, or where they fail. */
export type Replayed =
    | { readonly schema: readonly SchemaRow[] }
    | { readonly path: string; readonly line: number; readonly message: string };

/**
 * Runs scripts as the other tool would, in memory, after the migrations that are there already.
 *
 * @throws DatabaseFault or AppError when those do not deploy
 */
export async function replayOriginals(
    sets: readonly MigrationSet[],
    scripts: readonly ParsedScript[],
): Promise<Replayed> {
    const connection = await deployScratch(
        sets,
        sets.flatMap((set) => set.migrations),
    );
    try {
        await connection.runAlone("PRAGMA foreign_keys = OFF");
        for (const { path, statements } of scripts) {
            for (const statement of statements.filter(isReplayed)) {
                const fault = await connection.runAlone(statement.sql).then(
                    () => undefined,
                    (error: unknown) => toFault(error),
                );
                // The other tool may have opened a transaction before, or ended this one.
                if (fault && !isTransactionControl(statement))
                    return { path, line: statement.line, message: fault.message };
            }
            await connection.runAlone("COMMIT").catch(() => undefined);
        }
        return { schema: withoutBookkeeping((await readState(connection, [])).schema) };
    } finally {
        connection.close();
    }
}

/** Leaves out the tables of the migrator. */
export function withoutBookkeeping(schema: readonly SchemaRow[]): SchemaRow[] {
    return schema.filter(({ table }) => !isMigratorTable(table));
}

// Without what only switches something, and what could write a file.
function isReplayed(statement: Statement): boolean {
    const [first, second] = statement.tokens;
    if (isKeyword(first, "PRAGMA")) return isKeyword(second, "legacy_alter_table");
    return !/^(ATTACH|DETACH|VACUUM|ANALYZE)$/i.test(first?.text ?? "");
}
