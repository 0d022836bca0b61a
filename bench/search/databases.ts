import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createClient } from "@libsql/client";
import { searchSite } from "../../app/search.ts";
import { bundled } from "../../seeds/bundled.ts";
import { migrate } from "../../src/cli/commands/migrate.ts";
import { createOutput } from "../../src/cli/output.ts";
import { readConfig } from "../../src/cli/settings.ts";
import type { Connection } from "../../src/database/connection.ts";
import { openConnection } from "../../src/database/open.ts";
import { AppError } from "../../src/errors.ts";
import { openEmbeddedEncoder } from "../../src/search/encoders/embedded.ts";
import type { Encoder } from "../../src/search/encoders/encoder.ts";
import { readSearchStatements, type SearchStatements } from "../../src/search/site.ts";
import { findSurplus, planSync, runSync, type SyncProgress } from "../../src/search/sync.ts";
import { assertLocal } from "../../tests/support/local.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A database with the search, and what is needed to ask it. */
export interface SearchDatabase {
    readonly path: string;
    readonly connection: Connection;
    readonly statements: SearchStatements;
}

/** Opens a connection to an address on this machine. */
export async function connect(url: string): Promise<Connection> {
    assertLocal(url);
    const { target } = await readConfig("write", "/", { TURSO_DATABASE_URL: url });
    return openConnection(target);
}

/**
 * Gives a copy of a database of these questions with all their vectors. Making the vectors takes minutes, so the database is kept
 * in node_modules/.cache until a file that makes it changes.
 */
export async function openSearchDatabase(
    folder: string,
    encoders: readonly Encoder[],
    note: (text: string) => void,
    plant: readonly { sql: string; args: string[] }[] = [],
): Promise<SearchDatabase> {
    const statements = await readSearchStatements(root, searchSite);
    const cache = path.join(root, "node_modules/.cache/bench-search");
    const kept = path.join(cache, `${await hashInput(folder, encoders[0]?.name ?? "", JSON.stringify(plant))}.db`);
    await mkdir(cache, { recursive: true });
    if (!existsSync(kept)) {
        const making = `${kept}.making`;
        await rm(making, { force: true });
        await fill(making, folder);
        const client = createClient({ url: pathToFileURL(making).href });
        if (plant.length > 0) await client.batch([...plant], "write");
        client.close();
        const connection = await connect(pathToFileURL(making).href);
        await makeVectors(connection, statements, encoders, note);
        connection.close();
        await rename(making, kept);
    }
    const copy = path.join(await mkdtemp(path.join(tmpdir(), "bench-search-")), "search.db");
    await copyFile(kept, copy);
    return { path: copy, connection: await connect(pathToFileURL(copy).href), statements };
}

async function fill(file: string, folder: string): Promise<void> {
    const before = { ...process.env };
    for (const name of Object.keys(process.env)) if (/^(TURSO|EMBEDDING)_/.test(name)) delete process.env[name];
    process.env.TURSO_DATABASE_URL = pathToFileURL(file).href;
    const output = createOutput({ json: false, color: false, write: () => undefined });
    const signal = new AbortController().signal;
    const rejects = `${file}.rejects`;
    try {
        const context = { root, output, signal, args: [], elapsed: () => 0 };
        await migrate(context, { from: folder, set: [searchSite.set], rejects }, bundled);
    } catch (error) {
        if (!(error instanceof AppError)) throw error;
        throw new Error(`${error.message}\n${error.details.join("\n")}`);
    } finally {
        process.env = before;
        await rm(rejects, { force: true });
    }
}

async function makeVectors(
    connection: Connection,
    statements: SearchStatements,
    encoders: readonly Encoder[],
    note: (text: string) => void,
): Promise<void> {
    const signal = new AbortController().signal;
    const all = { encoder: encoders[0]?.name ?? "", channel: undefined, limit: undefined, force: false, signal };
    const plan = await planSync(connection, statements, all);
    const surplus = await findSurplus(connection, statements);
    const done: SyncProgress = { embedded: 0, removed: 0, refused: [] };
    const began = performance.now();
    const processor = process.cpuUsage();
    const report = (): void => {
        if (done.embedded % 1_600 < 64) note(`${done.embedded} of ${plan.due.length} vectors`);
    };
    await runSync(connection, statements, { ...plan, surplus }, encoders, { signal, done, report });
    const { user, system } = process.cpuUsage(processor);
    const seconds = (performance.now() - began) / 1_000;
    note(
        `${done.embedded} vectors in ${seconds.toFixed(0)} s, ${((user + system) / 1e6).toFixed(0)} s of the processor beside the encoders`,
    );
}

async function hashInput(folder: string, ...more: readonly string[]): Promise<string> {
    const hash = createHash("sha256");
    const own = ["migrations", "migrations/search", "views/search", "triggers", "triggers/search"].map((name) =>
        path.join(root, name),
    );
    for (const place of [folder, ...own]) {
        for (const name of (await readdir(place)).sort()) {
            if (/\.(json|sql)$/.test(name)) hash.update(name).update(await readFile(path.join(place, name)));
        }
    }
    for (const text of more) hash.update(text);
    return hash.digest("hex").slice(0, 16);
}

/** Opens two encoders, or as many as are asked for. */
export function openEncoders(count = 2): Promise<Encoder[]> {
    return Promise.all(Array.from({ length: count }, () => openEmbeddedEncoder(root)));
}
