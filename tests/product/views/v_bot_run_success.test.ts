import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";

describeTargets("v_bot_run_success", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    test("gives the share of the runs that ended well, among those that ended", async () => {
        for (const [hour, status] of ["completed", "completed", "failed", "running"].entries())
            await insertRow(client, "bot_runs", {
                status,
                started_at: `2026-01-05T0${hour}:00:00.000Z`,
                items_processed: 10n,
                items_created: 1n,
                items_updated: 2n,
                items_deleted: 3n,
            });
        await insertRow(client, "bot_runs", { bot_name: "analysis" });

        expect(await readRows(client, "SELECT * FROM v_bot_run_success ORDER BY bot_name")).toEqual([
            {
                bot_name: "analysis",
                total_runs: 1,
                completed_runs: 0,
                failed_runs: 0,
                running_runs: 1,
                success_rate: null,
                items_processed: 0,
                items_created: 0,
                items_updated: 0,
                items_deleted: 0,
                last_started_at: "2026-01-05T04:00:00.000Z",
            },
            {
                bot_name: "verifier",
                total_runs: 4,
                completed_runs: 2,
                failed_runs: 1,
                running_runs: 1,
                success_rate: 66.7,
                items_processed: 40,
                items_created: 4,
                items_updated: 8,
                items_deleted: 12,
                last_started_at: "2026-01-05T03:00:00.000Z",
            },
        ]);
    });
});
