import { expect } from "vitest";
import { startCommand } from "../support/command.ts";
import { readRows } from "../support/contents.ts";
import { tell } from "../support/snapshot.ts";
import type { Target } from "../support/targets.ts";
import { copySearch, createSearchDatabase, questions, startEmbeddingServer } from "./searching.ts";

/** Kills a sync at so many points of its run, each time continuing what is there, and then lets one end. */
export async function killAndContinue(target: Target, points: number): Promise<void> {
    const database = await createSearchDatabase(target);
    const server = await startEmbeddingServer();
    const root = copySearch();
    const env = { TURSO_DATABASE_URL: database.url, EMBEDDING_URL: server.url, EMBEDDING_MODEL: "words" };
    let kills = 0;
    try {
        server.delay = 60;
        for (let point = 0; point < points; point++) {
            const before = server.requests.length;
            const limit = String(Math.ceil((questions.length * (point + 1)) / points));
            const command = startCommand("vector:sync", ["--limit", limit], { cwd: root, env });
            let hasEnded = false;
            void command.result.then(() => {
                hasEnded = true;
            });
            // The request before that for the vectors asks for their length. A run that has nothing to embed sends no other.
            while (!hasEnded && server.requests.length < before + 1 + (point % 2)) await wait(5);
            await wait((100 * point) / points);
            command.kill("SIGKILL");
            if ((await command.result).signal === "SIGKILL") kills++;
        }
        server.delay = 0;
        const { code, stdout } = await startCommand("vector:sync", [], { cwd: root, env }).result;
        expect([code, stdout]).toEqual([0, expect.stringMatching(/Embedded \d+ questions|Nothing to do/)]);
    } finally {
        await server.close();
    }
    const sql = `SELECT count(*) AS vectors, count(DISTINCT model) AS models, count(DISTINCT content_hash) AS texts
        FROM question_vectors JOIN questions ON questions.id = question_id`;
    const count = questions.length;
    expect(await readRows(database.client, sql)).toEqual([{ vectors: count, models: 1, texts: count }]);
    tell(`${target.name}: killed ${kills} times, ${count} vectors in the end`);
}

function wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
