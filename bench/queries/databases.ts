import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { toBound } from "../../src/database/values.ts";
import { type FillProgress, fillVolumes, readVolumes } from "../../src/queries/volumes.ts";
import { startSqld } from "../../src/server/sqld.ts";
import { deployInto, openTestConnection } from "../../tests/support/deployed.ts";

export type Bound = null | string | number | bigint;

/** The driver of files, as far as it is used here. */
export interface RawDatabase {
    exec(sql: string): void;
    prepare(sql: string): RawStatement;
    close(): void;
}

export interface RawStatement {
    /** Whether it returns rows; the others are run(). */
    readonly reader: boolean;
    all(...values: Bound[]): unknown[];
    run(...values: Bound[]): unknown;
}

// Not imported: it brings no types.
const Database = createRequire(import.meta.url)("libsql") as new (path: string) => RawDatabase;

/** The kind of a database. */
export type TargetName = "file:" | "sqld";

/** Opens a file with the driver alone. */
export function openRaw(file: string): RawDatabase {
    return new Database(file);
}

/** A database to be measured. */
export interface FilledDatabase {
    readonly url: string;
    /** The path of a file; undefined for a server. */
    readonly file: string | undefined;
    stop(): Promise<void>;
}

/** Makes a database with the schema of this repository and so many times the volumes called large. */
export async function makeDatabase(
    name: TargetName,
    directory: string,
    { root, times, progress }: { root: string; times: number; progress: (text: string) => void },
): Promise<FilledDatabase> {
    const volumes = await readVolumes(root);
    const tell = ({ path: file, done, total }: FillProgress): void => {
        if (done === total && total > 1) progress(`${name} ${file}: ${total.toLocaleString("en-US")} rows`);
    };
    if (name === "sqld") {
        const server = await startSqld({ directory: path.join(directory, "server") });
        await deployInto(server, root);
        const connection = await openTestConnection(server);
        await fillVolumes(connection, volumes, times, tell);
        return { url: server.url, file: undefined, stop: server.stop };
    }
    const file = path.join(directory, "volumes.db");
    const url = pathToFileURL(file).href;
    await deployInto({ url }, root);
    await fillFile(file, (writer) => fillVolumes(writer, volumes, times, tell));
    return { url, file, stop: async () => undefined };
}

type Writer = Parameters<typeof fillVolumes>[0];

// No other process reads the file yet, and an unfinished file is thrown away.
async function fillFile(file: string, fill: (writer: Writer) => Promise<void>): Promise<void> {
    const database = openRaw(file);
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
    await fill({
        write: async (statements) => {
            for (const { sql, args = [] } of statements) database.prepare(sql).run(...args.map(toBound));
            return [];
        },
    });
    database.exec("PRAGMA journal_mode = DELETE");
    database.close();
}
