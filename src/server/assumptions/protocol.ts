import { faultOfReply, toFault } from "../../database/faults.ts";
import { type Outcome, readOutcomes, type StreamRequest } from "../../database/protocol.ts";
import type { ServerTarget } from "../../database/target.ts";
import { type Assumption, must, mustEqual } from "./assumption.ts";

/** What only a server has: its protocol, other writers, tokens. */
export const protocolAssumptions: readonly Assumption[] = [
    {
        name: "writers that come at the same time wait for each other",
        why: "several deploys at once all succeed",
        attempt: async (lab) => {
            if (lab.connection.target.kind === "file") return "a file waits only for other processes";
            await lab.run("CREATE TABLE schema_probe_queue (n INTEGER);");
            const insert = { sql: "INSERT INTO schema_probe_queue VALUES (1)" };
            await Promise.all(Array.from({ length: 8 }, () => lab.connection.write([insert])));
            mustEqual(await lab.value("SELECT count(*) FROM schema_probe_queue"), 8, "rows");
            return undefined;
        },
    },
    {
        name: "replies tell how many rows were read and written",
        why: "Turso bills them, and the cost of a write is measured by them",
        attempt: async ({ connection: { target } }) => {
            if (target.kind === "file") return "a file bills nothing";
            const [, insert, select] = await post(target, [
                "CREATE TABLE schema_probe_bill (n INTEGER PRIMARY KEY)",
                "INSERT INTO schema_probe_bill VALUES (1), (2)",
                "SELECT * FROM schema_probe_bill",
            ]);
            mustEqual(insert?.response?.result?.rows_written, 2, "rows_written of two rows");
            mustEqual(select?.response?.result?.rows_read, 2, "rows_read of two rows");
            return undefined;
        },
    },
    {
        name: "a read-only token may read and not write, and the refusal gives the reason",
        why: "read-only tokens are what protects a production database",
        attempt: async ({ readOnly }) => {
            if (!readOnly) return "TURSO_AUTH_TOKEN_RO is not set for this database";
            const [read] = await readOnly.readAll([{ sql: "SELECT 1 AS one" }]);
            must(read?.ok === true, "it may not even read");
            const write = readOnly.runScript("CREATE TABLE schema_probe_forbidden (n);");
            const fault = await write.then(() => undefined, toFault);
            mustEqual(fault?.kind ?? "accepted", "forbidden", "what became of a write");
            return undefined;
        },
    },
];

async function post(target: ServerTarget, statements: readonly string[]): Promise<Outcome[]> {
    const requests = statements.map((sql): StreamRequest => ({ type: "execute", stmt: { sql, want_rows: true } }));
    const reply = await fetch(new URL("v2/pipeline", target.url.endsWith("/") ? target.url : `${target.url}/`), {
        method: "POST",
        headers: {
            "content-type": "application/json",
            ...(target.authToken === undefined ? {} : { authorization: `Bearer ${target.authToken}` }),
        },
        body: JSON.stringify({ baton: null, requests: [...requests, { type: "close" }] }),
    });
    const text = await reply.text();
    if (!reply.ok) throw faultOfReply(reply.status, text);
    return readOutcomes(text, requests.length);
}
