import { type Client, createClient } from "@libsql/client";
import { findFreePort, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { makeFolder } from "./project.ts";

/** A primary with a replica, from the same binary. */
export interface TestReplica {
    /** Of the replica. */
    readonly url: string;
    readonly primary: Sqld;
    readonly replica: Sqld;
    /** A client of the primary. */
    readonly client: Client;
    /** Starts the primary again on the same ports and data, after it was killed. */
    restartPrimary(): Promise<Sqld>;
}

/** Starts a primary and a replica for a test, and ends both when the test is done. */
export async function withReplica<T>(body: (scene: TestReplica) => Promise<T>): Promise<T> {
    const [directory, grpcPort] = [makeFolder(), await findFreePort()];
    const primary = await startSqld({ directory, grpcPort });
    const started = [primary];
    const client = createClient({ url: primary.url });
    try {
        const replica = await startSqld({ directory: makeFolder(), primaryPort: grpcPort });
        started.unshift(replica);
        const restartPrimary = async (): Promise<Sqld> => {
            const again = await startSqld({ directory, port: primary.port, grpcPort });
            started.push(again);
            return again;
        };
        return await body({ url: replica.url, primary, replica, client, restartPrimary });
    } finally {
        client.close();
        for (const one of started) {
            one.kill("SIGCONT");
            await one.stop();
        }
    }
}
