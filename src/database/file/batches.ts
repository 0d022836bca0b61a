import { pathToFileURL } from "node:url";
import type { Client, ResultSet } from "@libsql/client/sqlite3";
import type { Connection, Row, Value } from "../connection.ts";
import { toBound, toRow } from "../values.ts";
import { toFileFault } from "./faults.ts";

/**
 * Neither loads the client nor opens the file before the first batch.
 *
 * @param lock how long a batch waits for another program's lock, in milliseconds
 */
export function openBatches(path: string, lock: number): Pick<Connection, "write" | "close"> {
    let client: Client | undefined;
    const close = (): void => {
        client?.close();
        client = undefined;
    };
    return {
        write: async (statements) => {
            const { createClient, LibsqlBatchError } = await import("@libsql/client/sqlite3");
            try {
                client ??= createClient({ url: pathToFileURL(path).href, timeout: lock, intMode: "bigint" });
                const results = await client.batch(
                    statements.map(({ sql, args = [] }) => ({ sql, args: args.map(toBound) })),
                    "write",
                );
                return results.map(toRows);
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

function toRows({ columns, rows }: ResultSet): Row[] {
    const toValue = (value: Value | ArrayBuffer): Value =>
        value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    return rows.map((row) => {
        const values = Array.from(columns, (_, at) => toValue(row[at] ?? null));
        return toRow(columns, values);
    });
}
