import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertRow } from "../../product/rows.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { deployWell } from "../../support/deploying.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { type CountedConsole, openCountedConsole, toText } from "./consoles.ts";

const evil = '<img src=x onerror="alert(1)">';

describeTargets("the list of questions", (target) => {
    let database: TestDatabase;
    let console: CountedConsole;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        for (let n = 1; n <= 60; n++) {
            await insertRow(database.client, "questions", {
                id: `q-${String(n).padStart(2, "0")}`,
                question: `Question ${n}: what does the replica see?`,
                channel: n % 2 ? "database" : "system-design",
                difficulty: n === 7 ? "advanced" : "beginner",
                status: n === 9 ? "flagged" : "active",
                ...(n === 11 ? { answer: "It is 100% of what_ever the log says." } : {}),
            });
        }
        await insertRow(database.client, "channel_mappings", { channel_id: "database", question_id: "q-02" });
        console = await openCountedConsole(database);
    });
    afterAll(() => console.close());

    test("is read 50 at a time, by key and in one request, and never says how many there are in all", async () => {
        const first = await console.readOnce("/questions");
        expect(toText(first)).toContain("50 questions on this page, by id.");
        expect(first).toContain('href="/questions/q-50"');
        expect(first).not.toContain('href="/questions/q-51"');
        const [, next = ""] = /href="([^"]+)">Next 50/.exec(first) ?? [];
        const second = await console.readOnce(next.replaceAll("&amp;", "&"));
        expect(toText(second)).toContain("10 questions on this page, by id.");
        expect(second).not.toContain("Next 50");
    });

    test.each([
        ["channel=database&status=active&difficulty=beginner", 29],
        ["difficulty=advanced", 1],
        ["status=flagged", 1],
        ["status=no-such-status&difficulty=advanced", 1],
        ["channel=there-is-none", 0],
    ])("is filtered by %s", async (query, count) => {
        const { rows } = (await console.readJson(`/questions?${query}`)) as { rows: unknown[] };
        expect(rows.length).toBe(count);
    });

    test("is searched without the full text, and says so; wildcards are taken as they are", async () => {
        const page = toText(await console.readOnce("/questions?q=100%25%20of%20what_"));
        expect(page).toContain("1 question with ‘100% of what_’ in id, question, answer or tags");
        expect(page).toContain("The full text is not installed; pnpm vector:init installs it.");
        if (target.name === "sqld") expect(page).toMatch(/one by one: read \d+ rows/);
        expect(toText(await console.readOnce("/questions?q=1000%25"))).toContain("No question matches.");
        expect(toText(await console.readOnce("/questions?q=q-42"))).toContain(
            "Question 42: what does the replica see?",
        );
    });

    test("is searched with the full text where it is installed, and corrects words", async () => {
        const installed = await target.createCopy(database);
        await deployWell(root, installed, { sets: ["search"] });
        const searching = await openCountedConsole(installed);
        const found = toText(await searching.readOnce("/questions?q=replika"));
        expect(found).toContain("The 50 best active questions, the best first, by the full text.");
        expect(found).toContain("Searched for ‘replica’ for ‘replika’.");
        expect(toText(await searching.readOnce("/questions?q=q-42"))).toContain("Question 42: what does");
        expect(toText(await searching.readOnce("/questions?q=replica&status=flagged"))).toContain("1 question with");
        expect(toText(await searching.readOnce("/questions?q=%22)%20OR%20%3F"))).toContain("No question matches");
        searching.close();
    });
});

describeTargets("the page of a question", (target) => {
    let database: TestDatabase;
    let console: CountedConsole;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        const { client } = database;
        await insertRow(client, "questions", { id: "q-1", answer: "It splits full nodes in two." });
        await insertRow(client, "questions", { id: "q-2" });
        await insertRow(client, "channel_mappings", { question_id: "q-1" });
        await insertRow(client, "question_relationships", { source_question_id: "q-2", target_question_id: "q-1" });
        await insertRow(client, "work_queue", { item_id: "q-1", reason: evil });
        await insertRow(client, "bot_ledger", { item_id: "q-1", reason: evil });
        await client.execute("UPDATE questions SET answer = 'It splits full nodes in half.' WHERE id = 'q-1'");
        await client.execute("DELETE FROM question_relationships WHERE source_question_id = 'q-1'");
        await insertRow(client, "questions", { id: "q/gone ?" });
        await client.execute("DELETE FROM questions WHERE id = 'q/gone ?'");
        console = await openCountedConsole(database);
    });
    afterAll(() => console.close());

    test("shows what belongs to it and what changed, in one request", async () => {
        const page = await console.readOnce("/questions/q-1");
        expect(page).toContain("It splits full nodes in <del>two</del><ins>half</ins>.");
        const text = toText(page);
        expect(text).toContain("Updated source unknown");
        expect(text).toContain("database / indexing primary");
        expect(text).toContain("related from q-2");
        expect(text).toMatch(/improve pending #\d+/);
        expect(text).toContain("verify by verifier");
    });

    test("shows the numbers of a JSON column as they are stored, in the row, its history and a job", async () => {
        const { client } = database;
        await insertRow(client, "questions", { id: "q-exact", tags: '["b-tree"]' });
        const exact = '{"id":9007199254740993,"share":1.0}';
        const given = { question_id: "q-exact", event_type: "updated", event_source: "bot", after_snapshot: exact };
        await insertRow(client, "question_history", given);
        const job = { item_id: "q-exact", status: "completed", processed_at: "2026-11-01T00:00:00.000Z" };
        await insertRow(client, "work_queue", { ...job, result: exact });
        const { rows } = await client.execute("SELECT max(id) AS id FROM question_history");
        for (const path of [
            "/questions/q-exact",
            `/tables/question_history/row?key=${rows[0]?.id}`,
            `/work/${(await client.execute("SELECT max(id) AS id FROM work_queue")).rows[0]?.id}`,
        ]) {
            const text = toText(await console.read(path));
            expect([path, text]).toEqual([path, expect.stringContaining("9007199254740993")]);
            expect([path, text]).toEqual([path, expect.stringContaining("1.0")]);
        }
    });

    test("still shows the history of a question whose row is gone", async () => {
        const page = await console.readOnce(`/questions/${encodeURIComponent("q/gone ?")}`);
        expect(toText(page)).toContain(
            "The question ‘q/gone ?’ was removed Its row is gone. What happened to it before is below.",
        );
        expect(toText(page)).toContain("Deleted source unknown");
        expect(page).toMatch(/The \d+ values before it was removed/);
        expect(page).toContain("A full node is split in two, and its middle key moves up.");
    });

    test("says that there is none where there is none", async () => {
        const response = await console.get("/questions/q-none");
        expect(response.status).toBe(404);
        expect(toText(await response.text())).toContain("There is no question ‘q-none’");
    });

    test("shows at most 50 events, and the older ones by key", async () => {
        const { client } = database;
        await insertRow(client, "questions", { id: "q-many" });
        await client.execute("DELETE FROM question_history WHERE question_id = 'q-many'");
        // Two events of each moment.
        await client.execute(
            `INSERT INTO question_history (question_id, event_type, event_source, source_name, changes_summary, created_at)
            SELECT 'q-many', 'verified', 'bot', 'verifier', 'Event number ' || value || '.',
                strftime('%Y-%m-%dT%H:%M:%fZ', '2026-01-01', (value / 2) || ' minutes')
            FROM generate_series(1, 120)`,
        );
        const seen: number[] = [];
        let path = "/questions/q-many";
        for (let pages = 0; pages < 3; pages++) {
            const page = await console.readOnce(path);
            seen.push(...[...page.matchAll(/Event number (\d+)\./g)].map(([, number]) => Number(number)));
            path = (/href="([^"#]+\?before=[^"#]+)#history">Older/.exec(page)?.[1] ?? "").replaceAll("&amp;", "&");
        }
        expect(path).toBe("");
        expect(await console.read("/questions/q-many?before=2026-01-01~99999999999999999999")).toContain(
            "Event number 120.",
        );
        expect(seen).toEqual(Array.from({ length: 120 }, (_, at) => 120 - at));
    });

    test("shows markup in any column as text", async () => {
        const { client } = database;
        const columns = [
            "question",
            "answer",
            "explanation",
            "diagram",
            "channel",
            "sub_channel",
            "source_url",
            "eli5",
            "tldr",
        ];
        const texts = Object.fromEntries(columns.map((column) => [column, evil]));
        const list = JSON.stringify([evil]);
        const lists = { tags: list, companies: list, voice_keywords: list, experience_level_tags: list };
        await insertRow(client, "questions", {
            id: evil,
            ...texts,
            ...lists,
            videos: JSON.stringify({ shortVideo: evil }),
        });
        await insertRow(client, "questions", { id: "q-plain" });
        await insertRow(client, "channel_mappings", { question_id: evil, channel_id: evil, sub_channel: evil });
        await insertRow(client, "question_history", {
            ...{ question_id: evil, event_type: "updated", event_source: "user", source_name: evil, reason: evil },
            ...{ changes_summary: evil, changed_fields: JSON.stringify([evil]), metadata: JSON.stringify({ evil }) },
            ...{ before_snapshot: JSON.stringify({ [evil]: evil }), after_snapshot: JSON.stringify({ [evil]: "b" }) },
            created_at: evil,
        });
        const ids = { item_id: evil, reason: evil, created_at: evil };
        await insertRow(client, "work_queue", {
            ...{ ...ids, assigned_to: evil, created_by: evil, status: "failed", locked_by: evil },
            result: JSON.stringify({ errors: [evil] }),
        });
        await insertRow(client, "bot_ledger", { ...ids, bot_name: evil });
        await insertRow(client, "bot_runs", { bot_name: evil, started_at: evil });
        const { rows } = await client.execute("SELECT max(id) AS id FROM work_queue");
        const question = encodeURIComponent(evil);
        const pages = [
            ...["/", "/questions", `/questions?q=${question}&channel=${question}&after=${question}`],
            ...[`/questions/${question}`, `/questions/q-plain?before=${question}~1`],
            ...["/work", `/work?bot=${question}&action=${question}&item=${question}&after=${question}~1`],
            `/work/${rows[0]?.id}`,
        ];
        for (const path of pages) {
            const response = await console.get(path);
            const html = await response.text();
            expect(html, path).toContain("</html>");
            expect(html, path).not.toContain("<img");
        }
        expect(await console.read(`/questions/${question}`)).toContain("&lt;img src=x onerror=");
    });

    test.skipIf(target.name === "sqld")("shows broken JSON as text, and says so", async () => {
        const { client } = database;
        await insertRow(client, "questions", { id: "q-broken" });
        await client.batch([
            "PRAGMA ignore_check_constraints = ON",
            `INSERT INTO question_history (question_id, event_type, event_source, before_snapshot, after_snapshot, changed_fields)
            VALUES ('q-broken', 'updated', 'user', '{"answer": "A full', '{"answer": "B"}', '["answer')`,
            `INSERT INTO work_queue (item_type, item_id, action, status, result)
            VALUES ('question', 'q-broken', 'improve', 'failed', '{"errors": ["no')`,
            "UPDATE questions SET tags = '[\"a' WHERE id = 'q-broken'",
            "PRAGMA ignore_check_constraints = OFF",
        ]);
        const page = await console.readOnce("/questions/q-broken");
        expect(toText(page)).toContain("before_snapshot is not valid JSON; this is its text");
        expect(page).toContain("{&quot;answer&quot;: &quot;A full");
        expect(page).toContain("[&quot;a");
        expect(toText(await console.readOnce("/work"))).toContain('{"errors": ["no');
    });
});

describe("without data", () => {
    describeTargets("the pages of content", (target) => {
        test("say what is missing and the next step", async () => {
            const console = await openCountedConsole(await createDeployedDatabase(target));
            expect(toText(await console.readOnce("/"))).toContain("none yet; pnpm db:seed loads the bundled ones");
            expect(toText(await console.readOnce("/questions"))).toContain("There are no questions yet. pnpm db:seed");
            expect(toText(await console.readOnce("/work"))).toContain("No bot has run yet");
            console.close();
        });

        test("name the command where nothing is deployed", async () => {
            const console = await openCountedConsole(await target.createDatabase());
            for (const path of ["/questions", "/questions/q-1", "/work", "/work/1"]) {
                const text = await (await console.get(path)).text();
                expect(toText(text), path).toContain("pnpm db:migrate");
            }
            console.close();
        });
    });
});
