import { expect } from "vitest";
import { tell } from "../deploy/snapshot.ts";
import { startCommand } from "../support/command.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import type { Target, TestDatabase } from "../support/targets.ts";
import { type Contents, readContents, readRows, readValue, withoutColumns, withoutOrder } from "./contents.ts";
import { makeQuestion } from "./records.ts";
import { copyProject, migrateHere } from "./running.ts";

const count = 2_500;
const event = (at: number): object => ({
    questionId: `q-${at}`,
    history: [{ eventType: "created", eventSource: "bot", createdAt: "2025-06-01T00:00:00.000Z" }],
});
const root = copyProject(
    {},
    {
        // Long enough for several chunks.
        "in/questions.json": JSON.stringify(
            Array.from({ length: count }, (_, at) => makeQuestion(`q-${at}`, { explanation: "Because. ".repeat(300) })),
        ),
        "in/history.ndjson": Array.from({ length: count }, (_, at) => JSON.stringify(event(at))).join("\n"),
    },
);

// Numbers and times that the database gives out depend on when a row came.
async function readComparable({ client }: TestDatabase): Promise<Contents> {
    const { sqlite_sequence: _numbers, schema_seeds: _notes, ...contents } = await readContents(client);
    const { questions = [], ...others } = withoutColumns(contents, "created_at", "run_at", "loaded_at");
    return withoutOrder({ ...withoutColumns(others, "id"), questions });
}

/**
 * Kills a load by SIGKILL at points that are spread over its whole time, and runs the same command again after each: the
 * content must be that of an undisturbed load, and the database sound in between.
 */
export async function killLoads(target: Target, points: number): Promise<void> {
    const deployed = await createDeployedDatabase(target);
    const calm = await target.createCopy(deployed);
    const argumentsOf = ({ url }: TestDatabase) => ({ cwd: root, env: { TURSO_DATABASE_URL: url } });
    const started = performance.now();
    const whole = await startCommand("db:migrate", ["--from", "in"], argumentsOf(calm)).result;
    const milliseconds = performance.now() - started;
    expect([whole.code, whole.stderr]).toEqual([0, ""]);
    const undisturbed = JSON.stringify(await readComparable(calm));
    const left: unknown[] = [];
    for (let at = 0; at < points; at++) {
        const database = await target.createCopy(deployed);
        const command = startCommand("db:migrate", ["--from", "in"], argumentsOf(database));
        // Before a third of its time, it only starts.
        await new Promise((resolve) => setTimeout(resolve, milliseconds * (0.33 + (0.67 * (at + 0.5)) / points)));
        command.kill("SIGKILL");
        await command.result;
        expect(await readValue(database.client, "SELECT * FROM pragma_integrity_check")).toBe("ok");
        expect(await readRows(database.client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        left.push(await readValue(database.client, "SELECT count(*) FROM questions"));
        const again = await migrateHere({ root, url: database.url }, { from: "in" });
        expect([again.code, again.stderr], `killed at point ${at}`).toEqual([0, ""]);
        expect(JSON.stringify(await readComparable(database)) === undisturbed, `killed at point ${at}`).toBe(true);
        await database.close();
    }
    tell(
        `${target.name}: ${points} kills in ${Math.round(milliseconds)} ms left ${left.join(", ")} of ${count} questions`,
    );
}
