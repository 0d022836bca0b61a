// What history costs a write: a new question, a save and a REPLACE beside the original's schema, and beside the original's
// with the row of history that the application would write itself. Run by `pnpm bench:writes`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "@libsql/client";
import { createOutput } from "../src/cli/output.ts";
import { type Sqld, startSqld } from "../src/server/sqld.ts";
import { hasFacts, renderOriginal } from "../tests/adoption/original-schema.ts";
import { deployInto } from "../tests/support/deployed.ts";
import { type Contender, measureWrites } from "./writes/measure.ts";
import { type Counted, countRows } from "./writes/rows.ts";
import { measureServed } from "./writes/served.ts";
import { writes } from "./writes/statements.ts";

const { values: flags } = parseArgs({
    options: { rows: { type: "string", default: "1500" }, rounds: { type: "string", default: "9" } },
});
const [rows, rounds] = [Number(flags.rows), Number(flags.rounds)];
/** A round by requests takes a hundred times as long. */
const served = Math.ceil(rounds / 3);
const output = createOutput({ json: false, color: false });
if (!hasFacts) {
    output.line("The facts of the original's schema are not beside this folder (../shared/data/original-schema.json).");
    process.exit(0);
}

const folder = await mkdtemp(path.join(tmpdir(), "bench-writes-"));
try {
    await reportRows();
    output.line();
    const count = rows.toLocaleString("en-US");
    output.line(`Processor time for ${count} rows: the least of ${rounds} rounds; by requests of ${served}`);
    for (const preparesEach of [false, true]) await reportTimes(preparesEach);
    await reportServed();
    output.line("ratio: to the original; of history: to the original with the application's own row of history");
} finally {
    await rm(folder, { recursive: true, force: true });
}

// One transaction.
async function reportTimes(preparesEach: boolean): Promise<void> {
    const file = (name: string): string => path.join(folder, `${name}-${preparesEach}.db`);
    const contenders = [
        { title: "original", file: file("original") },
        { title: "original with history", file: file("recorded"), writesHistory: true },
        { title: "ours", file: file("ours") },
    ] as const;
    const [original, recorded, ours] = contenders;
    for (const { file } of [original, recorded]) await makeOriginal(pathToFileURL(file).href);
    await deployInto({ url: pathToFileURL(ours.file).href });
    const measured = measureWrites(contenders, { rows, rounds, preparesEach });
    reportRatios(preparesEach ? "prepared for every row" : "prepared once", contenders, measured);
}

// As an application writes: each statement is a request and a transaction.
async function reportServed(): Promise<void> {
    const servers: Sqld[] = [];
    const start = async (name: string): Promise<Sqld> => {
        const server = await startSqld({ directory: path.join(folder, `served-${name}`) });
        servers.push(server);
        return server;
    };
    try {
        const [original, recorded, ours] = [await start("original"), await start("recorded"), await start("ours")];
        for (const { url } of [original, recorded]) await makeOriginal(url);
        await deployInto({ url: ours.url });
        const contenders = [
            { title: "original", server: original },
            { title: "original with history", server: recorded, writesHistory: true },
            { title: "ours", server: ours },
        ] as const;
        const measured = await measureServed(contenders, { rows, rounds: served });
        reportRatios("a request each, client and server", contenders, measured);
    } finally {
        for (const server of servers) await server.stop();
    }
}

function reportRatios(
    name: string,
    contenders: readonly Pick<Contender, "title">[],
    measured: ReadonlyMap<string, ReadonlyMap<string, number>>,
): void {
    output.table([
        [name, ...contenders.map(({ title }) => `${title}, ms`), "ratio", "of history"],
        ...[...measured].map(([write, times]) => {
            const [base = NaN, withHistory = NaN, own = NaN] = contenders.map(({ title }) => times.get(title));
            const cells = [base, withHistory, own].map((time) => time.toFixed(0));
            return [write, ...cells, (own / base).toFixed(2), (own / withHistory).toFixed(2)];
        }),
    ]);
    output.line();
}

async function makeOriginal(url: string): Promise<void> {
    const client = createClient({ url });
    await client.executeMultiple(renderOriginal("original"));
    client.close();
}

async function reportRows(): Promise<void> {
    const counted = {
        original: await countOn("original", makeOriginal),
        ours: await countOn("ours", (url) => deployInto({ url })),
    };
    output.table([
        ["rows on a server", "read, original", "read, ours", "written, original", "written, ours"],
        ...writes.map(({ title }) => {
            const [one, other] = [counted.original.get(title), counted.ours.get(title)];
            return [title, ...[one?.read, other?.read, one?.written, other?.written].map(String)];
        }),
    ]);
}

async function countOn(name: string, make: (url: string) => Promise<void>): Promise<Map<string, Counted>> {
    const server = await startSqld({ directory: path.join(folder, name) });
    try {
        await make(server.url);
        const counted = new Map<string, Counted>();
        // The second question, because the first of a table also begins its counter.
        for (const id of ["q-1", "q-2"])
            for (const write of writes)
                counted.set(write.title, await countRows(server.url, write.sql, write.values(id, 0)));
        return counted;
    } finally {
        await server.stop();
    }
}
