import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { describe, expect, test } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { backupHere, restoreHere, takeBackup } from "../backup/running.ts";
import { startCommand } from "../support/command.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { makeFolder, writeProject } from "../support/project.ts";
import { type ProxyHooks, startProxy } from "../support/proxy.ts";
import { describeTargets } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { adoptHere, copyWhole, countRows, root, verifyHere } from "./adopting.ts";
import { buildSpoiled, readComparable, runWhole } from "./killing.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

const title = findSqld() === undefined ? "sqld (no binary here)" : "an adoption over a line that breaks";

/** Hangs up once, at the first exchange of which the request holds a text. */
function dropOnce(hook: keyof ProxyHooks, text: string): ProxyHooks {
    let [isMet, isDone] = [false, false];
    return {
        onRequest: (_n, body) => {
            isMet = body.includes(text);
            if (!isMet || isDone || hook !== "onRequest") return;
            isDone = true;
            return "drop";
        },
        onReply: () => {
            if (!isMet || isDone || hook !== "onReply") return;
            isDone = true;
            return "drop";
        },
    };
}

describeTargets(title, (target) => {
    if (target.name === "file:") return test.skip("has no line", () => undefined);

    testOriginal(`goes on where only the reply to COMMIT was lost, and ends where the request was${note}`, async () => {
        const spoiled = await buildSpoiled(target, 60);
        // A copy: a trigger of the original writes the time of building into the rows.
        const calm = await target.createCopy(spoiled);
        const undisturbed = await runWhole(calm);
        const proxy = await startProxy(spoiled.url, dropOnce("onRequest", 'INSERT INTO \\"questions\\"'));
        const rejects = path.join(writeProject({}), "left.ndjson");
        const ended = await adoptHere(proxy.url, { rejects });
        expect([ended.code, ended.error?.code, ended.error?.outcome]).toEqual([
            1,
            "connection-lost",
            expect.stringMatching(
                /^Adopted so far: users\. The others are unchanged\. Run the same command again to continue\.$/,
            ),
        ]);
        expect(await readValue(spoiled.client, "SELECT strict FROM pragma_table_list WHERE name = 'questions'")).toBe(
            0,
        );

        // From the reply to a table's COMMIT on, nothing comes through.
        let isCut = false;
        proxy.hooks = {
            onRequest: (_n, body) => {
                const wasCut = isCut;
                isCut ||= body.includes('INSERT INTO \\"questions\\"');
                return wasCut ? "drop" : undefined;
            },
            onReply: () => (isCut ? "drop" : undefined),
        };
        const cut = await adoptHere(proxy.url, { rejects });
        expect([cut.code, cut.error?.outcome]).toEqual([
            1,
            expect.stringMatching(
                /'questions' may be adopted too: that could not be read\. The others are unchanged\./,
            ),
        ]);

        proxy.hooks = dropOnce("onReply", 'INSERT INTO \\"question_history\\"');
        const went = await adoptHere(proxy.url, { rejects });
        expect([went.code, went.error]).toEqual([undisturbed.code, undefined]);
        expect(went.stderr).toMatch(/The reply was lost \(.+\), but the transaction was committed\.\n/);
        expect(await verifyHere(spoiled.url)).toBe(0);
        expect(await readComparable(spoiled)).toEqual(await readComparable(calm));
        await proxy.close();
        for (const database of [spoiled, calm]) await database.close();
    });

    testOriginal(
        `names the database that is gone, of the old one and its copy, and is taken up by the next run${note}`,
        async () => {
            const source = await buildSpoiled(target, 60);
            const before = await hashContents(source.client);
            const copy = await target.createDatabase();
            const [from, to] = [await startProxy(source.url), await startProxy(copy.url)];
            const folder = makeFolder();
            const backup = path.join(folder, "old.sql.gz");

            from.hooks = { onRequest: (_n, body) => (body.includes('FROM \\"questions\\"') ? "drop" : undefined) };
            const read = await backupHere({ url: from.url, args: [backup] });
            expect([read.error?.message, read.error?.outcome]).toEqual([
                expect.stringContaining(`the connection to ${from.url} broke`),
                "No backup was written.",
            ]);
            expect(readdirSync(folder)).toEqual([]);
            from.hooks = {};
            expect((await backupHere({ url: from.url, args: [backup] })).code).toBe(0);

            const restore = () => restoreHere({ url: to.url, args: [backup] });
            const broken: ProxyHooks[] = [
                { onRequest: () => "drop" },
                dropOnce("onReply", 'INSERT INTO \\"questions\\"'),
            ];
            for (const hooks of broken) {
                to.hooks = hooks;
                const written = await restore();
                expect([written.error?.message, written.error?.outcome]).toEqual([
                    expect.stringContaining(`the connection to ${to.url} broke`),
                    "Nothing was restored. The database is as it was.",
                ]);
            }
            to.hooks = {};
            expect((await restore()).code).toBe(0);
            // A read that breaks once is tried again.
            to.hooks = dropOnce("onRequest", "sqlite_schema");
            expect((await adoptHere(to.url, { rejects: path.join(folder, "left.ndjson") })).code).toBe(5);
            expect(await verifyHere(copy.url)).toBe(0);
            expect(await hashContents(source.client)).toBe(before);
            for (const proxy of [from, to]) await proxy.close();
            for (const database of [source, copy]) await database.close();
        },
    );

    testOriginal(
        `takes all of the old database as it was at one moment, whatever is written meanwhile${note}`,
        async () => {
            const source = await buildSpoiled(target, 5);
            const copy = await target.createDatabase();
            const from = await startProxy(source.url);
            const late = "INSERT INTO users (rowid, id, username, password) VALUES (-1, 'u-0', 'cy', 'hash')";
            let isLate = false;
            from.hooks = {
                onRequest: async (_n, body) => {
                    if (isLate || !body.includes('FROM \\"users\\"')) return;
                    isLate = true;
                    await source.client.execute(late);
                },
            };
            await copyWhole(from.url, copy.url);
            expect(await countRows(source.client, "users")).toBe(3);
            const ran = await runWhole(copy);
            expect([ran.code, await verifyHere(copy.url)]).toEqual([5, 0]);
            expect(await readRows(copy.client, "SELECT id FROM users ORDER BY id")).toEqual([
                { id: "u-1" },
                { id: "u-2" },
            ]);
            await from.close();
            for (const database of [source, copy]) await database.close();
        },
    );
});

describe.skipIf(findSqld() === undefined)("the token of the copy's server", () => {
    testOriginal(`is asked for, and must be one that writes, before anything is restored${note}`, async () => {
        const folder = makeFolder();
        const source = `file:${path.join(folder, "old.db")}`;
        const client = createClient({ url: source });
        await buildOriginal(client, "drizzle", 2);
        const backup = await takeBackup(source);
        const key = createKeyPair();
        const jwtPublicKeyFile = path.join(folder, "key.pem");
        writeFileSync(jwtPublicKeyFile, key.publicPem);
        const server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
        try {
            const none = await restoreHere({ url: server.url, args: [backup] });
            expect([none.code, none.error?.code, none.error?.outcome]).toEqual([
                2,
                "unauthorized",
                "Nothing was restored. The database is as it was.",
            ]);
            expect(none.error?.hint).toMatch(/TURSO_AUTH_TOKEN/);
            const env = { TURSO_AUTH_TOKEN: mintToken(key, { access: "ro" }) };
            const refused = await restoreHere({ url: server.url, args: [backup], env });
            expect([refused.code, refused.error?.code]).toEqual([2, "token-read-only"]);
            const there = createClient({ url: server.url, authToken: mintToken(key, { access: "rw" }) });
            expect(await readRows(there, "SELECT name FROM sqlite_schema")).toEqual([]);
            there.close();
        } finally {
            client.close();
            await server.stop();
        }
    });
});

describeTargets("an adoption that is interrupted", (target) => {
    testOriginal(`ends between two tables, says what is left, and is taken up by the next run${note}`, async () => {
        const source = await buildSpoiled(target, 1_000);
        const copy = await target.createDatabase();
        await copyWhole(source.url, copy.url);
        const command = startCommand("db:adopt", [], { cwd: root, env: { TURSO_DATABASE_URL: copy.url } });
        const ended = command.result.then(() => true);
        while (!command.printed().stdout.includes("Adopted:  users\n")) {
            if (await Promise.race([ended, new Promise<false>((next) => setTimeout(() => next(false), 1))])) break;
        }
        command.kill("SIGINT");
        const { code, stderr } = await command.result;
        expect([code, stderr]).toEqual([
            130,
            expect.stringMatching(
                /error: interrupted\n(.*\n)*Adopted so far: users.*\. The others are unchanged\. Run the same command again to continue\.\n$/,
            ),
        ]);
        expect(
            await readValue(copy.client, "SELECT strict FROM pragma_table_list WHERE name = 'question_history'"),
        ).toBe(0);
        expect((await runWhole(copy)).code).toBe(5);
        expect(await verifyHere(copy.url)).toBe(0);
        for (const database of [source, copy]) await database.close();
    });
});
