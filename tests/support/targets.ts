import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Client, createClient } from "@libsql/client";
import { afterAll, describe } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";

export interface TestDatabase {
    url: string;
    authToken?: string;
    client: Client;
    /** Ends the server, if there is one, and removes the files. */
    close(): Promise<void>;
}

export interface Target {
    name: "file:" | "sqld";
    /** Gives a fresh and empty database; what a test leaves open is closed after its group. */
    createDatabase(): Promise<TestDatabase>;
    /** Gives a second database with the contents of the first, which must not be writing meanwhile. */
    createCopy(source: TestDatabase): Promise<TestDatabase>;
    /** Gives a copy of a database that is prepared once, for all test files that name it alike. */
    createPrepared(name: string, prepare: (database: Address) => Promise<void>): Promise<TestDatabase>;
}

/** Where a test database is. */
export type Address = Pick<TestDatabase, "url" | "authToken">;

/**
 * Runs a group of tests once for each kind of database: an embedded file and a real sqld. Where there is no sqld binary,
 * that half is skipped under the name 'sqld (no binary here)'.
 */
export function describeTargets(title: string, body: (target: Target) => void): void {
    describe(title, () => {
        describeTarget("file:", body);
        if (findSqld() === undefined)
            describe.skip("sqld (no binary here)", () => body(createTarget("sqld", new Map())));
        else describeTarget("sqld", body);
    });
}

/** The folders of prepared databases, by target and name. */
const prepared = new Map<string, Promise<string>>();

/** The open databases and the folder of each. */
type OpenDatabases = Map<TestDatabase, string>;

/** Runs a group of tests on one kind of database. */
export function describeTarget(name: Target["name"], body: (target: Target) => void): void {
    describe(name, () => {
        const open: OpenDatabases = new Map();
        afterAll(async () => {
            for (const database of [...open.keys()]) await database.close();
        });
        body(createTarget(name, open));
    });
}

function createTarget(name: Target["name"], open: OpenDatabases): Target {
    const openIn = name === "file:" ? openFile : openServer;

    async function prepareIn(directory: string, prepare: (database: Address) => Promise<void>): Promise<string> {
        const { url, client, stop } = await openIn(directory);
        client.close();
        await prepare({ url }).finally(stop);
        return directory;
    }

    async function create(sourceDirectory?: string): Promise<TestDatabase> {
        const directory = await makeDirectory();
        if (sourceDirectory !== undefined) await copyDatabase(sourceDirectory, directory);
        const { url, client, stop } = await openIn(directory);
        const database: TestDatabase = {
            url,
            client,
            close: async () => {
                if (!open.delete(database)) return;
                client.close();
                await stop();
                await rm(directory, { recursive: true, force: true });
            },
        };
        open.set(database, directory);
        return database;
    }

    return {
        name,
        createDatabase: () => create(),
        createCopy: (source) => {
            const directory = open.get(source);
            if (directory === undefined) throw new Error("The database to copy was closed or is of another target.");
            return create(directory);
        },
        createPrepared: async (title, prepare) => {
            const key = `${name} ${title}`;
            const directory = prepared.get(key) ?? makeDirectory().then((folder) => prepareIn(folder, prepare));
            prepared.set(key, directory);
            return create(await directory);
        },
    };
}

function makeDirectory(): Promise<string> {
    return mkdtemp(path.join(tmpdir(), "database-test-"));
}

interface Opened {
    url: string;
    client: Client;
    stop(): Promise<void>;
}

async function openFile(directory: string): Promise<Opened> {
    const url = `file:${path.join(directory, "test.db")}`;
    return { url, client: createClient({ url, timeout: 5_000 }), stop: async () => undefined };
}

// A server of its own for each database: it starts in about 40 ms, and namespaces would have to be told apart by host
// names that do not resolve everywhere.
async function openServer(directory: string): Promise<Opened> {
    const server = await startSqld({ directory });
    return { url: server.url, client: createClient({ url: server.url }), stop: server.stop };
}

/** Leaves the shared-memory index of a write-ahead log behind: it belongs to the source's processes, and is rebuilt. */
function copyDatabase(from: string, to: string): Promise<void> {
    return cp(from, to, { recursive: true, filter: (file) => !file.endsWith("-shm") });
}
