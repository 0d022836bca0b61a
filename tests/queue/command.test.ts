import type { Client } from "@libsql/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { queueSite } from "../../app/queue.ts";
import { manageQueue, type QueueCommandOptions } from "../../src/cli/bots/queue.ts";
import type { Connection } from "../../src/database/connection.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { insertRow, readRows, readValue } from "../product/rows.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { type Ran, runHere, runScript } from "../support/here.ts";
import { assertLocal } from "../support/local.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { claimOne, improve, openTestQueue, queueFiles } from "./queues.ts";

const project = writeProject(queueFiles);

describeTargets("bot:queue", (target) => {
    let database: TestDatabase;
    let client: Client;
    let connection: Connection;
    let queue: Queue;

    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        client = database.client;
        ({ queue, connection } = await openTestQueue(database));
        await queue.enqueue([improve("q-1", 3), { ...improve("q-2"), action: "verify" }, improve("q-3", 1)]);
    });
    afterEach(async () => {
        connection.close();
        await database.close();
    });

    const run = (args: string, env: Record<string, string> = {}) =>
        runScript("bot:queue", args === "" ? [] : args.split(" "), {
            cwd: project,
            env: { TURSO_DATABASE_URL: database.url, ...env },
        });
    const states = async () =>
        (await readRows(client, "SELECT id, status FROM work_queue ORDER BY id")).map(
            (row) => `${row.id} ${row.status}`,
        );
    const snapshot = () => readRows(client, "SELECT * FROM work_queue ORDER BY id");

    test("lists what is not completed, or what the options choose", async () => {
        await queue.bury(await claimOne(queue), "gone");
        const all = await run("");
        expect(all).toMatchObject({ code: 0, stderr: "" });
        expect(all.stdout).toMatch(/1 +pending +priority 3 +improve +question q-1 +processor +attempts 0\/5 +due 20/);
        expect(all.stdout).toMatch(/3 +failed .*ended 20/);
        expect(all.stdout).toContain("\n3 jobs (not completed). ");
        expect(target.name === "file:" || /requests?, [\d,]+ rows read, 0 written\.\n$/.test(all.stdout)).toBe(true);
        const verify = JSON.parse((await run("list --bot verifier --action verify --json")).stdout);
        expect(verify).toMatchObject({ jobs: [{ id: 2, item_id: "q-2" }], hasMore: false });
        expect((await run("list --status completed")).stdout).toContain("No job is listed (completed).");
        expect((await run("list --limit 2")).stdout).toContain("2 jobs (not completed). There are more");
    });

    test("shows a job with all its columns, without control characters", async () => {
        await insertRow(client, "work_queue", { item_id: "q-\u001b[31m9\u202e", reason: "a\nb\u0007c" });
        const shown = await run("show 4");
        expect(shown.code).toBe(0);
        expect(shown.stdout).toMatch(/^reason +a b c$/m);
        expect(shown.stdout).toMatch(/^locked_until +-$/m);
        for (const { stdout } of [shown, await run("list")])
            for (const sign of ["\u0007", "\u001b", "\u202e"]) expect(stdout).not.toContain(sign);
        expect(await run("show 99")).toMatchObject({ code: 1, stdout: expect.stringContaining("There is no job 99.") });
    });

    test("returns failed jobs to the queue, and says why it leaves others alone", async () => {
        await queue.bury(await claimOne(queue), "gone");
        await queue.complete(await claimOne(queue), {});
        await queue.cancel(2, "operator", "");
        await queue.enqueue([{ ...improve("q-2"), action: "verify" }]);
        const dry = await run("retry 3 --dry-run");
        expect(dry.stdout).toMatch(
            /Job 3 would be pending again\.\nDry run: nothing was changed. It would change 1 job\./,
        );
        const { code, stdout } = await run("retry 3 1 2 77");
        expect(code).toBe(1);
        expect(stdout).toContain(
            [
                "Job 3 is pending again.",
                "Job 1 is completed, not failed: nothing was changed.",
                "Job 2 stays failed, because the same job is open as job 4: nothing was changed.",
                "There is no job 77: nothing was changed.",
                "Returned 1 of 4 jobs to the queue.",
            ].join("\n"),
        );
        expect(await states()).toEqual(["1 completed", "2 failed", "3 pending", "4 pending"]);
        expect(await run("retry 3")).toMatchObject({
            code: 1,
            stdout: expect.stringContaining("Nothing was changed."),
        });
        await queue.bury(await claimOne(queue), "gone");
        expect(await run("retry 3")).toMatchObject({ code: 0, stdout: expect.stringContaining("Returned 1 job to") });
    });

    test("cancels open jobs, also one that a worker holds", async () => {
        const claim = await claimOne(queue);
        const { code, stdout } = await run(`cancel ${claim.id} 1 --reason mistake`);
        expect([code, stdout]).toEqual([0, expect.stringContaining("Cancelled 2 jobs.")]);
        await expect(queue.complete(claim, {})).rejects.toThrow("LEASE_LOST");
        expect(await readValue(client, "SELECT result FROM work_queue WHERE id = 1")).toBe(
            '{"cancelled":true,"by":"operator","reason":"mistake"}',
        );
        expect((await run("cancel 1")).stdout).toContain("Job 1 is failed, not open: nothing was changed.");
    });

    test("deletes what was completed long enough ago", async () => {
        await queue.complete(await claimOne(queue), {});
        expect((await run("purge")).stdout).toContain("Nothing to do: no job was completed before ");
        await client.execute("UPDATE work_queue SET processed_at = '2020-01-01T00:00:00.000Z' WHERE id = 3");
        expect((await run("purge --dry-run")).stdout).toContain("1 job completed before");
        expect(await states()).toHaveLength(3);
        expect((await run("purge --days 1")).stdout).toContain("Deleted 1 job completed before ");
        expect(await states()).toEqual(["1 pending", "2 pending"]);
    });

    test("prints statements that do the same, and changes nothing", async () => {
        await queue.bury(await claimOne(queue), "gone");
        const before = await snapshot();
        const retry = await run("retry 3 --show-sql");
        const cancel = await run("cancel 1 --show-sql --reason it's");
        const purge = await run("purge --show-sql");
        expect(await snapshot()).toEqual(before);
        for (const { stdout } of [retry, cancel, purge]) await client.executeMultiple(stdout);
        expect(await states()).toEqual(["1 failed", "2 pending", "3 pending"]);
        expect(await readValue(client, "SELECT result ->> '$.reason' FROM work_queue WHERE id = 1")).toBe("it's");
    });

    test("purges by the database's clock: one of this machine that is a year ahead deletes nothing", async () => {
        await queue.complete(await claimOne(queue), {});
        vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 365 * 86_400_000 });
        try {
            const ran = await runHere((context) => manageQueue(context, { yes: true }, queueSite), {
                ...{ root: project, url: database.url, args: ["purge"] },
            });
            expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to do: no job was") });
        } finally {
            vi.useRealTimers();
        }
        expect(await states()).toHaveLength(3);
    });

    test("refuses what it does not know with the list of what it does, and tries nothing", async () => {
        const before = await snapshot();
        for (const [args, message] of [
            ["drop 1", /Allowed choices are list, show, retry, cancel, purge/],
            ["list --colour", /unknown option '--colour'/],
            ["list --status done", /Allowed choices are pending, processing, completed, failed/],
            [
                "cancel 1 --days 3",
                /--days does not apply to cancel\n\nhint: options of cancel: --reason, --dry-run, --show-sql/,
            ],
            ["retry", /retry takes one id or more/],
            ["show 1 2", /show takes one id/],
            ["list 1", /list takes no id/],
            ["cancel 1x", /'1x' is not the id of a job/],
            ["list --limit 0", /--limit must be 1 or more/],
            ["purge --days 999999", /--days must be 0 to 36500/],
        ] as const) {
            const { code, stderr } = await run(args);
            expect(stderr, args).toMatch(message);
            expect(code, args).toBe(2);
        }
        expect(await snapshot()).toEqual(before);
    });

    test("writes nothing with TURSO_WRITE_MODE=false or a read-only token, and still lists", async () => {
        const before = await snapshot();
        const off = { TURSO_WRITE_MODE: "false" };
        const readOnly = {
            TURSO_AUTH_TOKEN: mintToken(createKeyPair(), {
                access: "ro",
                expiresAt: new Date(Date.now() + 86_400_000),
            }),
        };
        for (const args of ["retry 1", "cancel 1", "purge"]) {
            expect((await run(args, off)).code, args).toBe(2);
            if (target.name === "sqld") expect((await run(args, readOnly)).code, args).toBe(2);
        }
        expect((await run("list", off)).code).toBe(0);
        if (target.name === "sqld") expect((await run("list", readOnly)).code).toBe(0);
        expect((await run("cancel 1 --dry-run", off)).code).toBe(0);
        expect(await snapshot()).toEqual(before);
    });

    test.runIf(target.name === "sqld")("asks before it writes to a database on another machine", async () => {
        const before = await snapshot();
        expect((await runElsewhere(["cancel", "1"], {})).error?.code).toBe("not-confirmed");
        expect(await snapshot()).toEqual(before);
        expect((await runElsewhere(["cancel", "1"], { yes: true })).code).toBe(0);
        expect(await states()).toContain("1 failed");
    });

    // The address is one that nobody has; every request to it goes to the test's own server.
    async function runElsewhere(args: readonly string[], options: QueueCommandOptions): Promise<Ran> {
        assertLocal(database.url);
        const elsewhere = "https://code-reels.example.invalid";
        const real = globalThis.fetch;
        vi.stubGlobal("fetch", (input: URL, init: RequestInit) => {
            if (input.origin !== elsewhere) throw new Error("A request would have left this machine.");
            return real(new URL(input.pathname, database.url), init);
        });
        try {
            return await runHere((context) => manageQueue(context, options, queueSite), {
                ...{ root: project, url: elsewhere, args, isRouted: true },
            });
        } finally {
            vi.unstubAllGlobals();
        }
    }
});
