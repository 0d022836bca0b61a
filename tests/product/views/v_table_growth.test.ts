import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows, TABLES } from "../rows.ts";

describeTargets("v_table_growth", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    test("counts the rows of each week from Monday to Sunday, in every form of timestamp", async () => {
        for (const created_at of [
            "2026-01-04T23:59:59.999Z",
            "2026-01-05T00:00:00.000Z",
            "2026-01-07 12:00:00",
            "2026-01-11 03:04:05.123456+00",
            "2026-01-12T00:00:00.000Z",
        ])
            await insertRow(client, "bot_ledger", { created_at });

        expect(await readRows(client, "SELECT * FROM v_table_growth ORDER BY week_start")).toEqual([
            { table_name: "bot_ledger", week_start: "2025-12-29", rows_added: 1 },
            { table_name: "bot_ledger", week_start: "2026-01-05", rows_added: 3 },
            { table_name: "bot_ledger", week_start: "2026-01-12", rows_added: 1 },
        ]);
    });

    test("shows every table that keeps the time of its rows", async () => {
        for (const id of ["q-parent", "q-other"]) await insertRow(client, "questions", { id });
        for (const table of TABLES) if (table !== "bot_ledger" && table !== "questions") await insertRow(client, table);
        const shown = await readRows(client, "SELECT DISTINCT table_name FROM v_table_growth");
        const timeless = ["users", "channel_mappings"];
        expect(shown.map((row) => row.table_name).sort()).toEqual(
            TABLES.filter((table) => !timeless.includes(table)).sort(),
        );
    });
});
