import { z } from "zod";
import { type Model, openModel } from "../../src/model/model.ts";
import type { ModelSettings } from "../../src/model/settings.ts";
import type { ModelServer } from "../support/model-server.ts";

/** A key as providers make them; no message may hold 8 characters of it. */
export const key = "sk-proj-Zq7mX2vK9pLw4RtB8nYc";

export const schema = z.strictObject({
    title: z.string().min(3),
    tags: z.array(z.string()).max(2),
    note: z.string().nullable(),
});
export const answer = { title: "Caches", tags: ["cache"], note: null };

export function open(server: ModelServer, more: Partial<ModelSettings> = {}): Model {
    return openModel({ url: server.url, name: "tiny", apiKey: key, timeout: 60_000, maxTokens: 1_000_000, ...more });
}

export function ask(model: Model, signal = new AbortController().signal): Promise<z.output<typeof schema>> {
    return model.ask({ schema, name: "note", system: "You write notes.", user: "Write one.", signal });
}

/** The fault that `work` ends with. */
export async function faultOf(work: Promise<unknown>): Promise<Error> {
    return work.then(
        () => {
            throw new Error("it did not fail");
        },
        (error: unknown) => error as Error,
    );
}
