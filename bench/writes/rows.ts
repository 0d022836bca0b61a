import { assertLocal } from "../../tests/support/local.ts";
import type { Value } from "./statements.ts";

/** What a server counts of a statement, and a hosted one bills. */
export interface Counted {
    readonly read: number;
    readonly written: number;
}

interface Reply {
    readonly results: readonly {
        readonly error?: { readonly message: string };
        readonly response?: { readonly result: { readonly rows_read: number; readonly rows_written: number } };
    }[];
}

/** Runs a statement on a server. Only its own protocol tells the rows. */
export async function countRows(url: string, sql: string, values: readonly Value[]): Promise<Counted> {
    assertLocal(url);
    const args = values.map((value) => (value === null ? { type: "null" } : { type: "text", value }));
    const response = await fetch(`${url}/v2/pipeline`, {
        method: "POST",
        body: JSON.stringify({ requests: [{ type: "execute", stmt: { sql, args } }, { type: "close" }] }),
    });
    const [first] = ((await response.json()) as Reply).results;
    if (!first?.response) throw new Error(first?.error?.message ?? "The server gave no result.");
    return { read: first.response.result.rows_read, written: first.response.result.rows_written };
}
