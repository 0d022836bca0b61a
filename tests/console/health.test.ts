import { beforeAll, beforeEach, expect, test } from "vitest";
import { consoleSite } from "../../site/screens.ts";
import { healthScreen } from "../../src/console/health/screen.tsx";
import { stateScreen } from "../../src/console/state/screen.tsx";
import { createBase } from "../doctor/bases.ts";
import { startProxy } from "../support/proxy.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { openTestConsole, type TestConsole } from "./consoles.ts";

const fromElsewhere = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
};

const line = { label: "Rows", path: "/", now: "1", week: 0, weeks: [0], last: null };
const screens = [stateScreen({ queries: async () => [], render: () => [line] }), healthScreen];

describeTargets("the health of a database", (target) => {
    let healthy: TestDatabase;
    let database: TestDatabase;
    let console: TestConsole;

    beforeAll(async () => {
        healthy = await createBase(target, "deployed");
    });
    beforeEach(async () => {
        database = await target.createCopy(healthy);
        console = openTestConsole(database, { site: { ...consoleSite, screens } });
        return () => {
            console.close();
            return database.close();
        };
    });

    test("is one request, and says that there is nothing to do", async () => {
        const page = await console.read("/health");
        expect(page).toMatch(/<span class="s ok">Nothing found by \d+ checks<\/span>/);
        expect(page).toMatch(/>1 request, \d+ statements in one transaction\./);
        expect(await console.read("/")).toContain("nothing found by");
    });

    test("shows what, how many, why, rows, the SQL and the remedy, the most severe first", async () => {
        await database.client.executeMultiple(`
            UPDATE learning_paths SET question_ids = '["q-1","q-8","<img src=x onerror=alert(1)>"]' WHERE id = 'p-1';
            UPDATE users SET password = 'a secret that nobody may see' WHERE id = 'u-1';
            UPDATE voice_sessions SET total_questions = 7;`);
        const page = await console.read("/health");
        expect(page).toContain('<span class="s bad">1 error, 2 warnings</span>');
        expect(page.indexOf("users-passwords.sql")).toBeLessThan(page.indexOf("learning-paths-questions.sql"));
        expect(page).toContain("The path shows a gap, and counts a question that cannot be answered.");
        expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
        expect(page).not.toContain("<img");
        expect(page).not.toContain("a secret that nobody");
        // Where nothing keeps the token from writing, the box is off.
        expect(page.includes("Open in the SQL box")).toBe(target.name === "file:");
        expect(await console.read("/")).toContain('<span class="s bad">1 error, 2 warnings</span>');
        if (target.name !== "file:") return;
        const link = /href="(\/sql\?sql=[^"]+)"/.exec(page)?.[1] ?? "";
        expect(new URL(link, "http://localhost").searchParams.get("sql")).toMatch(/^SELECT[\s\S]*;$/);
    });

    test("offers the command of a remedy to copy", async () => {
        await database.client.execute("UPDATE certifications SET question_count = 99 WHERE id = 'c-1'");
        expect(await console.read("/health")).toContain('<div class="cmd"><code>pnpm db:maintain</code></div>');
    });

    test("is examined deeply on a click of its own page alone", async () => {
        const page = await console.read("/health?deep=1");
        expect(page).toContain("Included in this examination.");
        expect(page).toMatch(/>2 requests, \d+ statements in 2 transactions\./);
        const response = await console.get("/health?deep=1", fromElsewhere);
        const other = await response.text();
        expect(response.status).toBe(200);
        expect(other).toContain("A link from elsewhere examines nothing");
        expect(other).toContain("The database was not asked.");
    });

    test("says so when the examination takes longer than a reader waits, and then shows it", async () => {
        if (target.name === "file:") return;
        let release = (): void => undefined;
        const held = new Promise<void>((resolve) => {
            release = resolve;
        });
        const proxy = await startProxy(database.url, { onRequest: () => held });
        const slow = openTestConsole(proxy, { site: { ...consoleSite, screens }, patience: 100 });
        try {
            const first = await slow.get("/health");
            expect(first.headers.get("refresh")).toBe("2; url=/health");
            expect(await first.text()).toContain("Examining");
            release();
            await slow.readJson("/health");
            expect(await slow.read("/health")).toMatch(/Nothing found by \d+ checks/);
            expect(proxy.requests).toBe(1);
        } finally {
            slow.close();
            await proxy.close();
        }
    });

    test("shows once what an examination failed at, and begins another when it is asked again", async () => {
        if (target.name === "file:") return;
        const proxy = await startProxy(database.url, {
            onRequest: (n) => (n === 1 ? { status: 403, body: '{"error":"no"}' } : undefined),
        });
        const other = openTestConsole(proxy, { site: { ...consoleSite, screens } });
        try {
            expect((await other.get("/health")).status).toBe(503);
            expect(await other.read("/health")).toMatch(/Nothing found by \d+ checks/);
        } finally {
            other.close();
            await proxy.close();
        }
    });
});
