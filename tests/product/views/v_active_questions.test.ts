import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";

describeTargets("v_active_questions", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
        for (const [id, status] of [
            ["q-1", "active"],
            ["q-2", "active"],
            ["q-3", "flagged"],
            ["q-4", "deleted"],
        ] as const) {
            await insertRow(client, "questions", { id, status });
            if (id !== "q-2") await insertRow(client, "channel_mappings", { question_id: id });
        }
        await insertRow(client, "channel_mappings", { question_id: "q-1", sub_channel: "storage" });
        await insertRow(client, "channel_mappings", { question_id: "q-1", channel_id: "backend" });
    });

    test("shows the active questions alone, with the number of channels each is in", async () => {
        // q-1 is in two parts of one channel, and in another; q-2 is in none.
        expect(await readRows(client, "SELECT id, channel_count FROM v_active_questions ORDER BY id")).toEqual([
            { id: "q-1", channel_count: 2 },
            { id: "q-2", channel_count: 0 },
        ]);
    });

    test("shows every column of the table, as it is there", async () => {
        const [shown] = await readRows(client, "SELECT * FROM v_active_questions WHERE id = 'q-1'");
        const [stored] = await readRows(client, "SELECT * FROM questions WHERE id = 'q-1'");
        expect(shown).toEqual({ ...stored, channel_count: 2 });
    });
});
