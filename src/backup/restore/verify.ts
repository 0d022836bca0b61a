import type { ReadTransaction } from "../../database/connection.ts";
import { toFault } from "../../database/faults.ts";
import { openConnection } from "../../database/open.ts";
import type { FileTarget, Target } from "../../database/target.ts";
import type { TableSummary } from "../format.ts";
import { createRowHash } from "../hash.ts";
import { readLayout, readSome, type StoredTable } from "../layout.ts";
import { countRows, readStoredRows } from "../rows.ts";

/** The rows of a restore that are compared with its backup. */
export interface RowComparison {
    readonly wanted: readonly TableSummary[];
    /** The columns of tables that were there before, in the order of the backup. */
    readonly columns: ReadonlyMap<string, readonly string[]>;
    readonly onRows: (table: string, done: number, of: number) => void;
    readonly signal?: AbortSignal | undefined;
}

/** Runs `body` in a read transaction on a connection of its own. */
export async function withSnapshot<T>(
    target: Target,
    lock: number,
    signal: AbortSignal | undefined,
    body: (snapshot: ReadTransaction) => Promise<T>,
): Promise<T> {
    const connection = await openConnection(target, signal, { lock, mustExist: true });
    try {
        const snapshot = await connection.begin("read");
        return await body(snapshot).finally(() => snapshot.close());
    } finally {
        connection.close();
    }
}

/**
 * Hashes rows as a backup does, and describes how tables differ from it, as sentences; none where they are equal.
 * @throws DatabaseFault, `interrupted` after Ctrl-C
 */
export async function compareRows(
    snapshot: ReadTransaction,
    { wanted, columns, onRows, signal }: RowComparison,
): Promise<string[]> {
    const { tables } = await readLayout(snapshot);
    const problems: string[] = [];
    for (const { name, rows, sha256 } of wanted) {
        const table = tables.find((other) => other.name === name);
        const count = table && (await countRows(snapshot, table));
        if (!table) problems.push(`the table '${name}' is missing`);
        else if (count !== rows) problems.push(`'${name}' has ${count} rows instead of ${rows}`);
        else {
            const hash = createRowHash();
            const ordered = sortColumns(table, columns.get(name));
            for await (const page of readStoredRows(snapshot, ordered, { count, signal })) {
                for (const { literals } of page) hash.add(literals);
                onRows(name, hash.rows, count);
            }
            if (hash.digest() !== sha256) problems.push(`the rows of '${name}' differ`);
        }
    }
    return problems;
}

function sortColumns(table: StoredTable, names: readonly string[] = []): StoredTable {
    if (names.length === 0) return table;
    const at = (name: string): number => names.indexOf(name);
    return { ...table, columns: [...table.columns].sort((a, b) => at(a.name) - at(b.name)) };
}

/** What is wrong with a restored file, as sentences, and how many rows refer to a row that does not exist. */
export interface Verification {
    readonly problems: readonly string[];
    /** Not a problem: the database that was backed up had such rows, too. */
    readonly dangling: number;
}

/**
 * Checks a restored file, whose rows were compared, by SQLite's integrity check, and counts its dangling rows.
 * @throws DatabaseFault
 */
export async function verifyRestored(target: FileTarget, signal?: AbortSignal): Promise<Verification> {
    return withSnapshot(target, 0, signal, async (database) => {
        // The database that was backed up had rows that break a rule of their table, too.
        const problems = (await readSome(database, "SELECT integrity_check FROM pragma_integrity_check"))
            .map(([text]) => String(text))
            .filter(
                (text) =>
                    text !== "ok" && !/^(CHECK constraint failed|NULL value|NUMERIC value|non-\w+ value)/.test(text),
            );
        return { problems, dangling: await countDangling(database) };
    });
}

async function countDangling(database: ReadTransaction): Promise<number> {
    try {
        const [[dangling = 0] = []] = await readSome(database, "SELECT count(*) FROM pragma_foreign_key_check");
        return Number(dangling);
    } catch (error) {
        // A foreign key that names no unique column cannot be checked.
        if (/foreign key mismatch/.test(toFault(error).message)) return 0;
        throw error;
    }
}
