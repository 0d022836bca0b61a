import { setTimeout } from "node:timers/promises";
import pRetry, { AbortError } from "p-retry";
import { z } from "zod";
import { AppError } from "../../errors.ts";
import { createRedactor, quoteReply } from "../../redaction.ts";
import { readReply } from "../../text/reply.ts";
import { type Encoder, normalize, TextRefusal } from "./encoder.ts";

export interface RemoteSettings {
    /** The address of the API, such as `http://127.0.0.1:11434/v1`. */
    readonly url: string;
    readonly model: string;
    readonly apiKey?: string | undefined;
    /** Asks the server for vectors of this length, which some models shorten. */
    readonly dimensions?: number | undefined;
    /** How long one try may take, in milliseconds. */
    readonly timeout: number;
    /** How often it is tried again. */
    readonly retries: number;
}

const longestWait = 30_000;
/** 64 vectors of 8,192 numbers are about 12 MB of JSON. */
const largestReply = 50_000_000;
const replyShape = z.object({
    data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()).min(1) })),
});

/**
 * An encoder behind an OpenAI-compatible `/v1/embeddings`: Ollama, llama.cpp, OpenAI. Sends one short text to learn the length
 * of its vectors, unless it is given.
 *
 * @throws AppError `encoder-failed`
 */
export async function openRemoteEncoder(settings: RemoteSettings, signal?: AbortSignal): Promise<Encoder> {
    const dimensions = settings.dimensions ?? (await request(settings, ["dimension"], signal))[0]?.length ?? 0;
    return {
        name: `${settings.model}/${dimensions}`,
        dimensions,
        batch: 64,
        embed: async (texts, signal) => {
            const vectors = await request(settings, texts, signal);
            const other = vectors.find(({ length }) => length !== dimensions);
            if (other) fail(settings, `its vectors have ${other.length} dimensions, not ${dimensions}`);
            return vectors.map((vector) => normalize(Float32Array.from(vector)));
        },
        close: async () => undefined,
    };
}

async function request(
    settings: RemoteSettings,
    texts: readonly string[],
    signal: AbortSignal | undefined,
): Promise<readonly (readonly number[])[]> {
    const body = await pRetry(() => post(settings, texts, signal), {
        retries: settings.retries,
        minTimeout: 500,
        ...(signal ? { signal } : {}),
    }).catch((error: unknown) => {
        if (signal?.aborted) throw signal.reason;
        const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
        return fail(settings, `${error instanceof Error ? error.message : String(error)}${cause}`, error);
    });
    const reply = replyShape.safeParse(body);
    if (!reply.success) return fail(settings, "its reply is not one of /v1/embeddings");
    const vectors = [...reply.data.data].sort((a, b) => a.index - b.index);
    if (vectors.length !== texts.length || vectors.some(({ index }, at) => index !== at)) {
        return fail(settings, `it sent ${vectors.length} vectors for ${texts.length} texts`);
    }
    return vectors.map(({ embedding }) => embedding);
}

// Throws an AbortError where another try would not help.
async function post(
    { url, model, apiKey, dimensions, timeout }: RemoteSettings,
    input: readonly string[],
    signal: AbortSignal | undefined,
): Promise<unknown> {
    const limit = AbortSignal.timeout(timeout);
    // A time-out is no TypeError, which p-retry takes for a fault of the network.
    const explainLate = (error: Error): never => {
        throw limit.aborted ? new Error(`no reply within ${timeout / 1_000} seconds`) : error;
    };
    const response = await fetch(`${url.replace(/\/+$/, "")}/embeddings`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
        body: JSON.stringify({ model, input, encoding_format: "float", ...(dimensions ? { dimensions } : {}) }),
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
    }).catch(explainLate);
    const text = await readReply(response, largestReply).catch(explainLate);
    if (text === undefined) throw new AbortError(`its reply is larger than ${largestReply / 1_000_000} MB`);
    if (response.ok) {
        try {
            return JSON.parse(text) as unknown;
        } catch {
            throw new AbortError("its reply is not JSON");
        }
    }
    const reason = `HTTP ${response.status}${describeProblem(text, apiKey)}`;
    if ([400, 413, 422].includes(response.status)) throw new AbortError(new TextRefusal(reason));
    if (response.status !== 429 && response.status < 500) throw new AbortError(reason);
    const wait = Number(response.headers.get("retry-after")) * 1_000;
    if (wait > 0) await setTimeout(Math.min(wait, longestWait), undefined, signal ? { signal } : {});
    throw new Error(reason);
}

function describeProblem(text: string, apiKey: string | undefined): string {
    try {
        const { error } = JSON.parse(text) as { error?: { message?: unknown } | string };
        const message = typeof error === "string" ? error : error?.message;
        return typeof message === "string"
            ? `: ${quoteReply(message, createRedactor(apiKey === undefined ? [] : [apiKey]))}`
            : "";
    } catch {
        return "";
    }
}

function fail({ url, model }: RemoteSettings, reason: string, cause?: unknown): never {
    // Without a query, which may hold a key.
    const [address] = url.split(/[?#]/);
    throw new AppError("encoder-failed", `the encoder '${model}' at ${address} failed: ${reason}`, {
        hint: "check EMBEDDING_URL, EMBEDDING_MODEL and EMBEDDING_API_KEY; without EMBEDDING_URL the embedded encoder is used",
        cause,
    });
}
