import type { Client } from "@libsql/client";
import type { Connection } from "../../src/database/connection.ts";
import { AppError } from "../../src/errors.ts";
import { prepareBaseline } from "../../src/migrations/baseline.ts";
import { runDeploy } from "../../src/migrations/carry-out.ts";
import { prepareRollback } from "../../src/migrations/rollback.ts";
import type { RunOutcome } from "../../src/migrations/run.ts";
import { type DeployOptions, type PreparedDeploy, prepareDeploy } from "../../src/planning/prepare.ts";
import { readRows } from "../support/contents.ts";
import { type Address, openTestConnection, silentReport } from "../support/deployed.ts";

export interface Deployed extends RunOutcome {
    readonly prepared: PreparedDeploy;
    /** Requests that a server got; 0 for a file. */
    readonly requests: number;
    /** `PRAGMA foreign_keys` on the very connection of the run, after it. */
    readonly foreignKeys: unknown;
}

/** Deploys a project as `db:push` does, in this process. */
export function deploy(root: string, address: Address, options: DeployOptions = {}): Promise<Deployed> {
    return carryOut(address, (connection) => prepareDeploy(root, connection, options), options.perFile);
}

/** Rolls a project's database back, as `db:rollback --discard-rows` does. */
export function rollback(root: string, address: Address, to: number): Promise<Deployed> {
    return carryOut(address, (connection) => prepareRollback(root, connection, to));
}

/** Records every migration without running it, as `db:baseline` does once it has compared the schemas. */
export function baseline(root: string, address: Address): Promise<Deployed> {
    return carryOut(address, (connection) => prepareBaseline(root, connection, undefined));
}

async function carryOut(
    address: Address,
    prepare: (connection: Connection) => Promise<PreparedDeploy>,
    perFile = false,
): Promise<Deployed> {
    const connection = await openTestConnection(address);
    try {
        const prepared = await prepare(connection);
        const run = { perFile, now: new Date(), signal: undefined, report: silentReport };
        const outcome = await runDeploy(connection, prepared, run);
        const { requests } = connection.cost;
        const [keys] = await connection.readAll([{ sql: "SELECT foreign_keys FROM pragma_foreign_keys" }]);
        return { ...outcome, prepared, requests, foreignKeys: keys?.ok ? keys.rows[0]?.foreign_keys : undefined };
    } finally {
        connection.close();
    }
}

/** Plans a deploy without running it. */
export async function plan(root: string, address: Address, options: DeployOptions = {}): Promise<PreparedDeploy> {
    const connection = await openTestConnection(address);
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
    const schema = await readRows(client, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    const contents: Record<string, unknown> = { schema };
    for (const { type, name } of schema) {
        if (type === "table") contents[`rows of ${name}`] = await readRows(client, `SELECT * FROM "${name}"`);
    }
    return contents;
}

/** The only column of a query's rows. */
export async function readColumn(client: Client, sql: string): Promise<unknown[]> {
    return (await client.execute(sql)).rows.map((row) => row[0]);
}

/** The names of one type of object, in order. */
export function readNames(client: Client, type: "table" | "index" | "view" | "trigger"): Promise<unknown[]> {
    const own = "name NOT LIKE 'schema%' AND name NOT LIKE 'sqlite%'";
    return readColumn(client, `SELECT name FROM sqlite_schema WHERE type = '${type}' AND ${own} ORDER BY name`);
}
