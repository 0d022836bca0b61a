import { z } from "zod";
import { createRedactor } from "../redaction.ts";
import { ModelFault } from "./fault.ts";
import { type ModelReply, quoteWithoutKey } from "./post.ts";

/** The tokens of one call. */
export interface TokenUsage {
    readonly promptTokens: number;
    readonly completionTokens: number;
}

/** How long to leave a server alone that does not say it, in milliseconds. */
const usualWait = 60_000;
/** A shorter key may be an ordinary word, as for servers that want any. */
const shortestKey = 16;

const count = z.number().int().nonnegative();
const usageShape = z.object({ usage: z.object({ prompt_tokens: count, completion_tokens: count }) });
const errorShape = z.union([
    z.object({ error: z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]) }),
    z.object({ message: z.string() }).transform(({ message }) => ({ error: message })),
]);
const completionShape = z.object({
    choices: z.array(
        z.object({
            finish_reason: z.string().nullish(),
            message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        }),
    ),
});

/** The tokens that a reply states; undefined where it states none. */
export function findUsage({ text }: ModelReply): TokenUsage | undefined {
    const read = usageShape.safeParse(parse(text));
    if (!read.success) return undefined;
    const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = read.data.usage;
    return { promptTokens, completionTokens };
}

/**
 * The text of an answer, without the blocks in which some models think aloud.
 *
 * @throws ModelFault with a sentence of its own for each case
 */
export function readContent(reply: ModelReply, key: string | undefined): string {
    if (reply.status < 200 || reply.status > 299) throw faultOfStatus(reply, key);
    const body = parse(reply.text);
    if (body === undefined) throw new ModelFault("not-json", `the server's answer is not JSON (${reply.type})`);
    const failed = errorShape.safeParse(body);
    if (failed.success) {
        throw new ModelFault("protocol", `the answer is an error: ${quoteWithoutKey(failed.data.error, key)}`);
    }
    const read = completionShape.safeParse(body);
    if (!read.success) throw new ModelFault("protocol", "the answer is not a chat completion");
    const [choice] = read.data.choices;
    if (!choice) throw new ModelFault("protocol", "the answer has no choices");
    const { finish_reason: end, message } = choice;
    if (end === "length") throw new ModelFault("truncated", "the answer was truncated at the limit of tokens");
    if (message.refusal) {
        throw new ModelFault("declined", `the model declined to answer: ${quoteWithoutKey(message.refusal, key)}`);
    }
    if (end === "content_filter") throw new ModelFault("declined", "the answer was declined by a content filter");
    const content = message.content?.replace(/^\s*<think>[\s\S]*?<\/think>/, "").trim();
    if (!content) throw new ModelFault("protocol", "the answer has no text");
    if (key !== undefined && key.length >= shortestKey && createRedactor([key])(content) !== content) {
        throw new ModelFault("protocol", "the answer quotes the key");
    }
    return content;
}

function faultOfStatus({ status, text, wait }: ModelReply, key: string | undefined): ModelFault {
    // What a server writes about a key may hold parts of it.
    if (status >= 401 && status <= 403) {
        const refused = status === 401 ? "accept the key" : "serve the account of the key";
        return new ModelFault("unauthorized", `the model's server does not ${refused} (HTTP ${status})`);
    }
    const failed = errorShape.safeParse(parse(text));
    const said = failed.success ? quoteWithoutKey(failed.data.error, key) : "";
    const reason = `HTTP ${status}${said === "" ? "" : `: ${said}`}`;
    if (status >= 300 && status <= 399) {
        return new ModelFault("misdirected", `the model's server redirects to another address (${reason})`);
    }
    if (status === 429) {
        const length = wait === undefined ? "now" : `${Math.ceil(wait / 1_000).toLocaleString("en-US")} seconds`;
        const message = `the model's server accepts no more requests for ${length} (${reason})`;
        return new ModelFault("rate-limited", message, wait ?? usualWait);
    }
    if (status >= 500 || [408, 409, 425].includes(status)) {
        return new ModelFault("unavailable", `the model's server failed (${reason})`, wait);
    }
    if (status === 413)
        return new ModelFault("unsendable", `the request is too large for the model's server (${reason})`);
    if ([400, 422].includes(status)) {
        return new ModelFault("refused", `the model's server refused the request (${reason})`);
    }
    return new ModelFault("misdirected", `the server has no such model or address (${reason})`);
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}
