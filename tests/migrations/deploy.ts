import { fileURLToPath } from "node:url";
import type { Client } from "@libsql/client";
import { type Connection, openConnection } from "../../src/database/connection.ts";
import type { Target } from "../../src/database/target.ts";
import { AppError } from "../../src/errors.ts";
import { type DeployOptions, type PreparedDeploy, prepareDeploy, runDeploy } from "../../src/migrations/deploy.ts";
import type { RunOutcome } from "../../src/migrations/run.ts";
import { assertLocal } from "../support/local.ts";
import type { TestDatabase } from "../support/targets.ts";

/** The repository itself: its migrations, views and triggers. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Opens a database as the commands do; the caller closes it. */
export function connect(database: Pick<TestDatabase, "url">): Promise<Connection> {
    return openConnection(toTarget(database.url));
}

export function toTarget(url: string): Target {
    assertLocal(url);
    if (url.startsWith("file:")) return { kind: "file", path: url.slice("file:".length), label: url, local: true };
    return { kind: "server", url, label: url, host: new URL(url).hostname, local: true };
}

export interface Deployed extends RunOutcome {
    readonly prepared: PreparedDeploy;
    /** Requests that a server got; 0 for a file. */
    readonly requests: number;
    /** What the run said while it went on. */
    readonly notes: readonly string[];
}

/** Deploys a project as `db:push` does, in this process. */
export async function deploy(
    root: string,
    database: Pick<TestDatabase, "url">,
    options: DeployOptions = {},
): Promise<Deployed> {
    const connection = await connect(database);
    const notes: string[] = [];
    try {
        const prepared = await prepareDeploy(root, connection, options);
        const outcome = await runDeploy(connection, prepared, {
            perFile: options.perFile ?? false,
            now: new Date(),
            report: {
                applied: () => undefined,
                waiting: (reason) => notes.push(reason),
                note: (text) => notes.push(text),
                wayBack: () => undefined,
            },
        });
        return { ...outcome, prepared, requests: connection.requests, notes };
    } finally {
        connection.close();
    }
}

/** Plans without running. */
export async function plan(
    root: string,
    database: Pick<TestDatabase, "url">,
    options: DeployOptions = {},
): Promise<PreparedDeploy> {
    const connection = await connect(database);
    try {
        return await prepareDeploy(root, connection, options);
    } finally {
        connection.close();
    }
}

/** The error that a promise must end with, and all that a user reads of it. */
export async function refusal(promise: Promise<unknown>): Promise<{ error: AppError; text: string }> {
    const error = await promise.then(
        () => new Error("It succeeded."),
        (reason: unknown) => reason,
    );
    if (!(error instanceof AppError)) throw error;
    const { message, details, hint, outcome } = error;
    return { error, text: [message, ...details, hint, outcome].filter((line) => line !== undefined).join("\n") };
}

/** Everything in a database that a failed run must leave as it was: the schema and the rows of every table. */
export async function readAll(client: Client): Promise<Record<string, unknown>> {
    const schema = await client.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    const contents: Record<string, unknown> = { schema: schema.rows.map((row) => ({ ...row })) };
    for (const { type, name } of schema.rows) {
        if (type === "table") contents[`rows of ${name}`] = await readRows(client, `SELECT * FROM "${name}"`);
    }
    return contents;
}

/** Rows as plain objects. */
export async function readRows(client: Client, sql: string): Promise<Record<string, unknown>[]> {
    return (await client.execute(sql)).rows.map((row) => ({ ...row }));
}

/** The only column of a query's rows. */
export async function readColumn(client: Client, sql: string): Promise<unknown[]> {
    return (await client.execute(sql)).rows.map((row) => row[0]);
}
