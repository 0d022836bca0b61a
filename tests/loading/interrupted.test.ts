import { beforeAll, describe, expect, test } from "vitest";
import { type RunningCommand, startCommand } from "../support/command.ts";
import { type Contents, readContents, readValue, withoutColumns } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { withoutProgress } from "./killing.ts";
import { makeQuestion } from "./records.ts";

// Long enough for several chunks on a server.
const questions = Array.from({ length: 1_500 }, (_, at) =>
    makeQuestion(`q-${at}`, { explanation: "Because. ".repeat(300) }),
);
const root = copyProject({ seeds: true }, { "in.json": JSON.stringify(questions) });

async function readUndated({ client }: TestDatabase): Promise<Contents> {
    return withoutColumns(await readContents(client), "created_at", "run_at", "loaded_at");
}

describeTargets("a load that is broken off", (target) => {
    let deployed: TestDatabase;
    let undisturbed: Contents;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
        const database = await target.createCopy(deployed);
        expect((await migrateHere({ root, url: database.url }, { from: "in.json" })).code).toBe(0);
        undisturbed = await readUndated(database);
    });

    // Ends the command as soon as the other connection sees that many rows.
    async function breakOff(
        { client }: TestDatabase,
        command: RunningCommand,
        signal: NodeJS.Signals,
        isTime: string,
    ): Promise<void> {
        let hasEnded = false;
        const ended = command.result.then(() => {
            hasEnded = true;
        });
        while (!hasEnded && (await readValue(client, isTime).catch(() => 0)) !== 1) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        command.kill(signal);
        await ended;
    }

    const embedded: [NodeJS.Signals, string][] = [
        ["SIGKILL", "SELECT count(*) >= 1 FROM questions"],
        ["SIGINT", "SELECT count(*) >= 1 FROM questions"],
        ["SIGKILL", "SELECT count(*) >= 1 FROM channel_mappings"],
    ];
    const remote: [NodeJS.Signals, string][] = [
        ["SIGKILL", "SELECT count(*) >= 1000 FROM questions"],
        ["SIGTERM", "SELECT count(*) >= 1 FROM questions"],
    ];

    test.each(target.name === "file:" ? embedded : remote)(
        "by %s at '%s' is finished by the same command",
        async (signal, isTime) => {
            const database = await target.createCopy(deployed);
            const env = { TURSO_DATABASE_URL: database.url };
            const command = startCommand("db:migrate", ["--from", "in.json"], { cwd: root, env });
            await breakOff(database, command, signal, isTime);
            const { code, stderr } = await command.result;
            expect(await readValue(database.client, "SELECT * FROM pragma_integrity_check")).toBe("ok");
            const loaded = Number(await readValue(database.client, "SELECT count(*) FROM questions"));
            // Whole chunks, with the history of each row.
            expect(loaded).toBeGreaterThan(0);
            expect(await readValue(database.client, "SELECT count(*) FROM question_history")).toBe(loaded);
            // It may have been done a moment before the signal came.
            const isDone = code === 0;
            if (signal !== "SIGKILL" && !isDone) {
                expect(code).toBe(130);
                expect(stderr).toContain("error: interrupted");
                expect(stderr).toMatch(
                    /\n(No record was loaded before|Loaded before and kept: .*)\. The last transaction was either committed or rolled back\. Run the same command again to continue: nothing is written twice\.\n/,
                );
            }
            const again = await migrateHere({ root, url: database.url }, { from: "in.json" });
            expect([again.code, withoutProgress(again.stderr)]).toEqual([0, ""]);
            // Killed after its last statement, it is done all the same.
            const isRecorded = isDone || again.stdout.includes("\nUnchanged: ");
            if (isRecorded) expect(loaded).toBe(1_500);
            expect(again.stdout).toContain(
                isRecorded
                    ? "\nUnchanged: neither in.json nor its tables changed since the load of "
                    : `Loading:  questions: 1500 read, ${[1_500 - loaded, loaded]
                          .flatMap((count, at) => (count > 0 ? [`${count} ${at === 0 ? "created" : "unchanged"}`] : []))
                          .join(", ")}\n`,
            );
            expectSame(await readUndated(database), undisturbed);
            await database.close();
            tell(`${target.name}: ${signal} left ${loaded} of 1,500 questions`);
        },
    );
});

describe("the bundled seed, broken off at each request that loads it", () => {
    describeTargets("and run again", (target) => {
        if (target.name === "file:") {
            test("an interrupted load continues after the questions that are in already", async () => {
                const database = await createDeployedDatabase(target);
                const abort = new AbortController();
                // Ctrl-C before the first chunk: the schema and the note that the seed was begun are all there is.
                abort.abort();
                const broken = await migrateHere({ root, url: database.url, signal: abort.signal });
                expect([broken.code, broken.error?.code]).toEqual([130, "interrupted"]);
                await migrateHere({ root, url: database.url }, { from: "seeds/data/questions/linux.json" });
                const again = await migrateHere({ root, url: database.url });
                expect([again.code, withoutProgress(again.stderr)]).toEqual([0, ""]);
                expect(again.stdout).toContain("128 read, 124 created, 4 unchanged");
            });
            return;
        }

        test("an interrupted load that is run again ends with the content of an undisturbed one", async () => {
            const calm = await target.createDatabase();
            const counter = await startProxy(calm.url);
            expect((await migrateHere({ root, url: counter.url })).code).toBe(0);
            const undisturbed = await readUndated(calm);
            const ends: string[] = [];
            // The first two deploy the schema.
            const points = [3, 6, 9, 10].filter((at) => at <= counter.requests);
            for (const at of points) {
                const database = await target.createDatabase();
                const proxy = await startProxy(database.url);
                const env = { TURSO_DATABASE_URL: proxy.url };
                const command = startCommand("db:migrate", [], { cwd: root, env });
                // Before the request goes on, or after it has been carried out.
                const hook = async (n: number): Promise<"drop" | undefined> => {
                    if (n !== at) return undefined;
                    command.kill("SIGKILL");
                    await command.result;
                    return "drop";
                };
                proxy.hooks = at % 2 === 0 ? { onRequest: hook } : { onReply: hook };
                expect((await command.result).signal).toBe("SIGKILL");
                await proxy.close();
                ends.push(String(await readValue(database.client, "SELECT count(*) FROM questions")));
                const again = await migrateHere({ root, url: database.url });
                expect([again.code, again.stderr], `killed at request ${at}`).toEqual([0, ""]);
                expectSame(await readUndated(database), undisturbed);
                await database.close();
            }
            await counter.close();
            tell(`${ends.length} kills left ${ends.join(", ")} questions; each was finished by the next run`);
        });
    });
});

// A diff of thousands of rows takes its time, so it is made only where there is one.
function expectSame(found: Contents, wanted: Contents): void {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found).toEqual(wanted);
}
