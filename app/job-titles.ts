import { readFile } from "node:fs/promises";
import type { Connection } from "../src/database/connection.ts";

/** Channels and keywords of each job title: seeds/data/job-titles.json. */
export type JobTitles = Readonly<Record<string, { primary: string[]; secondary: string[]; keywords: string[] }>>;

/** Rows per request: takes far less than the 5 seconds after which a server may end a transaction. */
const rowsPerRequest = 1_000;

export async function readJobTitles(): Promise<JobTitles> {
    return JSON.parse(await readFile(new URL("../seeds/data/job-titles.json", import.meta.url), "utf8")) as JobTitles;
}

// A JSON object of scores by title: channel 40 or 20, sub-channel or tag 15, keywords 5 each up to 25.
const relevance = `(
    SELECT json_group_object(title.key, min(100,
        iif(questions.channel IN (SELECT value FROM json_each(title.value, '$.primary')), 40,
            iif(questions.channel IN (SELECT value FROM json_each(title.value, '$.secondary')), 20, 0))
        + iif(EXISTS (
            SELECT 1
            FROM (
                SELECT value FROM json_each(title.value, '$.primary')
                UNION SELECT value FROM json_each(title.value, '$.secondary')
            ) AS listed
            WHERE listed.value = questions.sub_channel
            OR listed.value IN (SELECT value FROM json_each(coalesce(questions.tags, '[]')))
        ), 15, 0)
        + min(25, 5 * (
            SELECT count(*) FROM json_each(title.value, '$.keywords') AS keyword
            WHERE instr(lower(questions.question || char(10) || questions.answer), keyword.value) > 0
        ))
    ))
    FROM json_each(?1) AS title
)`;

const levels = `(
    CASE questions.difficulty
        WHEN 'beginner' THEN '["entry"]'
        WHEN 'intermediate' THEN '["entry","mid"]'
        ELSE '["mid","senior","staff","principal"]'
    END
)`;

/**
 * Computes job_title_relevance and experience_level_tags where they are empty, or for every question with `force`.
 *
 * @returns the number of questions written
 */
export async function fillJobTitles(connection: Connection, titles: JobTitles, force: boolean): Promise<number> {
    const empty = "(job_title_relevance IS NULL OR experience_level_tags IS NULL)";
    const keep = (column: string, value: string): string => (force ? value : `coalesce(${column}, ${value})`);
    const sql = `
        UPDATE questions
        SET
            job_title_relevance = ${keep("job_title_relevance", relevance)},
            experience_level_tags = ${keep("experience_level_tags", levels)}
        WHERE id IN (
            SELECT id FROM questions WHERE id > ?2 AND ${force ? "true" : empty} ORDER BY id LIMIT ${rowsPerRequest}
        )
        RETURNING id`;
    let written = 0;
    for (let last = ""; ; ) {
        const [rows = []] = await connection.write([{ sql, args: [JSON.stringify(titles), last] }]);
        if (rows.length === 0) return written;
        written += rows.length;
        // Ordered like the database: by bytes, not by UTF-16 units.
        const ids = rows.map(({ id }) => Buffer.from(String(id))).sort(Buffer.compare);
        last = String(ids.at(-1) ?? last);
    }
}
