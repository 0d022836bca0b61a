import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";

describeTargets("v_bot_activity", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    test("is empty while no bot has done anything", async () => {
        expect(await readRows(client, "SELECT * FROM v_bot_activity")).toEqual([]);
    });

    test("counts the actions of each bot by kind and tells the last one", async () => {
        const actions = ["create", "create", "update", "delete", "verify", "verify", "verify", "flag", "analyze"];
        for (const [hour, action] of actions.entries())
            await insertRow(client, "bot_ledger", { action, created_at: `2026-01-05T0${hour}:00:00.000Z` });
        await insertRow(client, "bot_ledger", { bot_name: "processor", action: "update", created_at: "2026-01-04" });

        expect(await readRows(client, "SELECT * FROM v_bot_activity ORDER BY bot_name")).toEqual([
            {
                bot_name: "processor",
                total_actions: 1,
                creates: 0,
                updates: 1,
                deletes: 0,
                verifies: 0,
                flags: 0,
                analyzes: 0,
                last_action_at: "2026-01-04",
            },
            {
                bot_name: "verifier",
                total_actions: 9,
                creates: 2,
                updates: 1,
                deletes: 1,
                verifies: 3,
                flags: 1,
                analyzes: 1,
                last_action_at: "2026-01-05T08:00:00.000Z",
            },
        ]);
    });
});
