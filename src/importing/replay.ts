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
import { readContents, type TableContents } from "./table-rows.ts";

/** A schema, and what its tables hold. */
export interface ReplayedWell {
    readonly schema: readonly SchemaRow[];
    readonly contents: TableContents;
}

/** What scripts of another tool lead to, or where they fail. */
export type Replayed = ReplayedWell | { readonly path: string; readonly line: number; readonly message: string };

/**
 * Runs scripts as the other tool would, in memory, after the migrations that are there already.
 *
 * @param options.switchesKeys begin with foreign keys on, and switch them as the scripts do; otherwise they are off
 * @throws DatabaseFault or AppError when those do not deploy
 */
export async function replayOriginals(
    sets: readonly MigrationSet[],
    scripts: readonly ParsedScript[],
    { switchesKeys = false }: { readonly switchesKeys?: boolean } = {},
): Promise<Replayed> {
    const connection = await deployScratch(
        sets,
        sets.flatMap((set) => set.migrations),
    );
    try {
        await connection.runAlone(`PRAGMA foreign_keys = ${switchesKeys ? "ON" : "OFF"}`);
        for (const { path, statements } of scripts) {
            for (const statement of statements.filter((item) => isReplayed(item, switchesKeys))) {
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
        const schema = withoutBookkeeping((await readState(connection, [])).schema);
        return { schema, contents: await readContents(connection, schema) };
    } finally {
        connection.close();
    }
}

/** Leaves out the tables of the migrator. */
export function withoutBookkeeping(schema: readonly SchemaRow[]): SchemaRow[] {
    return schema.filter(({ table }) => !isMigratorTable(table));
}

// Without what only switches something, and what could write a file.
function isReplayed(statement: Statement, switchesKeys: boolean): boolean {
    const [first, second] = statement.tokens;
    if (isKeyword(first, "PRAGMA")) {
        const isOfKeys = isKeyword(second, "FOREIGN_KEYS") || isKeyword(second, "DEFER_FOREIGN_KEYS");
        return isKeyword(second, "LEGACY_ALTER_TABLE") || (switchesKeys && isOfKeys);
    }
    return !/^(ATTACH|DETACH|VACUUM|ANALYZE)$/i.test(first?.text ?? "");
}
