import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

interface PipelineReply {
    results: [{ response: { result: { rows_written: number } } }];
}

describeTargets("the rows written, which a hosted database bills", (target) => {
    let database: TestDatabase;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
    });

    /** Only a server counts them, and only its own protocol tells them. */
    async function countWritten(sql: string): Promise<number> {
        const response = await fetch(`${database.url}/v2/pipeline`, {
            method: "POST",
            body: JSON.stringify({ requests: [{ type: "execute", stmt: { sql } }, { type: "close" }] }),
        });
        const reply = (await response.json()) as PipelineReply;
        return reply.results[0].response.result.rows_written;
    }

    const insertQuestions = (prefix: string, answer = "a", verb = "INSERT") =>
        `${verb} INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
        WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 100)
        SELECT '${prefix}-' || n, 'q', '${answer}', 'e', 'beginner', 'c', 's' FROM counter WHERE TRUE`;

    test.skipIf(target.name === "file:")("are 12 for a new question with a mapping and its history", async () => {
        // One more in each statement is the counter of the ids that are numbers.
        expect(await countWritten(insertQuestions("q"))).toBe(100 * (6 + 3) + 1);
        const mappings =
            "INSERT OR IGNORE INTO channel_mappings (channel_id, sub_channel, question_id) SELECT 'c', 's', id FROM questions";
        expect(await countWritten(mappings)).toBe(100 * 3 + 1);
    });

    test.skipIf(target.name === "file:")(
        "are none for a plain insert beyond that, also after an ignored one",
        async () => {
            // Each ignored insert leaves a note about the question that it met; the next plain insert clears the last one.
            expect(await countWritten(insertQuestions("q", "other", "INSERT OR IGNORE"))).toBe(100);
            expect(await countWritten(insertQuestions("r"))).toBe(100 * (6 + 3) + 1 + 1);
            expect(await countWritten(insertQuestions("s"))).toBe(100 * (6 + 3) + 1);
        },
    );

    test.skipIf(target.name === "file:")(
        "are 14 for a replaced question that gives no times, and 11 when its content stayed the same",
        async () => {
            const replace = (answer: string) => insertQuestions("t", answer, "INSERT OR REPLACE");
            await countWritten(insertQuestions("t"));
            await countWritten("UPDATE questions SET created_at = '2024-01-01' WHERE id LIKE 't-%'");
            // The row with its indexes, the note two times, both times with an index each, the history and its counter.
            expect(await countWritten(replace("other"))).toBe(100 * (6 + 2 + 3 + 3) + 1);
            expect(await countWritten(replace("other"))).toBe(100 * (6 + 2 + 3));
        },
    );

    test.skipIf(target.name === "file:")("are one for a change of bookkeeping that is in no index", async () => {
        expect(await countWritten("UPDATE questions SET relevance_score = 5 WHERE id = 'q-1'")).toBe(1);
    });
});
