import { createClient } from "@libsql/client";
import type { Sqld } from "../../src/server/sqld.ts";
import { assertLocal } from "../../tests/support/local.ts";
import { readProcessor } from "../processor.ts";
import { inTurn } from "../rounds.ts";
import type { Contender } from "./measure.ts";
import { insertHistory, type Write, writes } from "./statements.ts";

/** A server with one of the schemas. */
export interface ServedContender extends Pick<Contender, "title" | "writesHistory"> {
    readonly server: Sqld;
}

/**
 * Lets contenders write the same rows by the client, one request for each statement, as an application does. Returns the least
 * milliseconds of the processor of all rounds, of client and server together, by the title of the write and of the contender.
 */
export async function measureServed(
    contenders: readonly ServedContender[],
    { rows, rounds }: { readonly rows: number; readonly rounds: number },
): Promise<Map<string, Map<string, number>>> {
    const least = new Map(writes.map(({ title }) => [title, new Map<string, number>()]));
    for (let round = 0; round < rounds; round++) {
        for (const write of writes) {
            for (const contender of inTurn(contenders, round)) {
                const milliseconds = await measure(contender, write, rows, round);
                const known = least.get(write.title)?.get(contender.title) ?? Number.POSITIVE_INFINITY;
                least.get(write.title)?.set(contender.title, Math.min(known, milliseconds));
            }
        }
    }
    return least;
}

async function measure(
    { server, writesHistory = false }: ServedContender,
    write: Write,
    rows: number,
    round: number,
): Promise<number> {
    assertLocal(server.url);
    const client = createClient({ url: server.url });
    const readBoth = (): number => readProcessor(process.pid) + readProcessor(server.pid);
    const before = readBoth();
    for (let at = 0; at < rows; at++) {
        const id = `q-${round * rows + at}`;
        const values = write.values(id, round);
        await client.execute({ sql: write.sql, args: [...values] });
        if (writesHistory) await client.execute({ sql: insertHistory, args: [id, ...write.history(values)] });
    }
    client.close();
    return readBoth() - before;
}
