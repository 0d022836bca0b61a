import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { insertRow, readRefusal, readRows, readValue } from "./rows.ts";

/** Every JSON column with its kind; `!` where it may not be NULL. */
const KINDS: Record<string, "array" | "object" | "array!"> = {
    "questions.tags": "array",
    "questions.videos": "object",
    "questions.companies": "array",
    "questions.relevance_details": "object",
    "questions.job_title_relevance": "object",
    "questions.experience_level_tags": "array",
    "questions.voice_keywords": "array",
    "work_queue.result": "object",
    "bot_ledger.before_state": "object",
    "bot_ledger.after_state": "object",
    "bot_runs.summary": "object",
    "question_history.changed_fields": "array",
    "question_history.before_snapshot": "object",
    "question_history.after_snapshot": "object",
    "question_history.metadata": "object",
    "certifications.domains": "array",
    "certifications.channel_mappings": "array",
    "certifications.tags": "array",
    "certifications.prerequisites": "array",
    "learning_paths.question_ids": "array!",
    "learning_paths.channels": "array!",
    "learning_paths.tags": "array",
    "learning_paths.prerequisites": "array",
    "learning_paths.learning_objectives": "array",
    "learning_paths.milestones": "array",
    "learning_paths.metadata": "object",
    "voice_sessions.question_ids": "array!",
};

const GOOD = {
    array: ["[]", '["a", "b"]', '[{"id": "d1", "name": "Design", "weight": 100}]', " [1] "],
    object: ["{}", '{"shortVideo": null}', '{"a": {"b": [1]}}'],
};

/** Neither kind, and not even JSON. */
const BAD = ["", "nonsense", "[1, 2", '{"a": }', "{a: 1}", "[1,]", "null", "1", '"[]"', "[] []"];

describeTargets("the JSON columns", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
        await insertRow(client, "questions", { id: "q-parent" });
        for (const table of new Set(Object.keys(KINDS).map((column) => column.split(".")[0] ?? "")))
            if (table !== "questions") await insertRow(client, table);
    });

    test.each(Object.entries(KINDS))("keeps in `%s` only JSON of its kind (%s)", async (column, kindAndNull) => {
        const [table, name] = column.split(".");
        const kind = kindAndNull === "object" ? "object" : "array";
        const update = `UPDATE ${table} SET ${name} = ?`;
        const first = `SELECT ${name} FROM ${table} LIMIT 1`;

        for (const text of GOOD[kind]) {
            await client.execute({ sql: update, args: [text] });
            expect(await readValue(client, first)).toBe(text);
        }

        const kept = await readValue(client, first);
        const rule = `${table}_${name}_is_a_json_${kind}`;
        for (const text of [...BAD, ...GOOD[kind === "array" ? "object" : "array"]])
            expect(await readRefusal(client, update, [text]), text).toMatch(
                new RegExp(`CHECK constraint failed: ${rule}$`),
            );
        expect(await readValue(client, first)).toBe(kept);

        if (kindAndNull.endsWith("!")) {
            expect(await readRefusal(client, update, [null])).toMatch(`NOT NULL constraint failed: ${column}`);
            expect(await readValue(client, first)).toBe(kept);
        } else {
            await client.execute({ sql: update, args: [null] });
            expect(await readValue(client, first)).toBeNull();
        }
    });

    test("keeps in `user_sessions.session_data` any JSON, and nothing else", async () => {
        await insertRow(client, "user_sessions");
        const update = "UPDATE user_sessions SET session_data = ?";
        const select = "SELECT session_data FROM user_sessions LIMIT 1";
        for (const text of [...GOOD.array, ...GOOD.object, "null", "1", '"[]"', "true", null]) {
            await client.execute({ sql: update, args: [text] });
            expect(await readValue(client, select)).toBe(text);
        }
        const broken = BAD.filter((text) => !["null", "1", '"[]"'].includes(text));
        for (const text of broken) {
            expect(await readRefusal(client, update, [text])).toMatch(/: user_sessions_session_data_is_json$/);
        }
        expect(await readValue(client, select)).toBeNull();
    });

    test("checks every column whose comment says that it holds JSON, and no other", async () => {
        const tables = await readRows(
            client,
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name <> 'history_writer'",
        );
        const described = tables.flatMap(({ name, sql }) =>
            [...`${sql}`.matchAll(/--[^\n]*JSON (array|object)[^\n]*\n\s+(\w+) TEXT/g)].map(
                ([, kind, column]) => `${name}.${column} ${kind}`,
            ),
        );
        const checked = Object.entries(KINDS).map(([column, kind]) => `${column} ${kind.replace("!", "")}`);
        expect(tables.map(({ sql }) => sql).join()).toContain("any JSON.\n    session_data TEXT,\n");
        expect(described.sort()).toEqual(checked.sort());
    });
});
