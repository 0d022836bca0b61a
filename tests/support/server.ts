import { type Client, createClient } from "@libsql/client";
import { type Sqld, startSqld } from "../../src/server/sqld.ts";
import { makeFolder } from "./project.ts";
import { startProxy, type TestProxy } from "./proxy.ts";

/** A local server of a test's own, and a line to it. */
export interface TestServer {
    readonly server: Sqld;
    /** The line: here requests are counted and tampered with. */
    readonly proxy: TestProxy;
    /** A client that goes past the line. */
    readonly client: Client;
    /** Starts the server again on the same port and data, after it was killed. */
    restart(): Promise<Sqld>;
}

/** Starts a server for a test, and ends all that belongs to it when the test is done. */
export async function withServer<T>(body: (scene: TestServer) => Promise<T>): Promise<T> {
    const directory = makeFolder();
    const server = await startSqld({ directory });
    const proxy = await startProxy(server.url);
    const client = createClient({ url: server.url });
    const started = [server];
    const restart = async (): Promise<Sqld> => {
        const again = await startSqld({ directory, port: server.port });
        started.push(again);
        return again;
    };
    try {
        return await body({ server, proxy, client, restart });
    } finally {
        client.close();
        await proxy.close();
        for (const one of started) await one.stop();
    }
}
