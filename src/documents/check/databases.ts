import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../database/connection.ts";
import { openConnection } from "../../database/open.ts";
import { makeScratchFolder } from "../../database/scratch-folder.ts";
import type { MigrationSet } from "../../planning/files.ts";
import { deployFilled } from "../../planning/shadow.ts";
import type { Volume } from "../../queries/volumes.ts";
import { findSqld, startSqld } from "../../server/sqld.ts";
import { quoteText } from "../../sql/quoting.ts";

/** The documented volumes, times this: enough rows for every query, and filled in a second. */
const times = 0.02;

/** Databases for the examples, with rows: a file, and where sqld is installed a server. */
export interface ExampleDatabases {
    readonly connections: readonly Connection[];
    close(): Promise<void>;
}

/**
 * Deploys the files into fresh databases and fills them.
 * @throws DatabaseFault when a statement of the files fails
 */
export async function openExamples(
    sets: readonly MigrationSet[],
    volumes: readonly Volume[],
    options: { now: Date; signal: AbortSignal },
): Promise<ExampleDatabases> {
    const folder = await makeScratchFolder(tmpdir(), "documents", options.now);
    const close: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
    const closeAll = async (): Promise<void> => {
        for (const end of close.reverse()) await end();
    };
    try {
        const scratch = await deployFilled(sets, volumes, times);
        close.push(() => scratch.close());
        const data = join(folder, "dbs", "default");
        await mkdir(data, { recursive: true });
        for (const path of [join(folder, "examples.db"), join(data, "data")]) {
            await scratch.runAlone(`VACUUM INTO ${quoteText(path)}`);
        }
        const file = { kind: "file", path: join(folder, "examples.db"), label: "a file", local: true } as const;
        const connections = [await openConnection(file, options.signal)];
        if (findSqld() !== undefined) {
            const server = await startSqld({ directory: folder });
            close.push(() => server.stop());
            const label = "sqld";
            const target = { kind: "server", url: server.url, label, host: "127.0.0.1", local: true } as const;
            connections.push(await openConnection(target, options.signal));
        }
        close.push(() => {
            for (const connection of connections) connection.close();
        });
        return { connections, close: closeAll };
    } catch (error) {
        await closeAll();
        throw error;
    }
}
