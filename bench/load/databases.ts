import { cp, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { startSqld } from "../../src/server/sqld.ts";
import { deploySchema } from "./programs.ts";

/** The kind of a database. */
export type TargetName = "file:" | "sqld";

/** A database with the schema and nothing in it. */
export interface FreshDatabase {
    url: string;
    /** Ends the server, if there is one, and removes the files. */
    close(): Promise<void>;
}

export interface Target {
    name: TargetName;
    createDatabase(): Promise<FreshDatabase>;
}

/** Deploys the schema of a project folder once; each database is a copy of that, in a folder of its own below `directory`. */
export async function createTarget(name: TargetName, project: string, directory: string): Promise<Target> {
    const open = name === "file:" ? openFile : openServer;
    const template = path.join(directory, `${name.replace(":", "")}-template`);
    await mkdir(template, { recursive: true });
    const first = await open(template);
    await deploySchema(first.url, project);
    await first.stop();

    let count = 0;
    return {
        name,
        createDatabase: async () => {
            const folder = `${template}-${++count}`;
            // The index of a write-ahead log belongs to the processes that created it, and SQLite rebuilds it.
            await cp(template, folder, { recursive: true, filter: (file) => !file.endsWith("-shm") });
            const { url, stop } = await open(folder);
            const close = async (): Promise<void> => {
                await stop();
                await rm(folder, { recursive: true, force: true });
            };
            return { url, close };
        },
    };
}

interface Opened {
    url: string;
    stop(): Promise<void>;
}

async function openFile(folder: string): Promise<Opened> {
    return { url: pathToFileURL(path.join(folder, "load.db")).href, stop: async () => undefined };
}

async function openServer(folder: string): Promise<Opened> {
    const { url, stop } = await startSqld({ directory: path.join(folder, "data") });
    return { url, stop };
}
