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
        for (const [status, priority, created_at] of [
            ["pending", 1n, twoDaysAgo],
            ["pending", 3n, "2199-01-01T00:00:00.000Z"],
            ["pending", 4n, "2199-01-01T00:00:00.000Z"],
            ["failed", 9n, "2026-01-05 04:00:00"],
        ] as const)
            await insertRow(client, "work_queue", { status, priority, created_at });
    });

    test("counts the items of each status, the urgent ones apart, and tells since when the oldest waits", async () => {
        expect(
            await readRows(
                client,
                "SELECT status, items, urgent_items, oldest_created_at FROM v_queue_health ORDER BY status",
            ),
        ).toEqual([
            { status: "failed", items: 1, urgent_items: 0, oldest_created_at: "2026-01-05 04:00:00" },
            { status: "pending", items: 3, urgent_items: 2, oldest_created_at: expect.stringMatching(/Z$/) },
        ]);
    });

    test("gives the age of the oldest in days, whatever form its timestamp has", async () => {
        const ages = await readRows(client, "SELECT status, oldest_age_days FROM v_queue_health ORDER BY status");
        expect(ages[0]?.oldest_age_days).toBeTypeOf("number");
        expect(ages[1]?.oldest_age_days).toBeCloseTo(2, 1);
    });
});
