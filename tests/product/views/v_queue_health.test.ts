import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows, readValue } from "../rows.ts";

describeTargets("v_queue_health", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
        const twoDaysAgo = await readValue(client, "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-2 days')");
        const past = await readValue(client, "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-2 hours')");
        const ahead = "2199-01-01T00:00:00.000Z";
        for (const row of [
            { status: "pending", priority: 1n, created_at: twoDaysAgo, run_after: past },
            { status: "pending", priority: 3n, created_at: ahead },
            { status: "pending", priority: 4n, created_at: ahead, run_after: ahead },
            {
                ...{ status: "failed", assigned_to: "processor", priority: 9n, created_at: "2026-01-05 04:00:00" },
                processed_at: past,
            },
        ])
            await insertRow(client, "work_queue", row);
        const held = { status: "processing", assigned_to: "verifier", created_at: "2026-01-05T04:00:00.000Z" };
        await insertRow(client, "work_queue", { ...held, locked_until: ahead, attempts: 2n });
        await insertRow(client, "work_queue", { ...held, locked_until: past });
        await insertRow(client, "work_queue", held);
    });

    test("counts the items of each status and bot, the urgent ones apart, and tells since when the oldest waits", async () => {
        expect(
            await readRows(
                client,
                "SELECT status, assigned_to, items, urgent_items, oldest_created_at FROM v_queue_health ORDER BY status",
            ),
        ).toEqual([
            {
                ...{ status: "failed", assigned_to: "processor", items: 1, urgent_items: 0 },
                oldest_created_at: "2026-01-05T04:00:00.000Z",
            },
            {
                ...{ status: "pending", assigned_to: null, items: 3, urgent_items: 2 },
                oldest_created_at: expect.stringMatching(/Z$/),
            },
            {
                ...{ status: "processing", assigned_to: "verifier", items: 3, urgent_items: 0 },
                oldest_created_at: "2026-01-05T04:00:00.000Z",
            },
        ]);
    });

    test("tells what is due and for how long, which leases have ended, and what was tried again or failed today", async () => {
        const sql =
            "SELECT due_items, longest_due_seconds, ended_leases, retried_items, failed_in_a_day FROM v_queue_health ORDER BY status";
        expect(await readRows(client, sql)).toEqual([
            { due_items: 0, longest_due_seconds: null, ended_leases: 0, retried_items: 0, failed_in_a_day: 1 },
            {
                ...{ due_items: 2, longest_due_seconds: expect.closeTo(7_200, -2), ended_leases: 0 },
                ...{ retried_items: 0, failed_in_a_day: 0 },
            },
            // One in work, one whose lease has ended, and one that was taken without a lease long ago.
            { due_items: 0, longest_due_seconds: null, ended_leases: 2, retried_items: 1, failed_in_a_day: 0 },
        ]);
    });

    test("tells of no time where jobs are waiting, but none is due", async () => {
        await insertRow(client, "work_queue", { assigned_to: "sleeper", run_after: "2199-01-01T00:00:00.000Z" });
        const sql = "SELECT due_items, longest_due_seconds FROM v_queue_health WHERE assigned_to = 'sleeper'";
        expect(await readRows(client, sql)).toEqual([{ due_items: 0, longest_due_seconds: null }]);
        await client.execute("DELETE FROM work_queue WHERE assigned_to = 'sleeper'");
    });

    test("gives the age of the oldest in days, whatever form its timestamp has", async () => {
        const ages = await readRows(client, "SELECT status, oldest_age_days FROM v_queue_health ORDER BY status");
        expect(ages[0]?.oldest_age_days).toBeTypeOf("number");
        expect(ages[1]?.oldest_age_days).toBeCloseTo(2, 1);
    });
});
