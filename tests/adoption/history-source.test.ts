import { readdirSync } from "node:fs";
import type { Client } from "@libsql/client";
import { expect, test } from "vitest";
import { copyDatabase } from "../../src/rehearsal/copy.ts";
import { readValue } from "../support/contents.ts";
import { openTestConnection } from "../support/deployed.ts";
import { runScript } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, copyWhole, root, verifyHere } from "./adopting.ts";

const users = "CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT NOT NULL, password TEXT NOT NULL)";
const readSource = (client: Client): Promise<unknown> => readValue(client, "SELECT default_source FROM history_writer");

describeTargets("the source of changes that name no writer", (target) => {
    test("is set by --history-source, and kept by db:verify, a backup, a rehearsal's copy and cleared writers", async () => {
        const [database, copy] = [await target.createDatabase(), await target.createDatabase()];
        const { client, url } = database;
        await client.execute(users);
        const ran = await adoptHere(url, { historySource: "bot" });
        expect([ran.code, ran.error]).toEqual([0, undefined]);
        expect(ran.stdout).toContain("\nHistory:  changes that name no writer have the source 'bot'\n");
        await client.execute(`INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'q', 'a', 'e', 'beginner', 'c', 's')`);
        expect(await readValue(client, "SELECT event_source FROM question_history")).toBe("bot");
        expect(await verifyHere(url)).toBe(0);

        await copyWhole(url, copy.url);
        expect(await readSource(copy.client)).toBe("bot");
        const file = `${makeFolder()}/rehearsal.db`;
        const connection = await openTestConnection(database);
        await copyDatabase(connection.target, file);
        connection.close();
        const copied = await openTestConnection({ url: `file:${file}` });
        const [rows] = await copied.readAll([{ sql: "SELECT default_source FROM history_writer" }]);
        copied.close();
        expect(rows?.ok && rows.rows).toEqual([{ default_source: "bot" }]);

        const again = await adoptHere(url);
        expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("Nothing to adopt")]);
        expect(await readSource(client)).toBe("bot");
        const changed = await adoptHere(url, { historySource: "user" });
        expect(changed.stdout).toContain("\nHistory:  changes that name no writer have the source 'user'\n");
        expect(await readSource(client)).toBe("user");

        await client.execute("DELETE FROM history_writer");
        const { code, error } = await adoptHere(url, { historySource: "bot" });
        expect([code, error?.message, error?.outcome]).toEqual([
            1,
            "the source of changes that name no writer cannot be set: its row is missing",
            "The source of changes that name no writer was not set.",
        ]);
        expect(error?.hint).toContain("`pnpm db:doctor --check history-writer`");
        expect(await readSource(client)).toBeUndefined();
        await client.execute("INSERT INTO history_writer (id) VALUES (1)");
        expect((await adoptHere(url, { historySource: "bot" })).code).toBe(0);
        expect(await readSource(client)).toBe("bot");
        for (const each of [database, copy]) await each.close();
    });

    test("is system without the option and without a terminal, which the output says", async () => {
        const { client, url, close } = await target.createDatabase();
        await client.execute(users);
        const check = await adoptHere(url, { check: true, historySource: "bot" });
        expect([check.code, check.stdout]).toEqual([
            0,
            expect.stringContaining(
                "\nHistory:  a run without --check would give changes that name no writer the source 'bot'\n",
            ),
        ]);
        const ran = await adoptHere(url);
        expect(ran.stdout).toContain(
            "\nHistory:  changes that name no writer have the source 'system'; to change that, run `pnpm db:adopt --history-source <source>`\n",
        );
        expect(await readSource(client)).toBe("system");
        await close();
    });

    test("is in the JSON document, and setting it later writes no reject file", async () => {
        const { client, url, close } = await target.createDatabase();
        await client.executeMultiple(`${users}; INSERT INTO users VALUES ('u-1', 'ada', 'x'), ('u-2', 'ada', 'x')`);
        const rejects = `${makeFolder()}/left.ndjson`;
        const ran = await adoptHere(url, { rejects, historySource: "bot" }, { json: true });
        expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([5, { refused: 1, historySource: "bot" }]);
        const folder = copyProject();
        const files = readdirSync(folder);
        const later = await adoptHere(url, { historySource: "user" }, { json: true, root: folder });
        const { refused, rejects: file, historySource } = JSON.parse(later.stdout);
        expect([later.code, refused, file, historySource]).toEqual([0, undefined, undefined, "user"]);
        expect([readdirSync(folder), await readSource(client)]).toEqual([files, "user"]);
        const again = await adoptHere(url, { rejects }, { json: true });
        expect([again.code, JSON.parse(again.stdout)]).toMatchObject([5, { refused: 1, historySource: "user" }]);
        await close();
    });

    test("is refused as wrong usage when it is none of the known ones, and nothing is changed", async () => {
        const { client, url, close } = await target.createDatabase();
        await client.execute(users);
        const env = { TURSO_DATABASE_URL: url };
        const ran = await runScript("db:adopt", ["--history-source", "self"], { cwd: root, env });
        expect(ran.code).toBe(2);
        expect(ran.stderr).toContain("Allowed choices are bot, user, system, import.");
        expect(await readValue(client, "SELECT count(*) FROM sqlite_schema WHERE name = 'history_writer'")).toBe(0);
        await close();
    });
});
