import { pathToFileURL } from "node:url";
import type { Client, ResultSet } from "@libsql/client/sqlite3";
import { readFact } from "../../sql/statement-facts.ts";
import { splitStatements } from "../../sql/statements.ts";
import type { Connection, Row, Value } from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import { toBound, toRow } from "../values.ts";
import { toFileFault } from "./faults.ts";
import { askReturningForBytes, readBytes, selectEncoding } from "./texts.ts";

/**
 * Neither loads the client nor opens the file before the first batch.
 *
 * @param lock how long a batch waits for another program's lock, in milliseconds
 */
export function openBatches(path: string, lock: number): Pick<Connection, "write" | "close"> {
    let client: Client | undefined;
    let isUtf8Inside = false;
    const close = (): void => {
        client?.close();
        client = undefined;
    };
    return {
        write: async (statements) => {
            const { createClient, LibsqlBatchError } = await import("@libsql/client/sqlite3");
            try {
                if (!client) {
                    client = createClient({ url: pathToFileURL(path).href, timeout: lock, intMode: "bigint" });
                    const { rows } = await client.execute(selectEncoding);
                    isUtf8Inside = rows[0]?.encoding === "UTF-8";
                }
                const asked: { sql: string; args: Value[]; isOfBytes: boolean }[] = [];
                for (const { sql, args = [] } of statements) {
                    const names = isUtf8Inside && returnsAll.test(sql) ? await listColumns(client, sql) : [];
                    const forBytes = isUtf8Inside ? askReturningForBytes(sql, names) : undefined;
                    asked.push({ sql: forBytes ?? sql, args: args.map(toBound), isOfBytes: forBytes !== undefined });
                }
                const results = await client.batch(asked, "write");
                return results.map((result, at) => toRows(result, asked[at]?.isOfBytes ?? false));
            } catch (error) {
                // The client never finalizes a failed statement, which makes its connection useless.
                close();
                const fault = toFileFault(error, path);
                throw error instanceof LibsqlBatchError ? fault.at(error.statementIndex) : fault;
            }
        },
        close,
    };
}

const returnsAll = /\bRETURNING\s*\*/i;

/** The columns of the table that a statement writes; none for a statement that writes to no table of the database yet. */
async function listColumns(client: Client, sql: string): Promise<string[]> {
    const facts = splitStatements(sql).map(readFact);
    const [table] = facts.flatMap((fact) => (fact.does === "write" ? [fact.table] : []));
    if (table === undefined) return [];
    // Not the hidden ones, which `*` leaves out.
    const { rows } = await client.execute({
        sql: "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1",
        args: [table],
    });
    return rows.map(({ name }) => String(name));
}

function toRows({ columns, rows }: ResultSet, isOfBytes: boolean): Row[] {
    const toValue = (value: Value | ArrayBuffer): Value =>
        value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    return rows.map((row, index) => {
        const values = Array.from(columns, (_, at) => toValue(row[at] ?? null));
        return toRow(columns, isOfBytes ? readCommitted(values, columns, index + 1) : values);
    });
}

// The rows are read after COMMIT, as on a server: what is known of the transaction then is known here.
function readCommitted(...[values, columns, number]: Parameters<typeof readBytes>): Value[] {
    try {
        return readBytes(values, columns, number);
    } catch (error) {
        const { message, variant } = toFault(error);
        throw new DatabaseFault("server-fault", message, error, { variant });
    }
}
