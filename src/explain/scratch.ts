import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { openConnection } from "../database/open.ts";
import { AppError } from "../errors.ts";
import { readFiles } from "../planning/files.ts";
import { prepareDeploy } from "../planning/prepare.ts";
import { isAlive } from "../processes.ts";
import { countRows, type FillProgress, fillVolumes, readVolumes, type Volume } from "../queries/volumes.ts";
import { findSqld, startSqld } from "../server/sqld.ts";

/** A database of its own with as many rows as the documents call large. */
export interface VolumeDatabase {
    readonly connection: Connection;
    /** Rows made. */
    readonly rows: number;
    /** Ends the server, if there is one, and removes the files. */
    close(): Promise<void>;
}

/** Below the project's folder; git passes it over. */
const cacheFolder = ".volumes";

/**
 * Opens a copy of the database with the volumes: on a server of its own, which counts the rows it reads, where sqld is
 * here; else on a file. The first time, and when a file of SQL has changed, the database is made, which takes seconds.
 */
export async function openVolumes(
    root: string,
    options: { now: Date; signal: AbortSignal; progress: (state: FillProgress) => void },
): Promise<VolumeDatabase> {
    const volumes = await readVolumes(root);
    const made = await makeVolumes(root, volumes, options);
    const directory = await mkdtemp(join(root, cacheFolder, `running-${process.pid}-`)).catch(refuseFolder);
    const discard = (): Promise<void> => rm(directory, { recursive: true, force: true });
    const rows = volumes.filter(({ large }) => large !== undefined).reduce((sum, file) => sum + countRows(file, 1), 0);
    const label = "a scratch database";
    try {
        if (findSqld() === undefined) {
            const path = join(directory, "volumes.db");
            await copyFile(made, path).catch(refuseFolder);
            const connection = await openConnection({ kind: "file", path, label, local: true }, options.signal);
            const close = (): Promise<void> => {
                connection.close();
                return discard();
            };
            return { connection, rows, close };
        }
        await mkdir(join(directory, "dbs", "default"), { recursive: true });
        await copyFile(made, join(directory, "dbs", "default", "data")).catch(refuseFolder);
        const server = await startSqld({ directory });
        const target = { kind: "server", url: server.url, label, host: "127.0.0.1", local: true } as const;
        const connection = await openConnection(target, options.signal);
        return { connection, rows, close: () => server.stop().then(discard) };
    } catch (error) {
        await discard();
        // Ctrl-C ends the server, too.
        options.signal.throwIfAborted();
        throw error;
    }
}

// Under its own name until it is whole: two that are made at once do not meet.
async function makeVolumes(
    root: string,
    volumes: readonly Volume[],
    { now, signal, progress }: { now: Date; signal: AbortSignal; progress: (state: FillProgress) => void },
): Promise<string> {
    const folder = join(root, cacheFolder);
    const name = `${await hashFiles(root, volumes)}.db`;
    const path = join(folder, name);
    await mkdir(folder, { recursive: true }).catch(refuseFolder);
    await writeFile(join(folder, ".gitignore"), "*\n").catch(refuseFolder);
    await removeForgotten(folder);
    if (existsSync(path)) return path;
    const making = await mkdtemp(join(folder, `making-${process.pid}-`));
    try {
        const file = { kind: "file", path: join(making, name), label: "a scratch database", local: true } as const;
        const connection = await openConnection(file, signal);
        try {
            const prepared = await prepareDeploy(root, connection);
            const { runDeploy } = await import("../migrations/carry-out.ts");
            await runDeploy(connection, prepared, { now, signal, report: silent });
            await fillVolumes(connection, volumes, 1, async (state) => {
                // The driver of a file never lets a signal through by itself.
                await setImmediate();
                signal.throwIfAborted();
                progress(state);
            });
        } finally {
            connection.close();
        }
        await rename(join(making, name), path);
        await removeOthers(folder, name);
        return path;
    } finally {
        await rm(making, { recursive: true, force: true });
    }
}

const silent = {
    applied: () => undefined,
    waiting: () => undefined,
    note: () => undefined,
    wayBack: () => undefined,
};

async function hashFiles(root: string, volumes: readonly Volume[]): Promise<string> {
    const { sets } = await readFiles(root);
    const files = sets.flatMap((set) => [...set.migrations, ...set.objects]);
    const hash = createHash("sha256");
    for (const text of [
        ...files.map(({ path, sql }) => `${path}\n${sql}`),
        ...volumes.map((file) => JSON.stringify(file)),
    ])
        hash.update(`${text}\0`);
    return hash.digest("hex").slice(0, 16);
}

// Of files of SQL that are no more as they were.
async function removeOthers(folder: string, kept: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".db") && name !== kept);
    await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

// What a process left that was killed.
async function removeForgotten(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
        const pid = Number(/^(?:making|running)-(\d+)-/.exec(name)?.[1] ?? "0");
        if (pid !== 0 && !isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
    }
}

function refuseFolder(error: Error): never {
    throw new AppError("cannot-open", `${cacheFolder}/ cannot hold the scratch database (${error.message})`, {
        hint: "make room there, or let its user write there; the folder may be deleted at any time",
    });
}
