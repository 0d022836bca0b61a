import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbeddedEncoder } from "../../src/search/encoders/embedded.ts";
import { isEncoderInstalled } from "../../src/search/encoders/packages.ts";
import { openRemoteEncoder } from "../../src/search/encoders/remote.ts";
import { root } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import { type EmbeddingServer, startEmbeddingServer } from "./searching.ts";

describe("an encoder on a server", () => {
    let server: EmbeddingServer;

    beforeEach(async () => {
        server = await startEmbeddingServer();
    });
    afterEach(() => server.close());

    const open = (more = {}): ReturnType<typeof openRemoteEncoder> =>
        openRemoteEncoder({ url: server.url, model: "words", timeout: 60_000, retries: 3, ...more });

    test("learns the dimensions, sends its key, and gives vectors of length 1 in the order of the texts", async () => {
        const encoder = await open({ apiKey: "sk-test" });
        expect([encoder.name, encoder.dimensions]).toEqual(["words/32", 32]);
        const [one, other, again] = await encoder.embed(["cache", "index", "cache"]);
        expect(one).toEqual(again);
        expect(one).not.toEqual(other);
        expect(Math.hypot(...(one ?? []))).toBeCloseTo(1, 5);
        expect(server.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
            ["/v1/embeddings", "Bearer sk-test"],
            ["/v1/embeddings", "Bearer sk-test"],
        ]);
    });

    test("asks again when a server is busy or fails, and waits as it says", async () => {
        const encoder = await open({ dimensions: 32 });
        server.answer = (_, count) =>
            count === 1
                ? { status: 429, body: "{}", headers: { "retry-after": "1" } }
                : count === 2
                  ? { status: 503, body: "starting" }
                  : undefined;
        const began = performance.now();
        expect(await encoder.embed(["cache"])).toHaveLength(1);
        expect(server.requests).toHaveLength(3);
        expect(performance.now() - began).toBeGreaterThan(1_000);
    });

    const reply = (data: unknown): { status: number; body: string } => ({
        status: 200,
        body: JSON.stringify({ data }),
    });
    test.each([
        ["a reply that is not JSON", { status: 200, body: "<html>" }, "its reply is not JSON"],
        ["a reply of another form", { status: 200, body: "[]" }, "its reply is not one of /v1/embeddings"],
        ["no number", reply([{ index: 0, embedding: [1, "x"] }]), "its reply is not one of /v1/embeddings"],
        ["fewer vectors", reply([]), "it sent 0 vectors for 1 texts"],
        ["a vector twice", reply([0, 0].map((index) => ({ index, embedding: [1] }))), "it sent 2 vectors for 1 texts"],
        ["other dimensions", reply([{ index: 0, embedding: [1, 0] }]), "its vectors have 2 dimensions, not 32"],
        ["a wrong key", { status: 401, body: '{"error":{"message":"bad key"}}' }, "HTTP 401: bad key"],
        ["a reply without end", { status: 200, body: " ".repeat(50_000_001) }, "its reply is larger than 50 MB"],
        ["an unknown model", { status: 404, body: '{"error":"model not found"}' }, "HTTP 404: model not found"],
    ])("refuses %s", async (_, answer, message) => {
        const encoder = await open({ dimensions: 32 });
        server.answer = () => answer;
        await expect(encoder.embed(["cache"])).rejects.toMatchObject({
            code: "encoder-failed",
            message: `the encoder 'words' at ${server.url} failed: ${message}`,
        });
        expect(server.requests).toHaveLength(1);
    });

    test("gives up on a server that does not answer, and ends at once on Ctrl-C", async () => {
        const encoder = await open({ dimensions: 32, timeout: 100 });
        server.delay = 400;
        await expect(encoder.embed(["cache"])).rejects.toThrow("no reply within 0.1 seconds");
        expect(server.requests).toHaveLength(4);
        const stop = new AbortController();
        const patient = await open({ dimensions: 32 });
        const asked = patient.embed(["cache"], stop.signal);
        setTimeout(() => stop.abort(), 50);
        await expect(asked).rejects.toMatchObject({ name: "AbortError" });
        await expect(
            openRemoteEncoder({ url: "http://127.0.0.1:9/v1", model: "words", timeout: 1_000, retries: 0 }),
        ).rejects.toThrow(/ECONNREFUSED|bad port/);
    });
});

const isInstalled = await isEncoderInstalled(root);

describe(
    isInstalled ? "the embedded encoder" : "the embedded encoder (not installed: `pnpm --dir encoder install`)",
    () => {
        test.skipIf(!isInstalled)(
            "gives equal vectors for equal texts, near ones for near texts, and ends with its process",
            async () => {
                const encoder = await openEmbeddedEncoder(root);
                const texts = [
                    "What is the difference between a process and a thread?",
                    "How do threads differ from processes?",
                    "How do I bake bread?",
                    `${"What is the difference between a process and a thread? ".repeat(20)}`,
                ];
                const [one, near, far, long] = await encoder.embed(texts);
                const [again] = await encoder.embed(texts.slice(0, 1));
                expect(again).toEqual(one);
                const compare = (other: Float32Array | undefined): number =>
                    (one ?? new Float32Array()).reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0);
                expect(compare(near)).toBeGreaterThan(0.8);
                expect(compare(far)).toBeLessThan(0.6);
                expect(compare(long)).toBeGreaterThan(0.7);
                for (const vector of [one, near, far, long])
                    expect([vector?.length, Math.hypot(...(vector ?? []))]).toEqual([512, expect.closeTo(1, 5)]);
                tell(
                    `similarity ${compare(near).toFixed(2)} of two that ask the same, ${compare(far).toFixed(2)} of two that do not`,
                );
                await encoder.close();
                await expect(encoder.embed(["cache"])).rejects.toMatchObject({ code: "encoder-failed" });
            },
        );
    },
);
