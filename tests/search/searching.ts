import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { searchSite } from "../../app/search.ts";
import type { Connection } from "../../src/database/connection.ts";
import { type Encoder, normalize } from "../../src/search/encoders/encoder.ts";
import { readSearchStatements } from "../../src/search/site.ts";
import {
    findSurplus,
    planSync,
    runSync,
    type SyncOptions,
    type SyncPlan,
    type SyncProgress,
} from "../../src/search/sync.ts";
import { root } from "../support/deployed.ts";
import { deployWell } from "../support/deploying.ts";
import { installedEncoder } from "../support/encoder.ts";
import { copyRepository } from "../support/repository.ts";
import type { Target, TestDatabase } from "../support/targets.ts";

const sets = [searchSite.set, searchSite.indexSet];

/** The SQL files of the search, by path. */
export const searchFiles: Readonly<Record<string, string>> = Object.fromEntries(
    ["migrations", "views", "triggers", "queries"]
        .flatMap((folder) => sets.map((set) => `${folder}/${set}`))
        .filter((folder) => existsSync(path.join(root, folder)))
        .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
        .map((file) => [file, readFileSync(path.join(root, file), "utf8")]),
);

/** A copy of this repository's SQL files with the sets of the search, and with an encoder; gives its path. */
export function copySearch(): string {
    return copyRepository({ ...searchFiles, ...installedEncoder });
}

/** Gives a database with the search, and 40 questions about ten things in four channels. */
export function createSearchDatabase(target: Target, { index = false } = {}): Promise<TestDatabase> {
    return target.createPrepared(index ? "search with index" : "search", async (database) => {
        await deployWell(root, database, { sets: index ? sets : [searchSite.set] });
        const client = (await import("@libsql/client")).createClient({ url: database.url });
        await client.batch(questions.map(saveQuestion), "write");
        client.close();
    });
}

export interface TestQuestion {
    readonly id: string;
    readonly question: string;
    readonly answer: string;
    readonly tags: string;
    readonly channel: string;
    readonly difficulty: string;
}

const things = [
    ["cache", "stampede", "expiry"],
    ["replication", "lag", "follower"],
    ["deadlock", "mutex", "ordering"],
    ["index", "selectivity", "planner"],
    ["garbage", "collector", "pause"],
    ["kubernetes", "scheduler", "affinity"],
    ["certificate", "rotation", "handshake"],
    ["palindrome", "substring", "window"],
    ["backpressure", "consumer", "offset"],
    ["accessibility", "keyboard", "focus"],
] as const;
const channels = ["database", "sre", "backend", "frontend"];

export const questions: readonly TestQuestion[] = Array.from({ length: 40 }, (_, at) => {
    const [first, second, third] = things[at % things.length] ?? ["", "", ""];
    return {
        id: `q-${at + 1}`,
        question: `How does ${first} case ${at + 1} behave under ${second}?`,
        answer: `It depends on the ${third}; note ${at + 1} says more.`,
        tags: JSON.stringify([first]),
        channel: channels[at % channels.length] ?? "",
        difficulty: ["beginner", "intermediate", "advanced"][at % 3] ?? "",
    };
});

export function saveQuestion({ id, question, answer, tags, channel, difficulty }: TestQuestion): {
    sql: string;
    args: string[];
} {
    return {
        sql: `INSERT OR REPLACE INTO questions (id, question, answer, explanation, tags, channel, sub_channel, difficulty)
            VALUES (?, ?, ?, '', ?, ?, 'general', ?)`,
        args: [id, question, answer, tags, channel, difficulty],
    };
}

/** An encoder whose vectors depend on the words alone: equal texts are equal, texts with common words are near. */
export function createWordEncoder(name = "words/1/32", dimensions = 32): Encoder & { texts: string[] } {
    const texts: string[] = [];
    return {
        ...{ name, dimensions, texts, batch: 4 },
        embed: async (asked) => {
            texts.push(...asked);
            return asked.map((text) => embedWords(text, dimensions));
        },
        close: async () => undefined,
    };
}

function embedWords(text: string, dimensions: number): Float32Array {
    const vector = new Float32Array(dimensions);
    for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
        for (const [at, byte] of [...createHash("sha256").update(word).digest()].slice(0, dimensions).entries())
            vector[at] = (vector[at] ?? 0) + byte - 127.5;
    }
    return normalize(vector);
}

/** Plans a sync and runs it with these encoders; gives the plan and what was done. */
export async function sync(
    connection: Connection,
    encoders: readonly Encoder[],
    options: Partial<SyncOptions> = {},
): Promise<SyncPlan & SyncProgress> {
    const statements = await readSearchStatements(root, searchSite);
    const signal = new AbortController().signal;
    const asked = { encoder: encoders[0]?.name ?? "", channel: undefined, limit: undefined, force: false, signal };
    const plan = await planSync(connection, statements, { ...asked, ...options });
    const surplus = await findSurplus(connection, statements);
    const done: SyncProgress = { embedded: 0, removed: 0, refused: [] };
    await runSync(connection, statements, { ...plan, surplus }, encoders, {
        signal,
        done,
        report: () => undefined,
    });
    return { ...plan, ...done };
}

/** What a request to the test's own /v1/embeddings asks for, and how it answers. */
export interface EmbeddingServer {
    readonly url: string;
    readonly requests: {
        readonly path: string;
        readonly authorization: string | undefined;
        readonly input: string[];
    }[];
    /** Answers in place of the right reply; undefined lets it be right. */
    answer:
        | ((
              input: string[],
              count: number,
          ) => { status: number; body: string; headers?: Record<string, string> } | undefined)
        | undefined;
    /** Waits so long before each reply, in milliseconds. */
    delay: number;
    close(): Promise<void>;
}

/** Starts a server that speaks the protocol of OpenAI's embeddings, with the vectors of createWordEncoder(). */
export async function startEmbeddingServer(dimensions = 32): Promise<EmbeddingServer> {
    const state: Pick<EmbeddingServer, "requests" | "answer" | "delay"> = { requests: [], answer: undefined, delay: 0 };
    const server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
        state.requests.push({ path: request.url ?? "", authorization: request.headers.authorization, input });
        if (state.delay > 0) await new Promise((resolve) => setTimeout(resolve, state.delay));
        const data = input.map((text, index) => ({ index, embedding: [...embedWords(text, dimensions)] }));
        const given = state.answer?.(input, state.requests.length);
        const { status, body, headers = {} } = given ?? { status: 200, body: JSON.stringify({ data: data.reverse() }) };
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return Object.assign(state, {
        url: `http://127.0.0.1:${port}/v1`,
        close: async () => {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    });
}
