import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, replies, startModelServer } from "../support/model-server.ts";
import { tell } from "../support/snapshot.ts";
import { answer, ask, faultOf, open } from "./asking.ts";

let server: ModelServer;
beforeEach(async () => {
    server = await startModelServer();
    server.answers.note = answer;
});
afterEach(() => server.close());

describe("what a model has cost", () => {
    test("equals what the server stated, corrections, cut answers and refusals included", async () => {
        const model = open(server, { price: { input: 0.15, output: 0.6 } });
        server.script.push(
            replies.answer(answer, { prompt: 1_234, completion: 567 }),
            replies.answer({ title: "x" }, { prompt: 900, completion: 40 }),
            replies.answer(answer, { prompt: 980, completion: 45 }),
            replies.cut(answer),
            replies.refusal("no"),
            replies.status(500),
        );
        while (server.script.length > 0) await ask(model).catch(() => undefined);
        const { promptTokens, completionTokens } = server.stated;
        expect(model.spend()).toEqual({
            ...{ calls: server.requests.length, retries: 0, promptTokens, completionTokens, callsWithoutUsage: 0 },
            costUsd: Number(((promptTokens * 0.15 + completionTokens * 0.6) / 1_000_000).toFixed(6)),
        });
        expect(promptTokens).toBe(1_234 + 900 + 980 + 100 + 100);
        tell(JSON.stringify(model.spend()));
    });

    test("is unknown for a reply that does not state it, and never 0", async () => {
        const model = open(server, { price: { input: 1, output: 1 } });
        server.script.push(replies.answerWithoutUsage(answer));
        await ask(model);
        expect(model.spend()).toEqual({
            ...{ calls: 1, retries: 0, promptTokens: 0, completionTokens: 0, callsWithoutUsage: 1, costUsd: null },
        });
        server.script.push(
            replies.raw(JSON.stringify({ choices: [], usage: { prompt_tokens: -1, completion_tokens: 2 } })),
        );
        await ask(model).catch(() => undefined);
        expect(model.spend()).toMatchObject({ promptTokens: 0, callsWithoutUsage: 2 });
    });

    test("has no price without one in the settings", async () => {
        const model = open(server);
        await ask(model);
        expect(model.spend()).toMatchObject({ promptTokens: 100, completionTokens: 50, costUsd: null });
    });

    test("is counted for each job and for the run", async () => {
        const run = open(server);
        const jobs = [run.share(), run.share()];
        await Promise.all(jobs.map((job, at) => Promise.all(Array.from({ length: at + 1 }, () => ask(job)))));
        expect(jobs.map((job) => job.spend().calls)).toEqual([1, 2]);
        expect(run.spend()).toMatchObject({ calls: 3, promptTokens: 300, completionTokens: 150 });
    });
});

describe("the budget of a run", () => {
    const overspent = { code: "budget-spent", endsRun: true, isPermanent: false };

    test("of 1,000 tokens ends it after the call that crosses it, for all of its jobs", async () => {
        const run = open(server, { maxTokens: 1_000 });
        const [job, other] = [run.share(), run.share()];
        server.script.push(
            replies.answer(answer, { prompt: 700, completion: 200 }),
            replies.answer(answer, { prompt: 400, completion: 200 }),
        );
        expect([await ask(job), await ask(job)]).toEqual([answer, answer]);
        for (const model of [job, other, run]) {
            expect(await faultOf(ask(model))).toMatchObject({
                ...overspent,
                message: "the budget of 1,000 tokens is spent: 1,500 were used",
            });
        }
        expect([server.requests.length, run.spend().calls]).toEqual([2, 2]);
    });

    test("also forbids the correction of the answer that crosses it", async () => {
        server.script.push(replies.answer({ title: "x" }, { prompt: 900, completion: 200 }));
        expect(await faultOf(ask(open(server, { maxTokens: 1_000 })))).toMatchObject(overspent);
        expect(server.requests).toHaveLength(1);
    });

    test("holds where the server does not state what it used", async () => {
        const model = open(server, { maxTokens: 1_000 });
        const long = { ...answer, note: "x".repeat(5_000) };
        server.script.push(replies.answerWithoutUsage(long), replies.answerWithoutUsage(long));
        expect(await ask(model)).toEqual(long);
        expect(await faultOf(ask(model))).toMatchObject(overspent);
        expect(server.requests).toHaveLength(1);
    });
});
