import { writeFileSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { describe, expect, test } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { startCommand } from "../support/command.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { writeProject } from "../support/project.ts";
import { type ProxyHooks, startProxy } from "../support/proxy.ts";
import { describeTargets } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { adoptHere, countRows, root, verifyHere } from "./adopting.ts";
import { buildSpoiled, readComparable, runWhole } from "./killing.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

const begun = "The source was only read. The copy is not whole yet.";
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
        const [spoiled, calm] = await Promise.all([buildSpoiled(target, 60), buildSpoiled(target, 60)]);
        const undisturbed = await runWhole(calm);
        const proxy = await startProxy(spoiled.url, dropOnce("onRequest", 'INSERT INTO \\"questions\\"'));
        const rejects = path.join(writeProject({}), "left.ndjson");
        const ended = await adoptHere(proxy.url, { rejects });
        expect([ended.code, ended.error?.code, ended.error?.outcome]).toEqual([
            1,
            "connection-lost",
            expect.stringMatching(
                /\nAdopted so far: users\. The others are as they were\. Run the same command again to go on\.$/,
            ),
        ]);
        expect(await readValue(spoiled.client, "SELECT strict FROM pragma_table_list WHERE name = 'questions'")).toBe(
            0,
        );

        proxy.hooks = dropOnce("onReply", 'INSERT INTO \\"question_history\\"');
        const went = await adoptHere(proxy.url, { rejects });
        expect([went.code, went.error]).toEqual([undisturbed.code, undefined]);
        expect(went.stderr).toMatch(/The reply was lost \(.+\), but the database has it\.\n/);
        expect(await verifyHere(spoiled.url)).toBe(0);
        expect(await readComparable(spoiled)).toEqual(await readComparable(calm));
        await proxy.close();
        for (const database of [spoiled, calm]) await database.close();
    });

    testOriginal(
        `names the database that is gone, of the two of --into, and is taken up by the next run${note}`,
        async () => {
            const source = await buildSpoiled(target, 60);
            const before = await hashContents(source.client);
            const copy = await target.createDatabase();
            const [from, to] = [await startProxy(source.url), await startProxy(copy.url)];
            const rejects = path.join(writeProject({}), "left.ndjson");
            const run = () => adoptHere(from.url, { into: to.url, rejects });

            to.hooks = { onRequest: () => "drop" };
            const early = await run();
            expect([early.error?.message, early.error?.outcome]).toEqual([
                expect.stringContaining(`the connection to ${to.url} broke`),
                "Nothing was changed.",
            ]);
            to.hooks = dropOnce("onReply", 'INSERT INTO \\"questions\\" (rowid');
            const written = await run();
            expect([written.error?.message, written.error?.outcome]).toEqual([
                expect.stringContaining(`the connection to ${to.url} broke`),
                begun,
            ]);
            to.hooks = {};
            // Reads are tried again, three times in all.
            from.hooks = { onRequest: (_n, body) => (body.includes("literal_place") ? "drop" : undefined) };
            const read = await run();
            expect([read.error?.message, read.error?.outcome]).toEqual([
                expect.stringContaining(`the connection to ${from.url} broke`),
                begun,
            ]);
            from.hooks = {};
            // A read that breaks once is tried again.
            to.hooks = dropOnce("onRequest", "sqlite_schema");
            expect((await run()).code).toBe(5);
            expect(await verifyHere(copy.url)).toBe(0);
            expect(await hashContents(source.client)).toBe(before);
            for (const proxy of [from, to]) await proxy.close();
            for (const database of [source, copy]) await database.close();
        },
    );

    testOriginal(`tells of a row that somebody wrote into the source behind its back${note}`, async () => {
        const source = await buildSpoiled(target, 5);
        const copy = await target.createDatabase();
        const from = await startProxy(source.url);
        const late = "INSERT INTO users (rowid, id, username, password) VALUES (-1, 'u-0', 'cy', 'hash')";
        from.hooks = {
            // Behind the first page of the users, and in front of the next one.
            onRequest: async (_n, body) => {
                if (body.includes('FROM \\"users\\")) WHERE (adopted_row) > (2)')) await source.client.execute(late);
            },
        };
        const ran = await adoptHere(from.url, { into: copy.url });
        expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
            1,
            "the copy of 'users' does not equal its source: 2 rows of 3",
            "The source was only read. The copy is not whole: drop it.",
        ]);
        expect(await countRows(copy.client, "schema_adoption", "source_table = 'users' AND outcome = 'copied'")).toBe(
            0,
        );
        await from.close();
        for (const database of [source, copy]) await database.close();
    });
});

describe.skipIf(findSqld() === undefined)("the token of --into", () => {
    testOriginal(`is told by the name of its own variable${note}`, async () => {
        const folder = writeProject({});
        const source = `file:${path.join(folder, "old.db")}`;
        const client = createClient({ url: source });
        await buildOriginal(client, "drizzle", 2);
        const key = createKeyPair();
        const jwtPublicKeyFile = path.join(folder, "key.pem");
        writeFileSync(jwtPublicKeyFile, key.publicPem);
        const server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
        try {
            const none = await adoptHere(source, { into: server.url });
            expect([none.code, none.error?.code, none.error?.outcome]).toEqual([
                1,
                "unauthorized",
                "Nothing was changed.",
            ]);
            expect(none.error?.hint).toMatch(/^set TURSO_INTO_AUTH_TOKEN to a token of that database/);
            const readOnly = mintToken(key, { access: "ro" });
            const refused = await adoptHere(source, { into: server.url }, { env: { TURSO_INTO_AUTH_TOKEN: readOnly } });
            expect([refused.code, refused.error?.code]).toEqual([1, "token-read-only"]);
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
    testOriginal(
        `ends at once while it copies, says what is left, and is taken up by the next run${note}`,
        async () => {
            const source = await buildSpoiled(target, 1_000);
            const copy = await target.createDatabase();
            const command = startCommand("db:adopt", ["--into", copy.url], {
                cwd: root,
                env: { TURSO_DATABASE_URL: source.url },
            });
            const ended = command.result.then(() => true);
            while (!command.printed().stdout.includes("Copied:   users")) {
                if (await Promise.race([ended, new Promise<false>((next) => setTimeout(() => next(false), 1))])) break;
            }
            command.kill("SIGINT");
            const { code, stderr } = await command.result;
            expect([code, stderr.includes("error: interrupted\n"), stderr.endsWith(`\n${begun}\n`)]).toEqual([
                130,
                true,
                true,
            ]);
            expect(
                await countRows(
                    copy.client,
                    "schema_adoption",
                    "source_table = 'question_history' AND outcome = 'copied'",
                ),
            ).toBe(0);
            expect((await runWhole(source, { into: copy.url })).code).toBe(5);
            expect(await verifyHere(copy.url)).toBe(0);
            for (const database of [source, copy]) await database.close();
        },
    );
});
