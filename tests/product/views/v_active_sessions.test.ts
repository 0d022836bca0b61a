import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";

describeTargets("v_active_sessions", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    test("sums up the sessions under way by type, and leaves the others out", async () => {
        for (const [session_type, progress, completed_items, status] of [
            ["test", 10n, 1n, "active"],
            ["test", 25n, 3n, "active"],
            ["test", 25n, 4n, "active"],
            ["test", 100n, 10n, "completed"],
            ["channel", 0n, 0n, "active"],
            ["certification", 50n, 5n, "abandoned"],
        ] as const)
            await insertRow(client, "user_sessions", { session_type, progress, completed_items, status });

        expect(await readRows(client, "SELECT * FROM v_active_sessions ORDER BY session_type")).toEqual([
            { session_type: "channel", session_count: 1, average_progress: 0, completed_items: 0 },
            { session_type: "test", session_count: 3, average_progress: 20, completed_items: 8 },
        ]);
    });
});
