import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";
import { conversions, noTimes } from "./times.ts";

const columns = ["created_at", "processed_at", "run_after", "locked_until"] as const;

describeTargets("trg_work_queue_times", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    /** Inserts a job for each time, with it in one column or in all, and returns what is stored there. */
    async function store(names: readonly string[], times: readonly string[]): Promise<unknown[][]> {
        await client.execute("DELETE FROM work_queue");
        for (const time of times)
            await insertRow(client, "work_queue", Object.fromEntries(names.map((name) => [name, time])));
        const rows = await readRows(client, `SELECT ${names.join(", ")} FROM work_queue ORDER BY id`);
        return rows.map((row) => names.map((name) => row[name]));
    }

    test.each(columns)("converts a %s of another form to that of all times", async (column) => {
        const stored = await store([column], ["2024-02-03 04:05:06"]);
        expect(stored).toEqual([["2024-02-03T04:05:06.000Z"]]);
    });

    test("converts all columns at once, and keeps text that is not a day and time", async () => {
        const given = [...conversions.map(([time]) => time), ...noTimes];
        const kept = [...conversions.map(([, time]) => time), ...noTimes];
        expect(await store(columns, given)).toEqual(kept.map((time) => columns.map(() => time)));
    });

    test("leaves the columns that a writer does not give to their defaults", async () => {
        await client.execute("DELETE FROM work_queue");
        await insertRow(client, "work_queue", { created_at: "2024-02-03 04:05:06" });
        const [row] = await readRows(client, "SELECT run_after, processed_at, locked_until FROM work_queue");
        expect(row).toEqual({ run_after: expect.stringMatching(/T.*Z$/), processed_at: null, locked_until: null });
    });
});
