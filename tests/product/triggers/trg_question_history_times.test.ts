import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";
import { conversions, noTimes } from "./times.ts";

describeTargets("trg_question_history_times", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    /** Inserts rows with these times, and returns the times that are stored. */
    async function store(times: readonly string[]): Promise<unknown[]> {
        await client.execute("DELETE FROM question_history");
        for (const created_at of times) await insertRow(client, "question_history", { created_at });
        return (await readRows(client, "SELECT created_at FROM question_history ORDER BY id")).map(
            (row) => row.created_at,
        );
    }

    test("converts a time of another form to that of all times", async () => {
        expect(await store(conversions.map(([given]) => given))).toEqual(conversions.map(([, stored]) => stored));
    });

    test("keeps text that is not a day and time", async () => {
        expect(await store(noTimes)).toEqual(noTimes);
    });

    test("converts each row of a statement, and lets the rows of both forms sort by time", async () => {
        await client.execute("DELETE FROM question_history");
        await client.execute(`INSERT INTO question_history (question_id, event_type, event_source, changes_summary, created_at)
            VALUES ('q', 'updated', 'bot', 'second', '2024-02-03 10:00:00'),
                ('q', 'updated', 'bot', 'first', '2024-02-03T09:00:00.000Z'),
                ('q', 'updated', 'bot', 'third', '2024-02-03 11:00:00')`);
        const rows = await readRows(
            client,
            "SELECT changes_summary AS which FROM question_history ORDER BY created_at",
        );
        expect(rows.map((row) => row.which)).toEqual(["first", "second", "third"]);
    });
});
