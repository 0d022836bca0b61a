import { type DatabaseFault, toFault } from "../src/database/faults.ts";
import { openConnection } from "../src/database/open.ts";
import { faultOfError, getEndpoint, type Outcome, type StreamRequest } from "../src/database/server/protocol.ts";
import { openStream, type Stream } from "../src/database/server/stream.ts";
import type { ServerTarget } from "../src/database/target.ts";
import { type Assumption, type Lab, must, mustEqual } from "./assumption.ts";

const onFile =
    (reason: string) =>
    ({ connection }: Lab): string | undefined =>
        connection.target.kind === "file" ? reason : undefined;

function serverOf({ connection: { target } }: Lab): ServerTarget {
    if (target.kind === "file") throw new Error("unreachable: skipped on a file");
    return target;
}

/** Assumptions about servers: protocol, concurrent writers, tokens. */
export const protocolAssumptions: readonly Assumption[] = [
    {
        name: "concurrent writers wait for each other",
        why: "concurrent deploys all succeed",
        skip: onFile("a file waits only for other processes"),
        attempt: async (lab) => {
            await lab.run("CREATE TABLE schema_probe_queue (n INTEGER);");
            const insert = { sql: "INSERT INTO schema_probe_queue VALUES (1)" };
            await Promise.all(Array.from({ length: 8 }, () => lab.connection.write([insert])));
            mustEqual(await lab.value("SELECT count(*) FROM schema_probe_queue"), 8, "rows");
        },
    },
    {
        name: "a transaction that is older than 5 seconds ends with TRANSACTION_TIMEOUT when another one waits",
        why: "a long deploy that ends this way is tried again under a lease",
        skip: onFile("a file has no time limit for a transaction"),
        attempt: async (lab) => {
            await lab.run("CREATE TABLE schema_probe_waiting (n INTEGER);");
            const held = openStream(getEndpoint(serverOf(lab)));
            const begun = await send(held, ["BEGIN IMMEDIATE", "INSERT INTO schema_probe_waiting VALUES (1)"]);
            const refused = begun.find((outcome) => outcome.error)?.error;
            must(!refused, refused?.message ?? "");
            // Gets the lock because the server ends the transaction above, which lasts as long as its stream.
            await lab.connection.write([{ sql: "INSERT INTO schema_probe_waiting VALUES (2)" }]);
            const [late] = await send(held, ["INSERT INTO schema_probe_waiting VALUES (3)"]).catch((error: unknown) => [
                { error: { message: toFault(error).message, code: toFault(error).kind } },
            ]);
            await held.close();
            const { code, message } = late?.error ?? {};
            must(
                Boolean(late?.error && faultOfError(late.error).kind === "transaction-timeout"),
                `its next statement: ${late?.error ? `${code}: ${message}` : "it ran"}`,
            );
            mustEqual(await lab.value("SELECT group_concat(n) FROM schema_probe_waiting"), "2", "rows kept");
        },
    },
    {
        name: "a request that is aborted is rolled back",
        why: "Ctrl-C during a deploy leaves the database unchanged",
        skip: onFile("a file has no requests"),
        attempt: async (lab) => {
            await lab.run("CREATE TABLE schema_probe_aborted (n INTEGER);");
            const fault = await abortMidway(serverOf(lab));
            must(fault !== undefined, "it was completed");
            mustEqual(fault?.kind, "interrupted", "outcome of the request");
            const [rows] = await lab.connection.readAll([{ sql: "SELECT n FROM schema_probe_aborted" }], {
                settle: true,
            });
            mustEqual(rows?.ok ? rows.rows : rows?.message, [], "rows kept");
        },
    },
    {
        name: "responses report how many rows were read and written",
        why: "Turso bills them, and commands report them as their cost",
        skip: (lab) =>
            onFile("a file does not count them")(lab) ??
            (lab.connection.countsRows ? undefined : "a replica does not count them"),
        attempt: async (lab) => {
            const stream = openStream(getEndpoint(serverOf(lab)));
            const [, insert, select] = await send(stream, [
                "CREATE TABLE schema_probe_bill (n INTEGER PRIMARY KEY)",
                "INSERT INTO schema_probe_bill VALUES (1), (2)",
                "SELECT * FROM schema_probe_bill",
            ]);
            await stream.close();
            mustEqual(insert?.response?.result?.rows_written, 2, "rows_written of two rows");
            mustEqual(select?.response?.result?.rows_read, 2, "rows_read of two rows");
        },
    },
    {
        name: "a read-only token may read but not write, and the refusal gives the reason",
        why: "read-only tokens protect a production database",
        skip: ({ readOnly }) => (readOnly ? undefined : "TURSO_AUTH_TOKEN_RO is not set for this database"),
        attempt: async ({ readOnly }) => {
            const [read] = (await readOnly?.readAll([{ sql: "SELECT 1 AS one" }])) ?? [];
            must(read?.ok === true, "it cannot even read");
            const write = Promise.resolve(readOnly?.runScript([{ sql: "CREATE TABLE schema_probe_forbidden (n)" }]));
            const fault = await write.then(() => undefined, toFault);
            mustEqual(fault?.kind ?? "accepted", "forbidden", "outcome of a write");
        },
    },
];

/** Milliseconds after which a request is aborted. */
const abortAfter = 500;

/** Sends a transaction of many seconds and aborts it; returns the fault, or undefined if it was completed before. */
async function abortMidway(target: ServerTarget): Promise<DatabaseFault | undefined> {
    const controller = new AbortController();
    const connection = await openConnection(target, controller.signal);
    const work =
        "WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 200000) " +
        "SELECT max(n) FROM counter";
    const timer = setTimeout(() => controller.abort(), abortAfter);
    try {
        await connection.runScript([
            { sql: "INSERT INTO schema_probe_aborted VALUES (1)" },
            ...Array.from({ length: 200 }, () => ({ sql: work })),
        ]);
        return undefined;
    } catch (error) {
        return toFault(error);
    } finally {
        clearTimeout(timer);
        connection.close();
    }
}

/** Runs statements in a stream; returns the outcome of each. */
async function send(stream: Stream, statements: readonly string[]): Promise<readonly Outcome[]> {
    const requests = statements.map((sql): StreamRequest => ({ type: "execute", stmt: { sql, want_rows: true } }));
    return (await stream.send(requests)).outcomes;
}
