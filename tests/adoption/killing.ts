import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { AdoptOptions } from "../../src/cli/commands/adopt.ts";
import { startCommand } from "../support/command.ts";
import { type Contents, readContents, readRows, readValue, withoutColumns } from "../support/contents.ts";
import { writeProject } from "../support/project.ts";
import { tell } from "../support/snapshot.ts";
import type { Target, TestDatabase } from "../support/targets.ts";
import { adoptHere, readExtras, root, verifyHere } from "./adopting.ts";
import { buildOriginal } from "./originals.ts";

/** Questions and what hangs on them, of which some are bad in each way. */
const spoil = `
    PRAGMA foreign_keys = OFF;
    UPDATE questions SET difficulty = 'Hard' WHERE rowid % 10 = 3;
    UPDATE questions SET tags = 'a, b' WHERE rowid % 50 = 4;
    INSERT INTO channel_mappings (channel_id, sub_channel, question_id) SELECT channel_id, sub_channel, question_id FROM channel_mappings WHERE id % 20 = 5;
    UPDATE question_history SET event_source = 'robot' WHERE id % 25 = 6;
    PRAGMA foreign_keys = ON;`;

/** A database of the original with bad rows among the good ones. */
export async function buildSpoiled(target: Target, questions: number): Promise<TestDatabase> {
    const database = await target.createDatabase();
    await buildOriginal(database.client, "original", questions);
    await database.client.executeMultiple(spoil);
    return database;
}

/** What a database holds, without the times that defaults give. */
export async function readComparable({ client }: TestDatabase): Promise<Contents> {
    const { schema_lock: _lock, ...contents } = await readContents(client);
    const times = ["created_at", "run_after", "run_at", "adopted_at", "started_at", "last_accessed_at"];
    const { questions = [], question_history = [] } = withoutColumns(contents, "none");
    const others = withoutColumns(contents, ...times);
    return { ...others, questions, question_history } as Contents;
}

/** Runs the command to its end, and gives its exit code and how many lines its reject file has. */
export async function runWhole(
    { url }: TestDatabase,
    options: AdoptOptions = {},
): Promise<{ code: number; rejects: number }> {
    const rejects = path.join(writeProject({}), "left.ndjson");
    const { code } = await adoptHere(url, { ...options, rejects });
    return { code, rejects: existsSync(rejects) ? readFileSync(rejects, "utf8").trimEnd().split("\n").length : 0 };
}

/**
 * Kills the command by SIGKILL, each time so many milliseconds after it has said that a table is adopted, then runs it
 * again: the database and the reject file must be those of an undisturbed run.
 */
export async function killAdoptions(
    target: Target,
    points: readonly (readonly [table: string, milliseconds: number])[],
    questions: number,
): Promise<void> {
    const spoiled = await buildSpoiled(target, questions);
    const extras = await readExtras(spoiled.client);
    const calm = await target.createCopy(spoiled);
    const undisturbed = await runWhole(calm);
    expect(undisturbed.code).toBe(5);
    const wanted = JSON.stringify(await readComparable(calm));
    const left: unknown[] = [];
    for (const [table, milliseconds] of points) {
        const database = await target.createCopy(spoiled);
        const command = startCommand("db:adopt", [], { cwd: root, env: { TURSO_DATABASE_URL: database.url } });
        const ended = command.result.then(() => true);
        while (!command.printed().stdout.includes(`Adopted:  ${table}\n`)) {
            if (await Promise.race([ended, sleep(1, false)])) throw new Error(command.printed().stderr);
        }
        await sleep(milliseconds);
        command.kill("SIGKILL");
        await command.result;
        expect(await readValue(database.client, "SELECT * FROM pragma_integrity_check")).toBe("ok");
        const strict =
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 1 AND name NOT LIKE 'schema%'";
        left.push(await readValue(database.client, strict));
        expect(await runWhole(database), `killed after ${table}`).toEqual(undisturbed);
        expect(JSON.stringify(await readComparable(database)) === wanted, `killed after ${table}`).toBe(true);
        expect(await readExtras(database.client)).toEqual(extras);
        expect(await verifyHere(database.url)).toBe(0);
        await database.close();
    }
    expect(await readRows(calm.client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
    tell(`${target.name}: ${points.length} kills left ${left.join(", ")} adopted tables`);
    await calm.close();
    await spoiled.close();
}
