import { expect, test } from "vitest";
import { readRows } from "../../product/rows.ts";
import { startCommand } from "../../support/command.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { replies, startModelServer } from "../../support/model-server.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertJob, insertQuestion, readJob } from "./running.ts";

describeTargets("a bot in a process of its own", (target) => {
    test.for(["SIGTERM", "SIGINT"] as const)(
        "gives its job back within 30 seconds of %s, in the middle of a call to the model",
        { timeout: 60_000 },
        async (signal) => {
            const database = await createDeployedDatabase(target);
            const model = await startModelServer();
            model.script.push(replies.hang);
            await insertQuestion(database.client, "q-1");
            const job = await insertJob(database.client, "improve", "q-1");
            const env = { TURSO_DATABASE_URL: database.url, LLM_BASE_URL: model.url, LLM_MODEL: "example" };
            const running = startCommand("bot:processor", [], { cwd: root, env });
            await expect.poll(() => model.requests.length, { timeout: 20_000 }).toBe(1);
            const signalled = Date.now();
            running.kill(signal);
            const { code, stdout } = await running.result;
            tell(`${target.name}: ended ${((Date.now() - signalled) / 1_000).toFixed(1)} s after ${signal}`);
            expect([code, stdout]).toEqual([0, expect.stringContaining("1 given back. Stopped on request.")]);
            expect(await readJob(database.client, job)).toMatchObject({
                status: "pending",
                attempts: 0,
                locked_until: null,
            });
            expect(
                await readRows(database.client, "SELECT status, completed_at IS NOT NULL AS ended FROM bot_runs"),
            ).toEqual([{ status: "completed", ended: 1 }]);
            await model.close();
        },
    );
});
