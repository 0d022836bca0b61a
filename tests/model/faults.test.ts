import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ModelFault } from "../../src/model/fault.ts";
import { type ModelServer, type Reply, replies, startModelServer } from "../support/model-server.ts";
import { tell } from "../support/snapshot.ts";
import { answer, ask, faultOf, key, open } from "./asking.ts";

let server: ModelServer;
beforeEach(async () => {
    server = await startModelServer();
});
afterEach(() => server.close());

/** Name, replies, code and sentence, whether the job is buried or the run ended, calls. */
const cases: readonly (readonly [
    string,
    readonly Reply[],
    { code: string; message: string | RegExp; wait?: number; isPermanent?: true; endsRun?: true; calls?: number },
])[] = [
    [
        "a server that asks to wait",
        [replies.rateLimited("3600")],
        {
            code: "rate-limited",
            message: "the model's server accepts no more requests for 3,600 seconds (HTTP 429: slow down)",
            wait: 3_600_000,
        },
    ],
    [
        "a server that is busy and does not say how long",
        [replies.status(429)],
        {
            code: "rate-limited",
            message: "the model's server accepts no more requests for now (HTTP 429)",
            wait: 60_000,
        },
    ],
    [
        "a server that starts",
        [replies.status(503, "loading", { "retry-after": "20" })],
        { code: "unavailable", message: "the model's server failed (HTTP 503: loading)", wait: 20_000 },
    ],
    [
        "a server that fails",
        [replies.status(500, "boom")],
        { code: "unavailable", message: "the model's server failed (HTTP 500: boom)" },
    ],
    ["a page", [replies.html], { code: "not-json", message: "the server's answer is not JSON (text/html)" }],
    [
        "an answer cut at the limit of tokens",
        [replies.cut(answer)],
        { code: "truncated", message: "the answer was truncated at the limit of tokens" },
    ],
    [
        "a refusal",
        [replies.refusal("I cannot help with that.")],
        { code: "declined", message: "the model declined to answer: I cannot help with that.", isPermanent: true },
    ],
    [
        "an answer held back by a filter",
        [replies.filtered],
        { code: "declined", message: "the answer was declined by a content filter", isPermanent: true },
    ],
    ["an answer without choices", [replies.noChoices], { code: "protocol", message: "the answer has no choices" }],
    ["an answer without text", [replies.text(null)], { code: "protocol", message: "the answer has no text" }],
    [
        "an error with status 200",
        [replies.raw('{"error":{"message":"upstream is gone","code":502}}')],
        { code: "protocol", message: "the answer is an error: upstream is gone" },
    ],
    [
        "another protocol",
        [replies.raw('{"text":"x"}')],
        { code: "protocol", message: "the answer is not a chat completion" },
    ],
    [
        "an answer that breaks its schema twice",
        [replies.answer({ ...answer, title: "x" }), replies.answer({ ...answer, id: 7 })],
        {
            code: "invalid",
            message: 'the answer does not fit, not even after a correction: Unrecognized key: "id"',
            isPermanent: true,
            calls: 2,
        },
    ],
    [
        "an answer that is prose twice",
        [replies.text("Sure!"), replies.text("Sure!")],
        {
            code: "invalid",
            message: "the answer does not fit, not even after a correction: it is not JSON",
            isPermanent: true,
            calls: 2,
        },
    ],
    [
        "a wrong key, even if the server quotes it",
        [replies.unauthorized],
        { code: "unauthorized", message: "the model's server does not accept the key (HTTP 401)", endsRun: true },
    ],
    [
        "an account that has not paid",
        [replies.status(402, "insufficient credits")],
        {
            code: "unauthorized",
            message: "the model's server does not serve the account of the key (HTTP 402)",
            endsRun: true,
        },
    ],
    [
        "a server that gave up waiting",
        [replies.status(408)],
        { code: "unavailable", message: "the model's server failed (HTTP 408)" },
    ],
    [
        "an unknown model",
        [replies.status(404, "model 'tiny' not found")],
        {
            code: "misdirected",
            message: "the server has no such model or address (HTTP 404: model 'tiny' not found)",
            endsRun: true,
        },
    ],
    [
        "a redirect, which it does not follow",
        [replies.status(302, "", { location: "http://127.0.0.1:1/v1" })],
        { code: "misdirected", message: "the model's server redirects to another address (HTTP 302)", endsRun: true },
    ],
    [
        "a request that is refused in every mode",
        [replies.status(400, "context is too long"), replies.status(422), replies.status(400)],
        {
            code: "refused",
            message: "the model's server refused the request (HTTP 400: context is too long)",
            isPermanent: true,
            calls: 3,
        },
    ],
    [
        "a request that is too large",
        [replies.status(413)],
        {
            code: "unsendable",
            message: "the request is too large for the model's server (HTTP 413)",
            isPermanent: true,
        },
    ],
    ["an answer without end", [replies.huge(3)], { code: "too-large", message: "the answer is larger than 2 MB" }],
    [
        "a connection that breaks three times",
        [replies.reset, replies.half, replies.reset],
        {
            code: "unreachable",
            message: /^the model's server cannot be reached \((ECONNRESET|UND_ERR_SOCKET)\)$/,
            calls: 3,
        },
    ],
    [
        "an answer that quotes the key",
        [replies.answer({ ...answer, title: `Bearer ${key}` })],
        { code: "protocol", message: "the answer quotes the key" },
    ],
];

describe("a model", () => {
    test.each(cases)("fails with a sentence of its own for %s", async (_, script, expected) => {
        const { code, message, wait, isPermanent = false, endsRun = false, calls = 1 } = expected;
        server.script.push(...script);
        const model = open(server);
        const fault = await faultOf(ask(model));
        expect(fault).toBeInstanceOf(ModelFault);
        expect(fault).toMatchObject({ code, wait, isPermanent, endsRun });
        if (typeof message === "string") expect(fault.message).toBe(message);
        else expect(fault.message).toMatch(message);
        expect([server.requests.length, model.spend().calls]).toEqual([calls, calls]);
        const shown = (fault as ModelFault).explain();
        expect([shown.code, shown.hint === undefined]).toEqual(["model-failed", false]);
        tell(`${code}: ${fault.message} (${shown.hint})`);
    });

    test("has a different sentence for each of these cases", () => {
        const sentences = cases.map(([, , { message }]) => String(message));
        expect(new Set(sentences).size).toBe(cases.length);
    });

    test("never tells the key, whatever part of it a server quotes", async () => {
        const model = open(server);
        const parts = [key, key.slice(0, 12), key.slice(-10), key.slice(9, 20), encodeURIComponent(key)];
        for (const part of parts) {
            for (const code of [400, 403, 404, 429, 500]) {
                for (let time = 0; time < (code === 400 ? 3 : 1); time++) {
                    server.script.push(replies.status(code, `no: ${part} and Bearer ${part}!`));
                }
                const fault = await faultOf(ask(model));
                const told = [fault.message, String(fault.stack), String(fault.cause), JSON.stringify(fault)].join(
                    "\n",
                );
                for (let at = 0; at + 8 <= key.length; at++) expect(told).not.toContain(key.slice(at, at + 8));
            }
        }
        server.script.push(replies.refusal(`I know ${key}`));
        expect((await faultOf(ask(model))).message).toBe("the model declined to answer: I know [key]");
    });

    test("tries a server three times that does not answer, and one that is not there", async () => {
        server.script.push(replies.hang, replies.stall, replies.hang);
        const model = open(server, { timeout: 400 });
        expect(await faultOf(ask(model))).toMatchObject({
            ...{ code: "timed-out", message: "the model did not answer within 0.4 seconds" },
            ...{ isPermanent: false, endsRun: false, wait: undefined },
        });
        expect(server.requests).toHaveLength(3);
        expect(model.spend()).toMatchObject({ calls: 3, retries: 2, callsWithoutUsage: 3 });
        const { url } = server;
        await server.close();
        const absent = open({ ...server, url });
        expect(await faultOf(ask(absent))).toMatchObject({
            code: "unreachable",
            message: "the model's server cannot be reached (ECONNREFUSED)",
        });
        expect(absent.spend()).toMatchObject({ calls: 3, retries: 2, callsWithoutUsage: 0 });
    });

    test("answers after a time-out and a broken connection", async () => {
        server.script.push(replies.hang, replies.half);
        server.answers.note = answer;
        const model = open(server, { timeout: 1_500 });
        expect(await ask(model)).toEqual(answer);
        expect(model.spend()).toMatchObject({ calls: 3, retries: 2, callsWithoutUsage: 2 });
    });

    test("reads a date in Retry-After by the clock of the server, and ignores nonsense", async () => {
        const model = open(server);
        const date = "Wed, 21 Oct 2015 07:28:00 GMT";
        for (const [after, wait] of [
            ["Wed, 21 Oct 2015 07:30:00 GMT", 120_000],
            ["Wed, 21 Oct 2015 07:00:00 GMT", 60_000],
            ["soon", 60_000],
            ["-5", 60_000],
            ["99999999999999999999", 86_400_000],
        ] as const) {
            server.script.push(replies.status(429, "", { "retry-after": after, date }));
            expect(await faultOf(ask(model)), after).toMatchObject({ code: "rate-limited", wait });
        }
    });

    test("ends at once when its signal is aborted: before a call, in it, in the body, and between two tries", async () => {
        const model = open(server);
        await expect(ask(model, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
        expect(model.spend().calls).toBe(0);
        const reason = new Error("lease lost");
        for (const [reply, delay] of [
            [replies.hang, 0],
            [replies.stall, 50],
            [replies.reset, 200],
        ] as const) {
            const stop = new AbortController();
            server.script.push(() => {
                setTimeout(() => stop.abort(reason), delay);
                return reply as Exclude<Reply, (...values: never[]) => unknown>;
            });
            expect(await faultOf(ask(model, stop.signal))).toBe(reason);
        }
        expect(server.requests).toHaveLength(3);
    });

    test("leaves no rejection unhandled", async () => {
        const unhandled: unknown[] = [];
        const listen = (error: unknown): number => unhandled.push(error);
        process.on("unhandledRejection", listen);
        try {
            const model = open(server, { timeout: 50 });
            for (const [, script] of cases) server.script.push(...script);
            server.script.push(replies.hang, replies.hang, replies.hang);
            while (server.script.length > 0) await ask(model).catch(() => undefined);
            await new Promise((done) => setTimeout(done, 50));
        } finally {
            process.off("unhandledRejection", listen);
        }
        expect(unhandled).toEqual([]);
    });
});
