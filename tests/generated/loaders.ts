import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { splitStatements } from "../../src/sql/statements.ts";
import type { Target, TestDatabase } from "../support/targets.ts";

/** The generated file, as it is committed. */
export const schemaFile = readFileSync(new URL("../../TURSO_SCHEMA.sql", import.meta.url), "utf8");

export const hasShell = spawnSync("sqlite3", ["--version"]).status === 0;

/** A way of running a script in a database. Errors of statements are given back, whatever the way does about them. */
export interface Way {
    readonly name: string;
    readonly run: (database: TestDatabase, script: string) => Promise<string[]>;
}

/** The ways that there are to run a script in a database of this kind. */
export function listWays(target: Target["name"]): Way[] {
    const script: Way = {
        name: "libSQL's executeMultiple",
        run: ({ client }, text) =>
            client.executeMultiple(text).then(
                () => [],
                (error: unknown) => [String(error)],
            ),
    };
    if (target === "sqld") return [script, { name: "a libSQL shell that goes on after errors", run: runOnStream }];
    const shells: Way[] = [
        { name: "the sqlite3 shell", run: (database, text) => runInShell([], database, text) },
        { name: "the sqlite3 shell with -bail", run: (database, text) => runInShell(["-bail"], database, text) },
    ];
    return [
        ...(hasShell ? shells : []),
        script,
        {
            name: "a libSQL shell that goes on after errors",
            run: ({ url }, text) => Promise.resolve(runOnFile(url, text)),
        },
    ];
}

async function runInShell(options: readonly string[], { url }: TestDatabase, script: string): Promise<string[]> {
    const shell = spawnSync("sqlite3", [...options, pathOf(url)], { input: script, encoding: "utf8" });
    return shell.stderr.split("\n").filter((line) => line !== "");
}

/** One connection to a database file, by the driver below the client: it neither pools nor rolls back by itself. */
export interface FileSession {
    exec(sql: string): void;
    close(): void;
}

/** Opens such a connection. */
export function openSession(url: string): FileSession {
    const client = createRequire(import.meta.url).resolve("@libsql/client");
    const Database = createRequire(client)("libsql") as new (path: string) => FileSession;
    return new Database(pathOf(url));
}

/** Runs one statement and gives its error, if there is one. */
export function tryStatement(session: FileSession, sql: string): string[] {
    try {
        session.exec(`${sql};`);
        return [];
    } catch (error) {
        return [String(error)];
    }
}

function runOnFile(url: string, script: string): string[] {
    const session = openSession(url);
    try {
        return splitStatements(script).flatMap(({ sql }) => tryStatement(session, sql));
    } finally {
        session.close();
    }
}

// The requests of one pipeline run one after the other on one connection, each whether or not the one before it failed.
async function runOnStream({ url }: TestDatabase, script: string): Promise<string[]> {
    const statements = splitStatements(script).map(({ sql }) => ({ type: "execute", stmt: { sql } }));
    const reply = await fetch(new URL("v2/pipeline", `${url}/`), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ baton: null, requests: [...statements, { type: "close" }] }),
    });
    const { results } = (await reply.json()) as { results: { error?: { message: string } }[] };
    if (results.length !== statements.length + 1) throw new Error("The server did not run every statement.");
    return results.flatMap(({ error }) => (error ? [error.message] : []));
}

function pathOf(url: string): string {
    return url.startsWith("file:///") ? fileURLToPath(url) : url.slice("file:".length);
}
