import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type RunningCommand, startCommand } from "../support/command.ts";
import { type Contents, readContents, readRows, readValue, withoutColumns, withoutOrder } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import type { Target, TestDatabase } from "../support/targets.ts";
import { makeQuestion } from "./records.ts";

function writeSource(count: number): string {
    // Long enough for several chunks on a server.
    const questions = Array.from({ length: count }, (_, at) =>
        makeQuestion(`q-${at}`, { explanation: "Because. ".repeat(300) }),
    );
    const event = { eventType: "created", eventSource: "bot", createdAt: "2025-06-01T00:00:00.000Z" };
    const history = questions.map(({ id }) => JSON.stringify({ questionId: id, history: [event] }));
    return copyProject({}, { "in/questions.json": JSON.stringify(questions), "in/history.ndjson": history.join("\n") });
}

// Numbers and times that the database gives out depend on when a row came.
async function readComparable({ client }: TestDatabase): Promise<Contents> {
    const { sqlite_sequence: _numbers, schema_seeds: _notes, ...contents } = await readContents(client);
    const { questions = [], ...others } = withoutColumns(contents, "created_at", "run_at", "loaded_at");
    return withoutOrder({ ...withoutColumns(others, "id"), questions });
}

// The command's first line says that it has started: how long that takes differs from run to run.
async function waitForStart(command: RunningCommand): Promise<void> {
    while (!command.printed().stdout.includes("Database")) await sleep(2);
}

// A busy machine takes the seconds after which a load says how far it is.
export function withoutProgress(text: string): string {
    return text.replace(/^[a-z-]+: [\d,]+ of [\d,]+, [\d,]+ a second, \d+ s left\n/gm, "");
}

/**
 * Kills a load by SIGKILL at points that are spread over its whole time, and runs the same command again after each: the
 * content must be that of an undisturbed load, and the database sound in between.
 */
export async function killLoads(target: Target, points: number, count: number): Promise<void> {
    const root = writeSource(count);
    const deployed = await createDeployedDatabase(target);
    const calm = await target.createCopy(deployed);
    const argumentsOf = ({ url }: TestDatabase) => ({ cwd: root, env: { TURSO_DATABASE_URL: url } });
    const calmCommand = startCommand("db:migrate", ["--from", "in"], argumentsOf(calm));
    await waitForStart(calmCommand);
    const started = performance.now();
    const whole = await calmCommand.result;
    const milliseconds = Math.round(performance.now() - started);
    expect([whole.code, withoutProgress(whole.stderr)]).toEqual([0, ""]);
    const undisturbed = JSON.stringify(await readComparable(calm));
    const left: unknown[] = [];
    for (let at = 0; at < points; at++) {
        const database = await target.createCopy(deployed);
        const command = startCommand("db:migrate", ["--from", "in"], argumentsOf(database));
        await waitForStart(command);
        // It reads and validates first.
        await sleep(milliseconds * (0.3 + (0.65 * (at + 0.5)) / points));
        command.kill("SIGKILL");
        await command.result;
        expect(await readValue(database.client, "SELECT * FROM pragma_integrity_check")).toBe("ok");
        expect(await readRows(database.client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        left.push(await readValue(database.client, "SELECT count(*) FROM questions"));
        const again = await migrateHere({ root, url: database.url }, { from: "in" });
        expect([again.code, withoutProgress(again.stderr)], `killed at point ${at}`).toEqual([0, ""]);
        expect(JSON.stringify(await readComparable(database)) === undisturbed, `killed at point ${at}`).toBe(true);
        await database.close();
    }
    tell(`${target.name}: ${points} kills within ${milliseconds} ms left ${left.join(", ")} of ${count} questions`);
}
