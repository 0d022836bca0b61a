import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { readRows, readValue, TABLES } from "./rows.ts";

/** The columns in their order: `!` is NOT NULL, `?` nullable, `=` has a default. */
const COLUMNS: Record<string, string> = {
    users: "id!= username! password!",
    questions:
        "id!= question! answer! explanation! diagram? difficulty! tags? channel! sub_channel! source_url? videos? " +
        "companies? eli5? tldr? relevance_score? relevance_details? job_title_relevance? experience_level_tags? " +
        "voice_keywords? voice_suitable? status!= is_new!= last_updated? created_at!=",
    channel_mappings: "id! channel_id! sub_channel! question_id!",
    work_queue:
        "id! item_type! item_id! action! priority!= status!= reason? created_by? assigned_to? created_at!= " +
        "processed_at? result? attempts!= max_attempts!= run_after!= locked_by? locked_until?",
    bot_ledger: "id! bot_name! action! item_type! item_id! before_state? after_state? reason? created_at!=",
    bot_runs:
        "id! bot_name! started_at! completed_at? status!= items_processed!= items_created!= items_updated!= " +
        "items_deleted!= summary?",
    question_relationships: "id! source_question_id! target_question_id! relationship_type! strength!= created_at!=",
    question_history:
        "id! question_id! question_type!= event_type! event_source! source_name? changes_summary? changed_fields? " +
        "before_snapshot? after_snapshot? reason? metadata? created_at!=",
    certifications:
        "id! name! provider! description! icon!= color!= difficulty! category! estimated_hours!= exam_code? " +
        "official_url? domains? channel_mappings? tags? prerequisites? status!= question_count!= passing_score!= " +
        "exam_duration!= created_at!= last_updated?",
    learning_paths:
        "id! title! description! path_type! target_company? target_job_title? difficulty! estimated_hours!= " +
        "question_ids! channels! tags? prerequisites? learning_objectives? milestones? popularity!= " +
        "completion_rate!= average_rating!= metadata? status!= created_at!= last_updated? last_generated?",
    voice_sessions:
        "id! topic! description? channel! difficulty! question_ids! total_questions! estimated_minutes!= " +
        "created_at!= last_updated?",
    user_sessions:
        "id!= user_id? session_type! session_key! title! subtitle? channel_id? certification_id? progress!= " +
        "total_items! completed_items!= session_data? started_at!= last_accessed_at!= completed_at? status!=",
};

const FOREIGN_KEYS = [
    "channel_mappings.question_id -> questions.id",
    "question_relationships.source_question_id -> questions.id",
    "question_relationships.target_question_id -> questions.id",
    "user_sessions.user_id -> users.id",
];

describeTargets("the structure of the schema", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    test("has the 12 tables, and the bookkeeping of the history apart", async () => {
        const tables = await readRows(
            client,
            "SELECT name, strict, wr FROM pragma_table_list WHERE type = 'table' AND schema = 'main' ORDER BY name",
        );
        const ours = tables.filter((table) => [...TABLES, "history_writer"].includes(String(table.name)));
        expect(TABLES).toHaveLength(12);
        expect(ours).toHaveLength(13);
        expect(ours.filter((table) => table.strict !== 1).map((table) => table.name)).toEqual([]);
        expect(ours.filter((table) => table.wr !== 0).map((table) => table.name)).toEqual([]);
    });

    test.each(TABLES)("gives `%s` its columns in the documented order", async (table) => {
        const columns = await readRows(client, "SELECT * FROM pragma_table_info(?) ORDER BY cid", [table]);
        const found = columns.map((column) => {
            const fallback = column.dflt_value === null ? "" : "=";
            return `${column.name}${column.notnull === 1 ? "!" : "?"}${fallback}`;
        });
        expect(found.join(" ")).toBe(COLUMNS[table]);
    });

    test("counts the ids that are numbers up and never gives one twice", async () => {
        const counted = await readRows(client, "SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'");
        expect(counted.map((row) => row.name).sort()).toEqual([
            "bot_ledger",
            "bot_runs",
            "channel_mappings",
            "question_history",
            "question_relationships",
            "work_queue",
        ]);
    });

    test("has the four foreign keys, none with an action that a REPLACE would set off", async () => {
        const keys = await readRows(
            client,
            `SELECT t.name AS child, k."from" AS child_column, k."table" AS parent, k."to" AS parent_column,
                k.on_delete, k.on_update
            FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k
            WHERE t.type = 'table'
            ORDER BY 1, 2`,
        );
        expect(keys.map((key) => `${key.child}.${key.child_column} -> ${key.parent}.${key.parent_column}`)).toEqual(
            FOREIGN_KEYS,
        );
        expect(keys.filter((key) => key.on_delete !== "NO ACTION" || key.on_update !== "NO ACTION")).toEqual([]);
    });

    test("leads an index with every foreign key column", async () => {
        const leading = await readRows(
            client,
            `SELECT t.name || '.' || c.name AS leading
            FROM sqlite_schema AS t, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c
            WHERE t.type = 'table' AND c.seqno = 0`,
        );
        const columns = leading.map((row) => row.leading);
        for (const key of FOREIGN_KEYS) expect(columns).toContain(key.split(" ")[0]);
    });

    test("has at least 20 indexes, each named for its table and its columns", async () => {
        const indexes = await readRows(
            client,
            `SELECT i.name, i.tbl_name, group_concat(c.name, '_') AS columns
            FROM sqlite_schema AS i, pragma_index_info(i.name) AS c
            WHERE i.type = 'index' AND i.sql IS NOT NULL AND i.name LIKE 'idx%'
            GROUP BY i.name
            ORDER BY i.name`,
        );
        expect(indexes.length).toBeGreaterThanOrEqual(20);
        expect(indexes.map((index) => index.name)).toEqual(
            indexes.map((index) => `idx_${index.tbl_name}_${index.columns}`),
        );
    });

    test("has no index that an other one begins with, and none alone on a column of few values", async () => {
        const indexes = await readRows(
            client,
            `SELECT t.name AS owner, i.name, i.partial, group_concat(c.name, ',') AS columns
            FROM sqlite_schema AS t, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c
            WHERE t.type = 'table'
            GROUP BY i.name`,
        );
        const shadowed = indexes.filter((index) =>
            indexes.some((other) => other.owner === index.owner && `${other.columns}`.startsWith(`${index.columns},`)),
        );
        expect(shadowed).toEqual([]);

        const few = /^(status|difficulty|is_new|voice_suitable|\w*_type|category|event_source|action)$/;
        expect(indexes.filter((index) => few.test(String(index.columns)))).toEqual([]);
    });

    test("keeps exactly one row about who writes", async () => {
        expect(await readValue(client, "SELECT count(*) FROM history_writer")).toBe(1);
    });

    test("prepares every view and trigger", async () => {
        for (const view of await readRows(client, "SELECT name FROM sqlite_schema WHERE type = 'view'"))
            await client.execute(`SELECT * FROM ${view.name} LIMIT 0`);
        for (const table of TABLES) {
            await client.execute(`EXPLAIN INSERT INTO ${table} DEFAULT VALUES`);
            await client.execute(`EXPLAIN UPDATE ${table} SET id = id`);
            await client.execute(`EXPLAIN DELETE FROM ${table}`);
        }
    });
});
