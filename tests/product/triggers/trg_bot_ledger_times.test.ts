import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";
import { conversions, noTimes } from "./times.ts";

describeTargets("trg_bot_ledger_times", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    /** Inserts rows with these times, and returns the times that are stored. */
    async function store(times: readonly string[]): Promise<unknown[]> {
        await client.execute("DELETE FROM bot_ledger");
        for (const created_at of times) await insertRow(client, "bot_ledger", { created_at });
        return (await readRows(client, "SELECT created_at FROM bot_ledger ORDER BY id")).map((row) => row.created_at);
    }

    test("converts a time of another form to that of all times", async () => {
        expect(await store(conversions.map(([given]) => given))).toEqual(conversions.map(([, stored]) => stored));
    });

    test("keeps text that is not a day and time", async () => {
        expect(await store(noTimes)).toEqual(noTimes);
    });
});
