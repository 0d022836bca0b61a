import { expect, test } from "vitest";
import { readTime } from "../../../app/console/time.ts";
import { findMonday } from "../../../src/console/growth/figures.ts";
import { insertRow } from "../../product/rows.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { now, openCountedConsole, toText } from "./consoles.ts";

describeTargets("the contents on the first page", (target) => {
    test("count what is there, what was added, and what needs attention, in one request", async () => {
        const database = await createDeployedDatabase(target);
        const { client } = database;
        const times = [
            "2026-11-28T10:00:00.000Z",
            "2026-11-22 10:00:00",
            "2026-11-21T10:00:00.000Z",
            "2025-01-01T10:00:00Z",
        ];
        for (const [at, created_at] of times.entries()) {
            await insertRow(client, "questions", {
                id: `q-${at}`,
                created_at,
                status: at === 3 ? "flagged" : "active",
            });
            await insertRow(client, "bot_ledger", { bot_name: `bot-${at % 2}`, created_at });
        }
        await client.execute("UPDATE questions SET last_updated = '2026-11-28T12:34:56.000Z' WHERE id = 'q-1'");
        await insertRow(client, "work_queue", { created_at: "2026-11-10T16:00:00.000Z" });
        await insertRow(client, "work_queue", {
            status: "failed",
            created_at: "2026-11-11T16:00:00.000Z",
            // The view counts by the clock of the database.
            processed_at: new Date().toISOString(),
        });
        await insertRow(client, "bot_runs", { status: "running", started_at: "2026-11-22T08:00:00.000Z" });
        await insertRow(client, "bot_runs", { status: "completed", started_at: "2026-11-27T08:00:00.000Z" });
        const console = await openCountedConsole(database);
        const page = await console.readOnce("/");
        const text = toText(page);
        expect(text).toMatch(/Questions 3 active, 1 flagged, 0 deleted 2 2026-11-28 12:34/);
        expect(page).toContain('<span class="warn">18 d</span>');
        expect(text).toMatch(/Queue 1 pending, oldest 18 d ; 0 in work; 1 failed in 24 h 0 \d{4}-\d\d-\d\d \d\d:\d\d/);
        expect(text).toMatch(/Runs 1 completed, 0 failed; 1 running for 6 d 2 2026-11-27 08:00/);
        expect(text).toMatch(/Ledger 4 actions by 2 bots 2 2026-11-28 10:00/);
        // The weeks begin on Mondays: the 23rd, and the 16th.
        expect(page).toContain(`Questions added each week: ${"0, ".repeat(14)}2, 1"`);
        console.close();
    });

    test("are left out where their tables are missing", async () => {
        const console = await openCountedConsole(await target.createDatabase());
        expect(toText(await console.readOnce("/"))).not.toContain("Contents");
        console.close();
    });
});

test.each([
    ["2026-11-28T16:00:00.000Z", "2026-11-23"],
    ["2026-11-23T00:00:00.000Z", "2026-11-23"],
    ["2026-11-22T23:59:59.999Z", "2026-11-16"],
    ["2026-01-01T00:00:00.000Z", "2025-12-29"],
])("the week of %s began on %s", (time, monday) => {
    expect(findMonday(time)).toBe(monday);
});

test("both stored forms of time are UTC", () => {
    expect(readTime("2026-11-28 16:00:00")).toBe(Date.parse(now));
    expect(readTime("2026-11-28T16:00:00.000Z")).toBe(Date.parse(now));
    expect(readTime("soon")).toBeUndefined();
    expect(readTime(null)).toBeUndefined();
});
