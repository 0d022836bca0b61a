import { copyFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { makeSmallBackup } from "../backup/running.ts";
import { readCheckFiles } from "../doctor/check-files.ts";
import { ruleFiles } from "../maintenance/maintaining.ts";
import { queueFiles } from "../queue/queues.ts";
import { searchFiles, startEmbeddingServer } from "../search/searching.ts";
import { type Printed, runScript } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";

/** Every command is one of these; a new one must be put among them. */
export const offline = [
    "db-lint",
    "db-new",
    "db-server",
    "dev",
    "docs-build",
    "docs-check",
    "docs-pictures",
    "schema-build",
];
export const readers = [
    "bot-queue",
    "bot-reconcile-dry",
    "db-backup",
    "db-doctor",
    "db-explain",
    "db-export",
    "db-rehearse",
    "db-stats",
    "db-status",
    "db-verify",
    "sql-format",
    "vector-duplicates",
    "vector-search",
    "vector-similar",
    "vector-stats",
];
export const writers = [
    "bot-all",
    "bot-certification",
    "bot-challenge",
    "bot-creator",
    "bot-processor",
    "bot-question",
    "bot-reconcile",
    "bot-sessions",
    "bot-test",
    "bot-unified",
    "bot-verifier",
    "db-adopt",
    "db-baseline",
    "db-maintain",
    "db-migrate",
    "db-migrate-history",
    "db-migrate-job-titles",
    "db-probe",
    "db-push",
    "db-push-schema",
    "db-reset",
    "db-restore",
    "db-rollback",
    "db-seed",
    "vector-init",
    "vector-sync",
];

/** What a command needs to get as far as its database. */
const needed: Readonly<Record<string, readonly string[]>> = {
    "bot-certification": ["--cert=c-1"],
    "bot-test": ["--channel=database"],
    "db-explain": ["SELECT 1"],
    "db-export": ["exported"],
    "db-new": ["add", "it"],
    "db-restore": ["small.sql.gz"],
    "db-rollback": ["--to", "0"],
    "db-server": ["--port", "99999"],
    dev: ["--port", "99999"],
    "vector-search": ["cache"],
    "vector-similar": ["q-1"],
};

const key = createKeyPair();
const hour = 3_600_000;
const ago = (days: number): Date => new Date(Date.now() - days * 24 * hour);
export const tokens = {
    good: mintToken(key, { access: "rw", issuedAt: ago(1), expiresAt: ago(-30) }),
    readOnly: mintToken(key, { access: "ro", expiresAt: ago(-30) }),
    expired: mintToken(key, { access: "rw", expiresAt: ago(1) }),
    old: mintToken(key, { access: "rw", issuedAt: ago(120) }),
    ending: mintToken(key, { access: "rw", issuedAt: ago(89), expiresAt: ago(-0.5) }),
    opaque: "sesame-open-1234567890",
    /** Stands otherwise in JSON. */
    quoted: 'sesame-"open"-\\1234567890',
};

/** A server that answers every request in the same way. */
interface Echo {
    readonly url: string;
    requests: number;
    status: number;
    type: string;
    /** Gets the header that holds the token. */
    body: (header: string) => string;
}

/** What the tests of a file share. */
export interface TokenRuns {
    readonly echo: Echo;
    /** The project's folder. */
    readonly root: string;
    /** Runs a command and searches all that it prints, whatever the test is about. */
    run(name: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<Printed>;
}

/** Sets up a server for the tests of a file, and a project in which commands run. */
export function prepareTokenRuns(): TokenRuns {
    const root = copyProject({}, { ...readCheckFiles(), ...ruleFiles, ...searchFiles, ...queueFiles });
    const echo: Echo = { url: "", requests: 0, status: 401, type: "application/json", body: () => "" };
    const embedding: Record<string, string> = {};
    let outputs = 0;

    beforeAll(async () => {
        copyFileSync(await makeSmallBackup(), path.join(root, "small.sql.gz"));
        const server = createServer((request, response) => {
            echo.requests++;
            request.resume().on("end", () => {
                const { authorization = "" } = request.headers;
                response.writeHead(echo.status, { "content-type": echo.type }).end(echo.body(authorization));
            });
        });
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        // A search asks for a vector before it asks for rows.
        const encoder = await startEmbeddingServer();
        Object.assign(embedding, { EMBEDDING_URL: encoder.url, EMBEDDING_MODEL: "words", EMBEDDING_DIMENSIONS: "32" });
        // Nobody asks it: the database comes first.
        Object.assign(embedding, { LLM_BASE_URL: encoder.url, LLM_MODEL: "words" });
        Object.assign(echo, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
        return async () => {
            await encoder.close();
            server.closeAllConnections();
            await new Promise((closed) => server.close(closed));
        };
    });

    afterAll(() => tell(`${outputs} outputs searched for tokens and parts of tokens, none found`));

    return {
        echo,
        root,
        async run(name, env, ...args) {
            const patience = [...offline, "sql-format"].includes(name) ? [] : ["--wait", "0"];
            const all = [...(needed[name] ?? []), ...patience, ...args];
            const printed = await runScript(name, all, { cwd: root, env: { ...embedding, ...env } });
            const text = printed.stdout + printed.stderr;
            const secrets = Object.values(tokens).flatMap((token) => [token, ...token.split(".")]);
            // Not by expect(), which would print what it finds.
            const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
            const bare = text.replace(/\\[nrt]|\s/g, "");
            const holds = (form: string): boolean =>
                form.length < 12
                    ? text.includes(form)
                    : Array.from(form.slice(11), (_, at) => form.slice(at, at + 12)).some((part) =>
                          bare.includes(part),
                      );
            if (forms.some(holds)) {
                throw new Error(`${name} prints a token or a part of one`);
            }
            expect(printed.stderr).not.toContain("unexpected:");
            outputs++;
            return printed;
        },
    };
}
