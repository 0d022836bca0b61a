import { afterEach, beforeEach, expect, test } from "vitest";
import { type AllOptions, runAllBots } from "../../../app/bots/all.ts";
import { readRows } from "../../product/rows.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { type ModelServer, replies, startModelServer } from "../../support/model-server.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { answerScores, dumpDatabase, insertJob, insertQuestion, runBotHere } from "./running.ts";

describeTargets("bot:all", (target) => {
    let database: TestDatabase;
    let model: ModelServer;
    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        model = await startModelServer();
        for (const id of ["q-1", "q-2"]) await insertQuestion(database.client, id);
    });
    afterEach(async () => {
        await model.close();
        await database.close();
    });
    const run = (options: AllOptions = {}, more: Parameters<typeof runBotHere>[3] = {}) =>
        runBotHere(runAllBots, database, options, more);
    const runs = () => readRows(database.client, "SELECT bot_name, status FROM bot_runs ORDER BY id");

    test("without a model skips what needs one, runs the others as runs of their own, and says so", async () => {
        const { code, stdout } = await run();
        expect(code).toBe(0);
        expect(await runs()).toEqual(
            ["verifier", "processor", "sessions"].map((bot_name) => ({ bot_name, status: "completed" })),
        );
        expect(stdout).toMatch(
            /\nbot:creator +skipped: no model is configured\nbot:verifier +done\nbot:processor +done\nbot:sessions +done\nbot:reconcile:dry +done\nRan 4 bots of 5; the exit code is 0\.\n$/,
        );
        await insertJob(database.client, "improve", "q-1");
        expect((await run()).code).toBe(3);
    });

    test("goes on after a bot that failed, and ends with the worst exit code", async () => {
        model.script.push(replies.text("{"), replies.text("{"));
        Object.assign(model.answers, {
            verifier: answerScores(90),
            sessions: { edges: [] },
            "session-topic": { topic: "Locks and Rows", description: "What two writers do to each other's rows." },
        });
        const { code, stdout } = await run({}, { model, json: true });
        const { bots, exitCode } = JSON.parse(stdout);
        expect([code, exitCode]).toEqual([1, 1]);
        expect(bots.map((one: Record<string, unknown>) => [one.bot, one.exitCode])).toEqual([
            ...[
                ["bot:creator", 1],
                ["bot:verifier", 0],
                ["bot:processor", 0],
            ],
            ...[
                ["bot:sessions", 0],
                ["bot:reconcile:dry", 0],
            ],
        ]);
        expect(bots[3].document).toMatchObject({ bot: "sessions", status: "completed", added: 1 });
        expect(await runs()).toEqual([
            { bot_name: "creator", status: "failed" },
            ...["verifier", "processor", "sessions"].map((bot_name) => ({ bot_name, status: "completed" })),
        ]);
    });

    test("ends at the first bot that the database refuses, with one JSON document and a line for each", async () => {
        await database.client.execute("DROP TABLE work_queue");
        const { code, stdout } = await run({}, { json: true });
        const { bots } = JSON.parse(stdout);
        expect(code).not.toBe(0);
        expect(bots[1]).toMatchObject({ bot: "bot:verifier", document: { error: { message: expect.any(String) } } });
        expect((await run()).stdout).toMatch(/\nbot:verifier +refused: .*\nbot:processor +not run\n/);
    });

    test("writes nothing in a dry run", async () => {
        const before = await dumpDatabase(database.client);
        const { code } = await run({ dryRun: true }, { model });
        expect([code, await dumpDatabase(database.client), model.requests]).toEqual([0, before, []]);
    });
});
