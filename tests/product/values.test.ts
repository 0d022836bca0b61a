import type { Client } from "@libsql/client";
import { beforeAll, describe, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { insertRow, readRefusal, readValue, renderInsert, type Values } from "./rows.ts";

const ITEM_TYPES = ["question", "challenge", "test", "blog", "certification", "voice_session", "flashcard"];
const LEVELS = ["beginner", "intermediate", "advanced"];
const SHELF = ["active", "draft", "archived"];

/** Every column of a fixed set of words. */
const WORDS: Record<string, string[]> = {
    "questions.difficulty": LEVELS,
    "questions.status": ["active", "flagged", "deleted"],
    "work_queue.item_type": ITEM_TYPES,
    "work_queue.status": ["pending", "processing", "completed", "failed"],
    "bot_ledger.item_type": ITEM_TYPES,
    "bot_runs.status": ["running", "completed", "failed"],
    "question_relationships.relationship_type": ["prerequisite", "follow_up", "related", "deeper_dive"],
    "question_history.question_type": ["question", "test", "coding"],
    "question_history.event_type": [
        "created",
        "updated",
        "improved",
        "flagged",
        "verified",
        "enriched",
        "deleted",
        "restored",
    ],
    "question_history.event_source": ["bot", "user", "system", "import"],
    "certifications.difficulty": [...LEVELS, "expert"],
    "certifications.category": ["cloud", "devops", "security", "data", "ai", "development", "management"],
    "certifications.status": SHELF,
    "learning_paths.difficulty": LEVELS,
    "learning_paths.path_type": ["company", "job-title", "skill", "certification"],
    "learning_paths.status": SHELF,
    "voice_sessions.difficulty": LEVELS,
    "user_sessions.session_type": ["test", "voice-interview", "certification", "channel", "training"],
    "user_sessions.status": ["active", "completed", "abandoned"],
};

const PERCENT: [number, number] = [0, 100];
const COUNT: [number, undefined] = [0, undefined];

/** Every column of whole numbers with its lowest and highest value. */
const RANGES: Record<string, [number, number | undefined]> = {
    "questions.relevance_score": PERCENT,
    "questions.voice_suitable": [0, 1],
    "questions.is_new": [0, 1],
    "work_queue.priority": [1, 10],
    "bot_runs.items_processed": COUNT,
    "bot_runs.items_created": COUNT,
    "bot_runs.items_updated": COUNT,
    "bot_runs.items_deleted": COUNT,
    "question_relationships.strength": PERCENT,
    "certifications.estimated_hours": COUNT,
    "certifications.question_count": COUNT,
    "certifications.passing_score": PERCENT,
    "certifications.exam_duration": COUNT,
    "learning_paths.estimated_hours": COUNT,
    "learning_paths.popularity": COUNT,
    "learning_paths.completion_rate": PERCENT,
    "learning_paths.average_rating": PERCENT,
    "voice_sessions.total_questions": COUNT,
    "voice_sessions.estimated_minutes": COUNT,
    "user_sessions.progress": PERCENT,
    "user_sessions.total_items": COUNT,
    "user_sessions.completed_items": COUNT,
};

/** What names or groups a thing, and so is never empty. */
const NEVER_EMPTY = [
    "users.id",
    "users.username",
    "users.password",
    "questions.id",
    "questions.question",
    "questions.channel",
    "channel_mappings.channel_id",
    "work_queue.item_id",
    "bot_ledger.bot_name",
    "bot_ledger.item_id",
    "bot_runs.bot_name",
    "question_history.question_id",
    "certifications.id",
    "certifications.name",
    "learning_paths.id",
    "learning_paths.title",
    "voice_sessions.id",
    "voice_sessions.topic",
    "voice_sessions.channel",
    "user_sessions.id",
    "user_sessions.session_key",
];

describeTargets("the values of the columns", (target) => {
    let client: Client;
    let rows = 0;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
        for (const id of ["q-parent", "q-other"]) await insertRow(client, "questions", { id });
    });

    /** A row of its own each time: ids and unique columns count up. */
    function fresh(table: string, values: Values): Values {
        rows++;
        const unique: Record<string, Values> = {
            users: { username: `user-${rows}` },
            channel_mappings: { sub_channel: `part-${rows}` },
            certifications: { id: `certification-${rows}` },
            learning_paths: { id: `path-${rows}` },
            voice_sessions: { id: `voice-${rows}` },
        };
        return { ...unique[table], ...values };
    }

    async function expectAccepted(column: string, value: string | bigint): Promise<void> {
        const [table = "", name = ""] = column.split(".");
        // The next relationship is of the same two questions.
        if (table === "question_relationships") await client.execute(`DELETE FROM ${table}`);
        const before = Number(await readValue(client, `SELECT count(*) FROM ${table} WHERE ${name} = ?`, [value]));
        await insertRow(client, table, fresh(table, { [name]: value }));
        expect(await readValue(client, `SELECT count(*) FROM ${table} WHERE ${name} = ?`, [value])).toBe(before + 1);
    }

    async function expectRefused(column: string, value: string | bigint, rule: string): Promise<void> {
        const [table = "", name = ""] = column.split(".");
        const before = await readValue(client, `SELECT count(*) FROM ${table}`);
        const { sql, args } = renderInsert(table, fresh(table, { [name]: value }));
        expect(await readRefusal(client, sql, args)).toMatch(new RegExp(`CHECK constraint failed: ${rule}$`));
        expect(await readValue(client, `SELECT count(*) FROM ${table}`)).toBe(before);
    }

    describe("fixed words", () => {
        test.each(Object.entries(WORDS))("takes for `%s` the documented words and no other", async (column, words) => {
            for (const word of words) await expectAccepted(column, word);
            for (const other of ["nonsense", "", (words[0] ?? "").toUpperCase()])
                await expectRefused(column, other, `${column.replace(".", "_")}_is_known`);
        });
    });

    test.each(["work_queue.action", "bot_ledger.action"])(
        "takes for `%s` any word of small letters, digits and underscores",
        async (column) => {
            const rule = `${column.replace(".", "_")}_is_lower_case_letters_digits_and_underscores`;
            for (const action of ["improve", "delete", "verify", "enrich", "placeholder_content", "queued", "step2"])
                await expectAccepted(column, action);
            for (const action of ["", "Improve", "improve!", "two words"]) await expectRefused(column, action, rule);
        },
    );

    test("refuses a second relationship of the same kind, and one of a question to itself", async () => {
        await expectAccepted("question_relationships.relationship_type", "related");
        const { sql, args } = renderInsert("question_relationships");
        expect(await readRefusal(client, sql, args)).toMatch("UNIQUE constraint failed: question_relationships");
        await expectRefused(
            "question_relationships.target_question_id",
            "q-parent",
            "question_relationships_target_is_another_question",
        );
    });

    describe("whole numbers", () => {
        test.each(Object.entries(RANGES))("keeps `%s` in its range", async (column, [lowest, highest]) => {
            const name = column.replace(".", "_");
            const between = lowest === 0 && highest === 1 ? "0_or_1" : `between_${lowest}_and_${highest}`;
            const rule = `${name}_is_${highest === undefined ? "not_negative" : between}`;
            await expectAccepted(column, BigInt(lowest));
            await expectAccepted(column, BigInt(highest ?? 1_000_000));
            await expectRefused(column, BigInt(lowest - 1), rule);
            if (highest !== undefined) await expectRefused(column, BigInt(highest + 1), rule);
        });

        test("refuses a text where a number belongs", async () => {
            const { sql, args } = renderInsert("work_queue", { priority: "high" });
            expect(await readRefusal(client, sql, args)).toMatch(
                "cannot store TEXT value in INTEGER column work_queue.priority",
            );
        });
    });

    test.each(NEVER_EMPTY)("refuses an empty `%s`", async (column) => {
        await expectRefused(column, "", `${column.replace(".", "_")}_is_not_empty`);
    });

    test("takes an answer and an explanation that are still to be written, and a question of the channel as a whole", async () => {
        for (const column of ["answer", "explanation", "sub_channel"]) await expectAccepted(`questions.${column}`, "");
    });
});
