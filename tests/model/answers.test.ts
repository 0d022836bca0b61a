import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { readStrictJson } from "../../src/model/json.ts";
import { renderAnswerSchema } from "../../src/model/schema.ts";
import { type ModelServer, replies, startModelServer } from "../support/model-server.ts";
import { answer, ask, faultOf, key, open } from "./asking.ts";

let server: ModelServer;
beforeEach(async () => {
    server = await startModelServer();
});
afterEach(() => server.close());

const modesOf = (): string[] => server.requests.map(({ mode }) => mode);

describe("a question to a model", () => {
    test("is one request with the key, the schema and nothing of the database", async () => {
        server.answers.note = answer;
        expect(await ask(open(server))).toEqual(answer);
        expect(server.requests).toEqual([
            expect.objectContaining({
                ...{
                    path: "/v1/chat/completions",
                    authorization: `Bearer ${key}`,
                    mode: "json_schema",
                    schema: "note",
                },
                ...{ system: "You write notes.", user: "Write one." },
            }),
        ]);
        expect(Object.keys(server.requests[0]?.body ?? {}).sort()).toEqual(["messages", "model", "response_format"]);
        expect(server.requests[0]?.body.response_format).toEqual({
            type: "json_schema",
            json_schema: {
                name: "note",
                strict: true,
                schema: {
                    type: "object",
                    properties: {
                        title: { type: "string" },
                        tags: { type: "array", items: { type: "string" } },
                        note: { type: ["string", "null"] },
                    },
                    required: ["title", "tags", "note"],
                    additionalProperties: false,
                },
            },
        });
    });

    test("goes without a key to a server that needs none", async () => {
        server.answers.note = answer;
        await ask(open(server, { apiKey: undefined, url: `${server.url}/` }));
        expect(server.requests[0]).toMatchObject({ path: "/v1/chat/completions", authorization: undefined });
    });

    test("steps down when a server refuses schemas, tells the model instead, and remembers it", async () => {
        server.answers.note = answer;
        server.refuses.add("json_schema");
        const model = open(server);
        expect(await ask(model)).toEqual(answer);
        expect(await ask(model.share())).toEqual(answer);
        expect(modesOf()).toEqual(["json_schema", "json_object", "json_object"]);
        expect(server.requests[2]?.system).toContain('"required":["title","tags","note"]');
        server.refuses.add("json_object");
        server.script.push(replies.status(422, "unknown response_format"), replies.fenced(answer));
        expect(await ask(model)).toEqual(answer);
        expect(await ask(model)).toEqual(answer);
        expect(modesOf().slice(3)).toEqual(["json_object", "text", "text"]);
        expect(server.requests.at(-1)?.body).not.toHaveProperty("response_format");
    });

    test("does not remember a mode that did not help", async () => {
        server.script.push(...[1, 2, 3].map(() => replies.status(400, "context is too long")));
        server.answers.note = answer;
        const model = open(server);
        expect(await faultOf(ask(model))).toMatchObject({ code: "refused" });
        expect(await ask(model)).toEqual(answer);
        expect(modesOf()).toEqual(["json_schema", "json_object", "text", "json_schema"]);
    });

    test("has its answer corrected once, with what is wrong and the schema", async () => {
        server.script.push(replies.answer({ title: "x", tags: [], note: null }), replies.answer(answer));
        const model = open(server);
        expect(await ask(model)).toEqual(answer);
        const turns = server.requests[1]?.messages.slice(2) ?? [];
        expect(turns.map(({ role }) => role)).toEqual(["assistant", "user"]);
        expect(turns[0]?.content).toBe('{"title":"x","tags":[],"note":null}');
        expect(turns[1]?.content).toContain("title: Too small");
        expect(turns[1]?.content).toContain('"required":["title","tags","note"]');
        expect(model.spend()).toMatchObject({ calls: 2, retries: 0, promptTokens: 200, completionTokens: 100 });
    });

    test("is not sent with text that no database can store", async () => {
        const model = open(server);
        for (const [user, what] of [
            ["a\0b", "a NUL character"],
            ["a\ud800b", "half of a surrogate pair"],
        ]) {
            const question = { name: "note", schema: z.strictObject({}), system: "", user: user ?? "" };
            const asked = model.ask({ ...question, signal: new AbortController().signal });
            expect(await faultOf(asked)).toMatchObject({
                ...{ code: "unsendable", message: `the text to be sent contains ${what}`, isPermanent: true },
            });
        }
        expect(server.requests).toEqual([]);
    });

    const text = JSON.stringify(answer);
    test.each([
        ["a block of Markdown", `Sure:\n\`\`\`json\n${text}\n\`\`\`\nDone.`],
        ["a block without a language", `\`\`\`\n${text}\n\`\`\``],
        ["a text behind thoughts", `<think>\nIs it {"title":1}?\n</think>\n${text}`],
        ["a text with white space", `\n  ${text}\n`],
    ])("finds its answer in %s", async (_, content) => {
        server.script.push(replies.text(content));
        expect(await ask(open(server))).toEqual(answer);
        expect(server.requests).toHaveLength(1);
    });

    test("keeps a fence that stands inside the answer", async () => {
        const title = "Use\n```js\ncache.get(1)\n```\nhere";
        server.script.push(replies.fenced({ ...answer, title }));
        expect(await ask(open(server))).toEqual({ ...answer, title });
    });

    test.each([
        ["the key __proto__", `{"__proto__":{"isAdmin":true},${text.slice(1)}`, "it has the key '__proto__'"],
        ["a key twice", `{"title":"Other",${text.slice(1)}`, "an object has a key twice"],
        ["a NUL", text.replace("Caches", "Ca\\u0000ches"), "a text contains a NUL character"],
        ["half of a surrogate pair", text.replace("Caches", "Ca\\ud83d"), "a text contains half of a surrogate pair"],
        ["a further key", text.replace("{", '{"status":"deleted",'), 'Unrecognized key: "status"'],
        ["two values", `${text} ${text}`, "it is not JSON"],
        ["a list", `[${text}]`, "Invalid input: expected object, received array"],
        [
            "a depth without end",
            "[".repeat(300_000) + "]".repeat(300_000),
            "Invalid input: expected object, received array",
        ],
    ])("refuses an answer with %s", async (_, content, problem) => {
        server.script.push(replies.text(content), replies.text(content));
        expect(await faultOf(ask(open(server)))).toMatchObject({
            code: "invalid",
            message: `the answer does not fit, not even after a correction: ${problem}`,
        });
        expect(({} as { isAdmin?: true }).isAdmin).toBeUndefined();
    });
});

test("reads JSON that no other reader would read differently", () => {
    for (const value of ['{"a":{"b":[1,{"a":"x:{\\"y\\":1}\\\\"}]},"b":":"}', '"a:b"', "[]", "{}", '{"":0}', "null"]) {
        expect(readStrictJson(value)).toEqual({ value: JSON.parse(value) });
    }
    expect(readStrictJson('{"a":[{"b":1,"\\u0062":2}]}')).toEqual({ problem: "an object has a key twice" });
});

test("sends no length, pattern or range, which strict servers refuse", () => {
    const schema = renderAnswerSchema(
        z.strictObject({
            pattern: z.string().min(3).max(9).regex(/^a/).describe("begins with a"),
            minLength: z.int().min(0).max(100),
            list: z
                .array(z.enum(["x", "y"]))
                .min(1)
                .max(3),
            inner: z.strictObject({ email: z.email(), any: z.union([z.boolean(), z.literal("no")]) }).nullable(),
        }),
    );
    expect(schema).toEqual({
        type: "object",
        properties: {
            pattern: { type: "string", description: "begins with a" },
            minLength: { type: "integer" },
            list: { type: "array", items: { type: "string", enum: ["x", "y"] } },
            inner: {
                anyOf: [
                    {
                        type: "object",
                        properties: {
                            email: { type: "string" },
                            any: { anyOf: [{ type: "boolean" }, { type: "string", const: "no" }] },
                        },
                        required: ["email", "any"],
                        additionalProperties: false,
                    },
                    { type: "null" },
                ],
            },
        },
        required: ["pattern", "minLength", "list", "inner"],
        additionalProperties: false,
    });
});
