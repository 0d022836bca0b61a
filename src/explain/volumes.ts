import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { openConnection } from "../database/open.ts";
import { makeScratchFolder } from "../database/scratch-folder.ts";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { type LeaveOut, readAll } from "../planning/prepare.ts";
import { deployFilled } from "../planning/shadow.ts";
import { type FillProgress, readVolumes, type Volume } from "../queries/volumes.ts";
import { findSqld, startSqld } from "../server/sqld.ts";
import { quoteText } from "../sql/quoting.ts";

/** A scratch database with as many rows as queries/volumes/ declares. */
interface VolumeDatabase {
    readonly connection: Connection;
    readonly rows: number;
    /** Stops the server, if any, and removes the files. */
    close(): Promise<void>;
}

interface MakeOptions {
    readonly now: Date;
    readonly signal: AbortSignal;
    readonly progress: (state: FillProgress) => void;
    /** As for readAll(). */
    readonly leaveOut: LeaveOut;
}

/** In the project's folder; ignored by git. */
const cacheFolder = ".volumes";
const label = "a scratch database";

/**
 * Opens a copy of the volume database: on a local server, which counts the rows it reads, if sqld is installed, else as a
 * file. The first time, and after a change of an SQL file, the database is created, which takes seconds.
 */
export async function openVolumes(root: string, options: MakeOptions): Promise<VolumeDatabase> {
    const { leaveOut } = options;
    const [volumes, { sets }] = await Promise.all([readVolumes(root), readAll(root, undefined, { leaveOut })]);
    if (volumes.length === 0) {
        const hint = "write statements that fill the tables; docs/reference/queries.md shows their form";
        throw new AppError("usage", "queries/volumes/ contains no SQL files", { hint });
    }
    const folder = join(root, cacheFolder);
    const directory = await makeCacheFolder(folder, options.now).catch(refuseFolder);
    const discard = (): Promise<void> => rm(directory, { recursive: true, force: true });
    try {
        const made = await makeVolumes(folder, directory, sets, volumes, options);
        const rows = volumes.reduce((sum, { large = 0 }) => sum + large, 0);
        const isServed = findSqld() !== undefined;
        const data = isServed ? join(directory, "dbs", "default") : directory;
        const path = join(data, "data");
        await mkdir(data, { recursive: true });
        await copyFile(made, path).catch(refuseFolder);
        const server = isServed ? await startSqld({ directory }) : undefined;
        const target: Target = server
            ? { kind: "server", url: server.url, label, host: "127.0.0.1", local: true }
            : { kind: "file", path, label, local: true };
        const connection = await openConnection(target, options.signal);
        return {
            connection,
            rows,
            close: async () => {
                connection.close();
                await server?.stop();
                await discard();
            },
        };
    } catch (error) {
        await discard();
        // Ctrl-C also stops the server, whose fault would hide the interrupt.
        throwIfInterrupted(options.signal);
        throw error;
    }
}

async function makeCacheFolder(folder: string, now: Date): Promise<string> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, ".gitignore"), "*\n");
    return makeScratchFolder(folder, "running", now);
}

// Created in the process's own folder and renamed when complete, so that concurrent processes do not interfere.
async function makeVolumes(
    folder: string,
    directory: string,
    sets: readonly MigrationSet[],
    volumes: readonly Volume[],
    { signal, progress }: MakeOptions,
): Promise<string> {
    const name = `${hashFiles(sets, volumes)}.db`;
    const path = join(folder, name);
    if (existsSync(path)) return path;
    const connection = await deployFilled(sets, volumes, 1, async (state) => {
        // The file driver blocks the event loop, so signals are received only here.
        await setImmediate();
        throwIfInterrupted(signal);
        progress(state);
    });
    try {
        await connection.runAlone(`VACUUM INTO ${quoteText(join(directory, name))}`);
    } finally {
        connection.close();
    }
    await rename(join(directory, name), path);
    for (const other of await readdir(folder)) {
        if (other.endsWith(".db") && other !== name) await rm(join(folder, other), { force: true });
    }
    return path;
}

function throwIfInterrupted(signal: AbortSignal): void {
    if (signal.aborted) throw new AppError("interrupted", "interrupted", { outcome: "Nothing was run." });
}

function hashFiles(sets: readonly MigrationSet[], volumes: readonly Volume[]): string {
    const files = sets.flatMap((set) => [...set.migrations, ...set.objects]).map(({ path, sql }) => ({ path, sql }));
    return hash("sha256", JSON.stringify([files, volumes])).slice(0, 16);
}

function refuseFolder(error: Error): never {
    throw new AppError("cannot-open", `${cacheFolder}/ cannot hold the scratch database (${error.message})`, {
        hint: "make room there, or let its user write there; the folder may be deleted at any time",
    });
}
