import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as it came in. */
export interface ModelRequest {
    readonly path: string;
    readonly authorization: string | undefined;
    /** How JSON was asked for. */
    readonly mode: "json_schema" | "json_object" | "text";
    /** The name of the schema, in whichever mode; empty where none is named. */
    readonly schema: string;
    readonly system: string;
    /** Of the first turn. */
    readonly user: string;
    /** More than two where a correction is asked for. */
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly body: Readonly<Record<string, unknown>>;
}

/** The tokens that a reply states. */
export interface Tokens {
    readonly prompt: number;
    readonly completion: number;
}

interface Served {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly usage?: Tokens | undefined;
    /** In milliseconds, before the reply begins. */
    readonly delay?: number;
    /** `hang` never replies, `stall` never ends its body; `reset` closes the connection, `half` in the middle of the body. */
    readonly fault?: "hang" | "stall" | "reset" | "half";
}

export type Reply = Served | ((request: ModelRequest) => Served);

/** A server that speaks `/v1/chat/completions`. Everything may be changed at any time. */
export interface ModelServer {
    /** `http://127.0.0.1:PORT/v1`, for LLM_BASE_URL. */
    readonly url: string;
    readonly requests: ModelRequest[];
    /** Replies to the next requests, one each, before anything else is tried. */
    readonly script: Reply[];
    /** What is answered, by the name of the schema; without one the reply is 500. */
    readonly answers: Record<string, unknown | ((request: ModelRequest) => unknown)>;
    /** Modes that are refused with 400, as by servers that do not know them. */
    readonly refuses: Set<ModelRequest["mode"]>;
    /** The sum of the tokens that its replies stated. */
    readonly stated: { promptTokens: number; completionTokens: number };
    close(): Promise<void>;
}

const usual: Tokens = { prompt: 100, completion: 50 };
const json = { "content-type": "application/json" };

function complete(message: object, end: string, usage: Tokens | undefined): Served {
    const stated = usage
        ? {
              usage: {
                  prompt_tokens: usage.prompt,
                  completion_tokens: usage.completion,
                  total_tokens: usage.prompt + usage.completion,
              },
          }
        : {};
    const choice = { index: 0, finish_reason: end, message: { role: "assistant", ...message } };
    return {
        headers: json,
        usage,
        body: JSON.stringify({ id: "chatcmpl-1", object: "chat.completion", choices: [choice], ...stated }),
    };
}

function status(code: number, message: string, headers: Readonly<Record<string, string>> = {}): Served {
    return { status: code, headers: { ...json, ...headers }, body: JSON.stringify({ error: { message } }) };
}

/** The replies that a script is made of. */
export const replies = {
    /** Text as the model writes it. `usage` undefined states none. */
    text: (content: string | null, usage: Tokens | undefined = usual): Reply => complete({ content }, "stop", usage),
    /** A value as JSON. */
    answer: (value: unknown, usage: Tokens = usual): Reply =>
        complete({ content: JSON.stringify(value) }, "stop", usage),
    answerWithoutUsage: (value: unknown): Reply => complete({ content: JSON.stringify(value) }, "stop", undefined),
    fenced: (value: unknown): Reply =>
        complete({ content: `Here it is:\n\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`` }, "stop", usual),
    /** Cut at the limit of tokens. */
    cut: (value: unknown): Reply => complete({ content: JSON.stringify(value).slice(0, -5) }, "length", usual),
    refusal: (refusal: string): Reply => complete({ content: null, refusal }, "stop", usual),
    filtered: complete({ content: "" }, "content_filter", usual) as Reply,
    noChoices: { headers: json, body: JSON.stringify({ object: "chat.completion", choices: [] }) } as Reply,
    /** Any body of any type, with status 200. */
    raw: (body: string, type = "application/json"): Reply => ({ headers: { "content-type": type }, body }),
    html: { headers: { "content-type": "text/html; charset=utf-8" }, body: "<html>Sign in</html>" } as Reply,
    status: (code: number, message = "", headers: Readonly<Record<string, string>> = {}): Reply =>
        status(code, message, headers),
    rateLimited: (retryAfter: string): Reply => status(429, "slow down", { "retry-after": retryAfter }),
    /** Quotes the key, as some servers do. */
    unauthorized: ({ authorization }: ModelRequest) => status(401, `Incorrect API key provided: ${authorization}`),
    huge: (megabytes: number): Reply => ({ headers: json, body: `"${"x".repeat(megabytes * 1_000_000)}"` }),
    hang: { fault: "hang" } as Reply,
    stall: { headers: json, body: '{"choices":[', fault: "stall" } as Reply,
    reset: { fault: "reset" } as Reply,
    half: { headers: json, body: '{"choices":[', fault: "half" } as Reply,
    slow: (milliseconds: number, value: unknown): Reply => ({
        ...complete({ content: JSON.stringify(value) }, "stop", usual),
        delay: milliseconds,
    }),
} satisfies Record<string, Reply | ((...values: never[]) => Reply)>;

/** Starts the server on 127.0.0.1. */
export async function startModelServer(): Promise<ModelServer> {
    const server = createServer((incoming, outgoing) => {
        // Whatever goes wrong here looks like a broken line to the caller.
        serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    const model: ModelServer = {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
        ...{ requests: [], script: [], answers: {}, refuses: new Set() },
        stated: { promptTokens: 0, completionTokens: 0 },
        close: async () => {
            const closed = new Promise((resolve) => server.close(resolve));
            server.closeAllConnections();
            await closed;
        },
    };

    async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
        const request = await readRequest(incoming);
        model.requests.push(request);
        const { status = 200, headers = {}, body = "", usage, delay = 0, fault } = choose(model, request);
        if (fault === "hang") return;
        if (fault === "reset") return void outgoing.socket?.resetAndDestroy();
        if (delay > 0) await sleep(delay);
        model.stated.promptTokens += usage?.prompt ?? 0;
        model.stated.completionTokens += usage?.completion ?? 0;
        outgoing.writeHead(status, headers);
        if (fault === "stall") return void outgoing.write(body);
        if (fault === "half") return void outgoing.write(body, () => outgoing.socket?.resetAndDestroy());
        outgoing.end(body);
    }
    return model;
}

function choose({ script, refuses, answers }: ModelServer, request: ModelRequest): Served {
    const next = script.shift();
    if (next) return typeof next === "function" ? next(request) : next;
    if (refuses.has(request.mode)) return status(400, `response_format ${request.mode} is not supported`);
    const answer = answers[request.schema];
    if (answer === undefined) return status(500, `the test has no answer for '${request.schema}'`);
    return complete(
        { content: JSON.stringify(typeof answer === "function" ? answer(request) : answer) },
        "stop",
        usual,
    );
}

async function readRequest(incoming: IncomingMessage): Promise<ModelRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        messages: ModelRequest["messages"];
        response_format?: { type: ModelRequest["mode"]; json_schema?: { name: string } };
    };
    const [system, user] = body.messages.map(({ content }) => content);
    return {
        path: incoming.url ?? "",
        authorization: incoming.headers.authorization,
        mode: body.response_format?.type ?? "text",
        schema: body.response_format?.json_schema?.name ?? /schema '([\w-]+)'/.exec(system ?? "")?.[1] ?? "",
        system: system ?? "",
        user: user ?? "",
        messages: body.messages,
        body: { ...body },
    };
}
