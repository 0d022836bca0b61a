import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { migrateJobTitles } from "../../app/migrate-job-titles.ts";
import { readQuestions } from "../seeds/bundled.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { migrateHere, type Ran, runHere } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyProject({ seeds: true });
const titles: Record<string, { primary: string[]; secondary: string[]; keywords: string[] }> = JSON.parse(
    readFileSync(new URL("../../seeds/data/job-titles.json", import.meta.url), "utf8"),
);
const { questions } = readQuestions();

type Question = (typeof questions)[number];

/** The promised score, by hand. */
function scoreOf({ channel, subChannel, tags, question, answer }: Question, title: string): number {
    const { primary = [], secondary = [], keywords = [] } = titles[title] ?? {};
    let score = 0;
    if (primary.includes(channel)) score += 40;
    else if (secondary.includes(channel)) score += 20;
    const listed = new Set([...primary, ...secondary]);
    if (listed.has(subChannel) || tags.some((tag) => listed.has(tag))) score += 15;
    const found = keywords.filter((word) => [question, answer].some((text) => text.toLowerCase().includes(word)));
    return Math.min(100, score + Math.min(25, found.length * 5));
}

const levels: Record<string, string[]> = {
    beginner: ["entry"],
    intermediate: ["entry", "mid"],
    advanced: ["mid", "senior", "staff", "principal"],
};

describeTargets("db:migrate:job-titles", (target) => {
    let database: TestDatabase;

    const run = (options = {}): Promise<Ran> =>
        runHere((context) => migrateJobTitles(context, options), { root, url: database.url, json: true });
    const readWritten = async (options = {}): Promise<unknown> => JSON.parse((await run(options)).stdout).written;
    const readScores = (): Promise<Record<string, unknown>[]> =>
        readRows(database.client, "SELECT id, job_title_relevance, experience_level_tags FROM questions ORDER BY id");

    beforeAll(async () => {
        database = await target.createDatabase();
        expect((await migrateHere({ root, url: database.url })).code).toBe(0);
    });

    test("scores every question for every title as promised, without history or a change of last_updated", async () => {
        const books = "SELECT id, last_updated FROM questions ORDER BY id";
        const [updated, events] = [
            await readRows(database.client, books),
            await readRows(database.client, "SELECT * FROM question_history ORDER BY id"),
        ];
        expect(await readWritten()).toBe(questions.length);
        const byId = new Map(questions.map((question) => [question.id, question]));
        const names = Object.keys(titles).sort();
        expect(names).toHaveLength(8);
        let positive = 0;
        for (const { id, job_title_relevance, experience_level_tags } of await readScores()) {
            const question = byId.get(String(id));
            if (!question) throw new Error(`${id} is no bundled question`);
            const scores = JSON.parse(String(job_title_relevance));
            expect(Object.keys(scores).sort()).toEqual(names);
            for (const title of names) expect(scores[title], `${id} for ${title}`).toBe(scoreOf(question, title));
            if (Math.max(...Object.values<number>(scores)) > 0) positive++;
            expect(JSON.parse(String(experience_level_tags))).toEqual(levels[question.difficulty]);
        }
        expect(positive / questions.length).toBeGreaterThan(0.9);
        expect(await readRows(database.client, books)).toEqual(updated);
        expect(await readRows(database.client, "SELECT * FROM question_history ORDER BY id")).toEqual(events);
    });

    test("fills only what is empty, keeps what is there, and does nothing when all is there", async () => {
        const wanted = await readScores();
        const before = await hashContents(database.client);
        expect(await readWritten()).toBe(0);
        expect(await hashContents(database.client)).toBe(before);
        const [one, two, three] = questions.map(({ id }) => id).sort();
        await database.client.executeMultiple(`
            UPDATE questions SET job_title_relevance = NULL WHERE id = '${one}';
            UPDATE questions SET experience_level_tags = NULL, job_title_relevance = '{"sre":1}' WHERE id = '${two}';
            UPDATE questions SET experience_level_tags = '["mid"]', job_title_relevance = '{}' WHERE id = '${three}';`);
        expect(await readWritten()).toBe(2);
        const [first, second, third] = await readScores();
        expect(first).toEqual(wanted[0]);
        expect(second).toEqual({ ...wanted[1], job_title_relevance: '{"sre":1}' });
        expect(third).toEqual({ id: three, job_title_relevance: "{}", experience_level_tags: '["mid"]' });
        expect(await readWritten({ force: true })).toBe(questions.length);
        expect(await readScores()).toEqual(wanted);
    });

    test("finds a keyword in the question or in the answer, never across both", async () => {
        const keyword = Object.values(titles)
            .flatMap(({ keywords }) => keywords)
            .find((word) => /^\w+ \w+$/.test(word));
        const [head, tail] = String(keyword).split(" ");
        const { client } = database;
        await client.execute({
            sql: `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                VALUES ('across', ?, ?, 'It is cut in two.', 'beginner', 'nowhere', '')`,
            args: [String(head), String(tail)],
        });
        await run();
        const best =
            "SELECT max(json_each.value) FROM questions, json_each(job_title_relevance) WHERE questions.id = 'across'";
        const split = {
            channel: "nowhere",
            subChannel: "",
            tags: [],
            question: head,
            answer: tail,
        } as unknown as Question;
        const expected = Math.max(...Object.keys(titles).map((title) => scoreOf(split, title)));
        expect(await readValue(client, best)).toBe(expected);
    });
});
