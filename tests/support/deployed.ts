import { fileURLToPath } from "node:url";
import { openConnection } from "../../src/database/connection.ts";
import { runDeploy } from "../../src/migrations/carry-out.ts";
import { prepareDeploy } from "../../src/migrations/deploy.ts";
import type { Target, TestDatabase } from "./targets.ts";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Gives a fresh database to which the repository's schema was deployed, with no rows of content. */
export async function createDeployedDatabase(target: Target): Promise<TestDatabase> {
    const database = await target.createDatabase();
    await deployInto(database);
    return database;
}

/** Deploys the schema of a project into a test database, silently. */
export async function deployInto(database: Pick<TestDatabase, "url" | "authToken">, project = root): Promise<void> {
    const connection = await openTestConnection(database);
    const silent = {
        applied: () => undefined,
        waiting: () => undefined,
        note: () => undefined,
        wayBack: () => undefined,
    };
    try {
        const prepared = await prepareDeploy(project, connection);
        await runDeploy(connection, prepared, { now: new Date(), report: silent });
    } finally {
        connection.close();
    }
}

/** Opens a test database with the project's own connection. */
export function openTestConnection({
    url,
    authToken,
}: Pick<TestDatabase, "url" | "authToken">): ReturnType<typeof openConnection> {
    if (url.startsWith("file:")) {
        return openConnection({ kind: "file", path: fileURLToPath(url), label: url, local: true });
    }
    const { hostname } = new URL(url);
    return openConnection({
        kind: "server",
        url,
        label: url,
        host: hostname,
        local: true,
        ...(authToken === undefined ? {} : { authToken }),
    });
}
