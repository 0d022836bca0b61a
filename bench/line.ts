import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@libsql/client";
import { startSqld } from "../src/server/sqld.ts";
import { startProxy } from "../tests/support/proxy.ts";
import { createKeyPair, mintToken } from "../tests/support/tokens.ts";
import type { Project } from "./projects.ts";
import type { Address } from "./tools.ts";

/** An empty sqld of its own with tokens, reached in two ways. */
export interface Line {
    /** The direct address, for what is not measured. */
    direct: Address;
    /** Through a proxy that adds a delay to each request. */
    delayed: Address;
    /** Requests through the proxy since the last call. */
    takeRequests(): number;
    close(): Promise<void>;
}

const DELAY_MS = 50;
const open = new Set<Line>();

/** Starts an empty sqld and a proxy in front of it, both on loopback. */
export async function openLine(): Promise<Line> {
    const directory = await mkdtemp(path.join(tmpdir(), "bench-sqld-"));
    const key = createKeyPair();
    const jwtPublicKeyFile = path.join(directory, "key.pem");
    await writeFile(jwtPublicKeyFile, key.publicPem);
    const server = await startSqld({ directory: path.join(directory, "data"), jwtPublicKeyFile });
    const proxy = await startProxy(server.url, { delayMs: DELAY_MS });
    const authToken = mintToken(key, { access: "rw" });
    const line: Line = {
        direct: { url: server.url, authToken },
        delayed: { url: proxy.url, authToken },
        takeRequests: () => {
            const taken = proxy.requests;
            proxy.requests = 0;
            return taken;
        },
        close: async () => {
            open.delete(line);
            await proxy.close();
            await server.stop();
            await rm(directory, { recursive: true, force: true });
        },
    };
    open.add(line);
    return line;
}

/** Closes everything that a failure left open. */
export async function closeLines(): Promise<void> {
    for (const line of [...open]) await line.close();
}

/** Returns the names of all objects of a database, sorted. */
export async function readObjectNames(address: Address): Promise<string[]> {
    const client = createClient(address);
    const { rows } = await client.execute("SELECT name FROM sqlite_schema ORDER BY name");
    client.close();
    return rows.map((row) => String(row.name));
}

/** Returns the names of the objects that a project's SQL creates, by running it. */
export async function readExpectedNames(project: Project): Promise<string[]> {
    const line = await openLine();
    const client = createClient(line.direct);
    await client.executeMultiple(project.script);
    client.close();
    const names = await readObjectNames(line.direct);
    await line.close();
    return names;
}
