import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { insertRow, readRefusal, readRows, readValue, TABLES } from "./rows.ts";

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const DEFAULTS: Record<string, Record<string, unknown>> = {
    users: { id: UUID },
    questions: { id: UUID, status: "active", is_new: 1, created_at: TIMESTAMP },
    channel_mappings: { id: 1 },
    work_queue: {
        id: 1,
        priority: 5,
        status: "pending",
        created_at: TIMESTAMP,
        attempts: 0,
        max_attempts: 5,
        run_after: TIMESTAMP,
    },
    bot_ledger: { id: 1, created_at: TIMESTAMP },
    bot_runs: { id: 1, status: "running", items_processed: 0, items_created: 0, items_updated: 0, items_deleted: 0 },
    question_relationships: { id: 1, strength: 50, created_at: TIMESTAMP },
    question_history: { question_type: "question", created_at: TIMESTAMP },
    certifications: {
        icon: "award",
        color: "text-primary",
        estimated_hours: 40,
        status: "active",
        question_count: 0,
        passing_score: 70,
        exam_duration: 90,
        created_at: TIMESTAMP,
    },
    learning_paths: {
        estimated_hours: 40,
        popularity: 0,
        completion_rate: 0,
        average_rating: 0,
        status: "active",
        created_at: TIMESTAMP,
    },
    voice_sessions: { estimated_minutes: 5, created_at: TIMESTAMP },
    user_sessions: {
        id: UUID,
        progress: 0,
        completed_items: 0,
        started_at: TIMESTAMP,
        last_accessed_at: TIMESTAMP,
        status: "active",
    },
};

describeTargets("what a writer may leave out", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
        for (const id of ["q-parent", "q-other"])
            await insertRow(client, "questions", { id, created_at: "2026-01-01T00:00:00.000Z" });
        for (const table of TABLES) await insertRow(client, table);
    });

    test.each(TABLES)("fills the rest of a row of `%s`", async (table) => {
        const rows = await readRows(client, `SELECT * FROM ${table} ORDER BY rowid DESC LIMIT 1`);
        for (const [column, expected] of Object.entries(DEFAULTS[table] ?? {}))
            if (expected instanceof RegExp) expect(rows[0]?.[column], column).toMatch(expected);
            else expect(rows[0]?.[column], column).toBe(expected);
    });

    test("knows the default of every column that has one", async () => {
        for (const table of TABLES) {
            const columns = await readRows(client, "SELECT * FROM pragma_table_info(?)", [table]);
            const defaulted = columns.filter((column) => column.dflt_value !== null).map((column) => column.name);
            expect(Object.keys(DEFAULTS[table] ?? {})).toEqual(expect.arrayContaining(defaulted));
        }
    });

    test("gives every row an id of its own", async () => {
        await client.execute(
            `INSERT INTO users (username, password)
            WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 1000)
            SELECT 'many-' || n, 'hash' FROM counter`,
        );
        const users = await readRows(client, "SELECT id FROM users WHERE username LIKE 'many-%'");
        expect(new Set(users.map((user) => user.id)).size).toBe(1000);
        expect(users.filter((user) => !UUID.test(String(user.id)))).toEqual([]);
        // All four variants of RFC 9562 come up.
        expect(new Set(users.map((user) => String(user.id)[19])).size).toBe(4);
    });

    test("refuses an id that is NULL, which the original schema let in", async () => {
        const before = await readValue(client, "SELECT count(*) FROM certifications");
        const refusal = await readRefusal(
            client,
            `INSERT INTO certifications (id, name, provider, description, difficulty, category)
            VALUES (NULL, 'n', 'p', 'd', 'expert', 'ai')`,
        );
        expect(refusal).toMatch("NOT NULL constraint failed: certifications.id");
        expect(await readValue(client, "SELECT count(*) FROM certifications")).toBe(before);
    });
});
