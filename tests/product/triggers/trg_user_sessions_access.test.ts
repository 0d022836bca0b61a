import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readValue } from "../rows.ts";

const OLD = "2026-01-01T00:00:00.000Z";
const NOW = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeTargets("trg_user_sessions_access", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    beforeEach(async () => {
        await insertRow(client, "user_sessions", { id: "s-1", last_accessed_at: OLD }, "INSERT OR REPLACE");
    });

    async function readAfter(sets: string): Promise<unknown> {
        await client.execute(`UPDATE user_sessions SET last_accessed_at = '${OLD}'`);
        await client.execute(`UPDATE user_sessions SET ${sets} WHERE id = 's-1'`);
        return readValue(client, "SELECT last_accessed_at FROM user_sessions");
    }

    test("lets last_accessed_at follow the progress, the items done and the data of the session", async () => {
        for (const sets of ["progress = 10", "completed_items = 1", `session_data = '{"item": 2}'`]) {
            const accessed = await readAfter(sets);
            expect(accessed, sets).toMatch(NOW);
            expect(accessed, sets).not.toBe(OLD);
        }
    });

    test("leaves it when the session is completed or abandoned, renamed, or not changed at all", async () => {
        for (const sets of [
            "title = 'Other'",
            "progress = progress, completed_items = completed_items",
            "status = 'abandoned'",
            "status = 'completed', completed_at = '2026-02-01T00:00:00.000Z'",
        ])
            expect(await readAfter(sets), sets).toBe(OLD);
    });

    test("leaves it when the last item and the completion come in one statement", async () => {
        const sets = "progress = 100, completed_items = 10, status = 'completed', completed_at = '2026-02-01 10:00:00'";
        expect(await readAfter(sets)).toBe(OLD);
    });

    test("leaves a value that the writer sets", async () => {
        const written = "2026-03-04 05:06:07";
        expect(await readAfter(`progress = 50, last_accessed_at = '${written}'`)).toBe(written);
    });
});
