import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readErrors } from "../../../app/console/work/errors.ts";
import { describeDuration } from "../../../app/console/work/runs.tsx";
import { insertRow } from "../../product/rows.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { type CountedConsole, now, openCountedConsole, toText } from "./consoles.ts";

const fromElsewhere = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const daysAgo = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString();

describeTargets("the page of the work", (target) => {
    let database: TestDatabase;
    let console: CountedConsole;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        const { client } = database;
        await insertRow(client, "questions", { id: "q-parent" });
        const pending = (priority: number, days: number, values = {}): Promise<void> =>
            insertRow(client, "work_queue", {
                ...{ priority, created_at: daysAgo(20), run_after: daysAgo(days), item_id: `q-${priority}-${days}` },
                ...values,
            });
        await pending(5, 3);
        await pending(5, 4, { assigned_to: "processor" });
        await pending(2, 1, { item_id: "q-parent" });
        await pending(1, 0, { run_after: "2199-01-01T00:00:00.000Z" });
        await insertRow(client, "work_queue", {
            ...{ status: "processing", locked_by: "verifier@host/1/1", attempts: 1 },
            ...{ created_at: daysAgo(2), locked_until: "2199-01-01T00:00:00.000Z" },
        });
        await insertRow(client, "work_queue", {
            ...{ status: "processing", locked_by: "verifier@host/2/1", attempts: 2 },
            ...{ created_at: daysAgo(3), locked_until: daysAgo(2) },
        });
        await insertRow(client, "work_queue", {
            ...{ status: "failed", item_id: "q-removed", processed_at: daysAgo(0.5), attempts: 5 },
            result: JSON.stringify({ errors: ["the model was silent", "the model was slow"] }),
        });
        for (let n = 0; n < 40; n++) {
            const status = n === 38 ? "failed" : n === 39 ? "running" : "completed";
            await insertRow(client, "bot_runs", {
                ...{ bot_name: "verifier", status, started_at: daysAgo(45 - n), items_processed: 2 },
                ...(status === "failed"
                    ? { summary: '{"message":"failed at q-9","error":"the model was asleep"}' }
                    : {}),
                ...(status === "running"
                    ? {}
                    : { completed_at: new Date(Date.parse(daysAgo(45 - n)) + 141_000).toISOString() }),
            });
        }
        await client.execute(
            `INSERT INTO bot_ledger (bot_name, action, item_type, item_id, reason, created_at)
            SELECT iif(value % 3, 'verifier', 'processor'), iif(value % 2, 'verify', 'update'), 'question',
                iif(value % 10, 'q-parent', 'q-removed'), 'Action number ' || value || '.',
                strftime('%Y-%m-%dT%H:%M:%fZ', '2026-11-01', (value / 2) || ' minutes')
            FROM generate_series(1, 120)`,
        );
        console = await openCountedConsole(database);
    });
    afterAll(() => console.close());

    test("shows figures with ages, in one request", async () => {
        const text = toText(await console.readOnce("/work"));
        expect(text).toContain("pending 4 oldest 20 d , 2 urgent");
        expect(text).toMatch(/processing 2 oldest 3 d , 1 without a lease/);
        expect(text).toMatch(/failed 1 1 in 24 h , last 12 h ago/);
        expect(text).toContain("completed 0 none yet");
    });

    test("lists due jobs in the order in which bots claim them", async () => {
        const { claimable } = (await console.readJson("/work")) as { claimable: Record<string, unknown>[] };
        expect(claimable.map(({ item_id }) => item_id)).toEqual(["q-parent", "q-5-4", "q-5-3"]);
        const { rows } = await database.client.execute(
            `SELECT item_id FROM work_queue WHERE status = 'pending' AND run_after <= '${now}' ORDER BY priority, run_after`,
        );
        expect(claimable.map(({ item_id }) => item_id)).toEqual(rows.map(({ item_id }) => item_id));
        expect(toText(await console.read("/work"))).toContain("1 more wait for their time");
    });

    test("links questions that exist, and only those", async () => {
        const page = await console.read("/work");
        expect(page).toContain('href="/questions/q-parent"');
        expect(page).not.toContain('href="/questions/q-removed"');
        expect(toText(page)).toContain("q-removed removed");
    });

    test("marks leases that ended, and shows the latest error with the commands", async () => {
        const text = toText(await console.read("/work"));
        expect(text).toContain("until 2199-01-01 00:00");
        expect(text).toContain("ended 2 d ago");
        expect(text).toContain("the model was silent");
        expect(text).not.toContain("the model was slow");
        expect(text).toMatch(/pnpm bot:queue retry 7 pnpm bot:queue show 7/);
    });

    test("shows why the latest run that failed did, with its row", async () => {
        const page = await console.read("/work");
        const link = /href="(\/tables\/bot_runs\/row\?key=39)">the model was asleep</.exec(page)?.[1] ?? "";
        expect(toText(await console.read(link))).toContain("failed at q-9");
    });

    test("shows the last 30 runs of a bot with their figures", async () => {
        const page = await console.read("/work");
        expect(page).toContain('aria-label="28 completed, 1 failed, 1 running"');
        expect(toText(page)).toMatch(/verifier .*running for 6 d .* 40 96\.6% 2 min 21 s 60/);
    });

    test.each([
        ["", 120],
        ["bot=processor&", 40],
        ["action=verify&", 60],
        ["bot=verifier&action=update&", 40],
        ["item=q-removed&", 12],
        ["item=q-removed&bot=processor&", 4],
        ["item=q-removed&type=test&", 0],
    ])("shows the ledger filtered by '%s', the latest first and by key", async (query, count) => {
        const seen: number[] = [];
        let path = `/work?${query}`;
        for (let pages = 0; path !== "" && pages < 5; pages++) {
            const page = await console.readOnce(path);
            seen.push(...[...page.matchAll(/Action number (\d+)\./g)].map(([, number]) => Number(number)));
            path = (/href="([^"#]+)#ledger">Next 50/.exec(page)?.[1] ?? "").replaceAll("&amp;", "&");
        }
        expect(seen.length).toBe(count);
        expect(seen).toEqual([...seen].sort((one, other) => other - one));
    });

    test("is refreshed only by choice", async () => {
        expect(await console.read("/work")).not.toContain("data-refresh");
        const page = await console.read("/work?bot=verifier&refresh=10");
        expect(page).toContain('data-refresh="10"');
        expect(page).toContain('href="/work?bot=verifier">Stop');
        expect(page).toContain('<input type="hidden" name="refresh" value="10"/>');
        expect(page.replaceAll("&amp;", "&")).toMatch(/href="[^"]+&refresh=10#ledger">Next 50/);
        expect(await console.read("/work?refresh=0")).not.toContain("data-refresh");
        const other = await (await console.get("/work?refresh=10", fromElsewhere)).text();
        expect(other).not.toContain("data-refresh");
        expect(other).toContain('href="/work?refresh=10">Every 10 s');
    });

    test("shows a job with all its columns, errors and commands, in one request", async () => {
        const failed = toText(await console.readOnce("/work/7"));
        expect(failed).toContain("the model was silent latest the model was slow");
        expect(failed).toContain("pnpm bot:queue retry 7");
        expect(failed).toContain("Attempts 5 of 5");
        const pending = toText(await console.readOnce("/work/3"));
        expect(pending).toContain("How does a B-tree stay balanced?");
        expect(pending).toContain("pnpm bot:queue cancel 3");
        for (const id of ["99", "0", "x", "9".repeat(30)]) {
            const response = await console.get(`/work/${id}`);
            expect(response.status).toBe(404);
            expect(toText(await response.text())).toContain(`There is no job ‘${id}’`);
        }
    });
});

describe("the errors of a job", () => {
    test.each<[string, string | null, string[]]>([
        ["are those of its attempts", '{"errors":["b","a"]}', ["b", "a"]],
        ["are the one that older writers kept", '{"error":"a","attempts":3}', ["a"]],
        [
            "tell who cancelled it",
            '{"cancelled":true,"by":"operator","reason":"done by hand"}',
            ["cancelled by operator: done by hand"],
        ],
        ["are its text where it is not JSON", '{"errors', ['{"errors']],
        ["are JSON where they are no texts", '{"errors":[{"code":1}]}', ['{"code":1}']],
        ["are none without a result", null, []],
    ])("%s", (_, result, errors) => {
        expect(readErrors(result)).toEqual(errors);
    });
});

test.each([
    [1_500, "1.5 s"],
    [59_000, "59 s"],
    [141_000, "2 min 21 s"],
    [7_260_000, "2 h 01 min"],
])("%d ms are %s", (milliseconds, text) => {
    expect(describeDuration(milliseconds)).toBe(text);
});
