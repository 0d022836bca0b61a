import { fileURLToPath } from "node:url";
import type { Client } from "@libsql/client";
import { readConfig } from "../../src/cli/settings.ts";
import type { Connection } from "../../src/database/connection.ts";
import { openConnection } from "../../src/database/open.ts";
import { runDeploy } from "../../src/migrations/carry-out.ts";
import { type DeployOptions, prepareDeploy } from "../../src/planning/prepare.ts";
import { assertLocal } from "./local.ts";
import type { Address, Target, TestDatabase } from "./targets.ts";

export type { Address };

/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A project's folder, and a database of its own. */
export interface TestProject {
    readonly root: string;
    readonly database: TestDatabase;
    /** The database's own client. */
    readonly client: Client;
}

const nothing = (): void => undefined;

/** For a deploy of which nobody reads what it says. */
export const silentReport = { applied: nothing, waiting: nothing, note: nothing, restorePoint: nothing };

/** Gives a project, by its folder, a fresh and empty database. */
export async function createProject(target: Target, project: string): Promise<TestProject> {
    const database = await target.createDatabase();
    return { root: project, database, client: database.client };
}

/** Gives a project, by its folder, a fresh database to which its schema was deployed. */
export async function createDeployedProject(target: Target, project: string): Promise<TestProject> {
    const created = await createProject(target, project);
    await deployInto(created.database, project);
    return created;
}

/** Gives a database to which the repository's schema was deployed, with no rows of content. */
export function createDeployedDatabase(target: Target): Promise<TestDatabase> {
    return target.createPrepared("deployed", (database) => deployInto(database));
}

/** Deploys the schema of a project into a test database, silently. */
export async function deployInto(address: Address, project = root, options: DeployOptions = {}): Promise<void> {
    const connection = await openTestConnection(address);
    try {
        const prepared = await prepareDeploy(project, connection, options);
        await runDeploy(connection, prepared, { now: new Date(), report: silentReport });
    } finally {
        connection.close();
    }
}

/** Opens a test database as the commands do. Throws for an address that is neither a file nor on this machine. */
export async function openTestConnection({ url, authToken }: Address, signal?: AbortSignal): Promise<Connection> {
    assertLocal(url);
    const token = authToken === undefined ? {} : { TURSO_AUTH_TOKEN: authToken };
    const { target } = await readConfig("write", "/", { TURSO_DATABASE_URL: url, ...token });
    return openConnection(target, signal);
}
