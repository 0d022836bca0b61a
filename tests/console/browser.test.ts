import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleSite } from "../../site/screens.ts";
import { findBrowser, openBrowser } from "../../src/console/pictures/browser.ts";
import { tell } from "../support/snapshot.ts";
import { describeTarget } from "../support/targets.ts";
import { createFilledDatabase } from "./contents.ts";
import { listKinds } from "./crawling.ts";
import { linkProject, type RunningConsole, startConsole } from "./running.ts";
import { examine, inspect, noFindings } from "./visiting.ts";

const chosen = process.env.CHROME_PATH;
const isHere = findBrowser(chosen) !== undefined;
const title = isHere
    ? "the console in Chromium"
    : "the console in a browser (no Chromium here: install it or set CHROME_PATH)";

describe.skipIf(!isHere)(title, () => {
    describeTarget("file:", (target) => {
        let console: RunningConsole;
        let browser: Browser;
        let pages: string[];
        const found = noFindings();
        const stranger = createServer((request, response) => {
            const { searchParams } = new URL(request.url ?? "/", "http://other.example");
            response.setHeader("content-type", "text/html");
            response.end(`<!doctype html><title>Other</title>${searchParams.get("html") ?? ""}`);
        });

        beforeAll(async () => {
            const database = await createFilledDatabase(target);
            database.client.close();
            console = await startConsole({ cwd: linkProject(), env: { TURSO_DATABASE_URL: database.url } });
            await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
            const rules = ["evil.example", "other.example"].map((name) => `MAP ${name} 127.0.0.1`).join(", ");
            browser = await openBrowser(chosen, { args: [`--host-resolver-rules=${rules}`] });
            pages = await listKinds(console.url, 12);
            const started = performance.now();
            const waiting = [...pages];
            const work = async (): Promise<void> => {
                for (let path = waiting.shift(); path !== undefined; path = waiting.shift())
                    await inspect(browser, console.url, path, found);
            };
            await Promise.all([work(), work()]);
            tell(
                `${pages.length} pages in ${Math.round((performance.now() - started) / 1_000)} s: ${pages.join(" ").slice(0, 600)}`,
            );
        }, 300_000);

        afterAll(async () => {
            await browser?.close();
            stranger.close();
            console?.kill("SIGKILL");
            await console?.result;
        });

        async function withPage<T>(body: (page: Page) => Promise<T>): Promise<T> {
            const page = await browser.newPage();
            return body(page).finally(() => page.close());
        }

        const foreignPage = (html: string): string =>
            `http://other.example:${(stranger.address() as AddressInfo).port}/?html=${encodeURIComponent(html)}`;

        test("shows every screen", () => {
            expect(pages).toEqual(expect.arrayContaining(consoleSite.screens.map(({ path }) => path)));
        });
        test("has no barrier that axe finds, dark at 360 px and light at 1,280 px", () => {
            expect(found.accessibility).toEqual([]);
        });
        test("reports no error and no violation of its content security policy", () => {
            expect(found.errors).toEqual([]);
        });
        test("asks no other site for anything", () => expect(found.strangers).toEqual([]));
        test("never scrolls sideways as a whole", () => expect(found.wide).toEqual([]));
        test("writes nothing smaller than 11 px on a window of 1,600", () => expect(found.small).toEqual([]));
        test("has the same text without script", () => expect(found.scriptless).toEqual([]));
        test("shows where the keyboard is", () => expect(found.unfocused).toEqual([]));

        test("shows every screen with script switched off", async () => {
            const context = await browser.newContext({ javaScriptEnabled: false });
            const page = await context.newPage();
            for (const { path } of consoleSite.screens) {
                await page.goto(`${console.url}${path}`);
                expect([path, await page.locator("main h1").isVisible()]).toEqual([path, true]);
            }
            await context.close();
        });

        test("is reached by keyboard: the skip link first, and / for the search", async () => {
            await withPage(async (page) => {
                await page.goto(console.url);
                await page.keyboard.press("Tab");
                const skip = page.locator(":focus");
                expect(await skip.textContent()).toBe("Skip to content");
                expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
                await page.keyboard.press("Enter");
                expect(await page.locator(":focus").getAttribute("id")).toBe("main");
                await page.keyboard.press("/");
                expect(await page.locator(":focus").getAttribute("id")).toBe("q");
                await page.keyboard.type("a/b");
                expect(await page.locator("#q").inputValue()).toBe("a/b");
            });
        });

        test("leads the keyboard to every link, field and button of a page", async () => {
            await withPage(async (page) => {
                await page.goto(console.url);
                const all = await examine<number>(page, "countFocusable()");
                let reached = 0;
                for (let at = 0; at < all; at++) {
                    await page.keyboard.press("Tab");
                    reached = await examine<number>(page, "countReached()");
                }
                expect(reached).toBe(all);
            });
        });

        test("keeps the contrast of its colours, text 4.5 and lines 3, in both schemes", async () => {
            await withPage(async (page) => {
                for (const colorScheme of ["light", "dark"] as const) {
                    await page.emulateMedia({ colorScheme });
                    await page.goto(console.url);
                    const contrast = async (front: string, back: string): Promise<number> => {
                        const one = await examine<number>(page, `luminance("${front}")`);
                        const other = await examine<number>(page, `luminance("${back}")`);
                        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
                    };
                    const pairs: [string, string, number][] = [
                        ...["fg", "mut", "acc", "ok", "warn", "bad"].flatMap((name): [string, string, number][] => [
                            [name, "bg", 4.5],
                            [name, "sub", 4.5],
                        ]),
                        ["fg", "ins", 4.5],
                        ["fg", "del", 4.5],
                        ["edge", "bg", 3],
                        ["edge", "sub", 3],
                    ];
                    for (const [front, back, least] of pairs) {
                        const ratio = await contrast(front, back);
                        expect(ratio, `${front} on ${back}, ${colorScheme}`).toBeGreaterThanOrEqual(least);
                    }
                }
            });
        });

        test("is refused under a name that somebody else resolves to this machine", async () => {
            await withPage(async (page) => {
                const response = await page.goto(`http://evil.example:${console.port}/`);
                expect(response?.status()).toBe(421);
                expect(await page.locator("body").textContent()).not.toContain("Database");
            });
        });

        test("opens from a link on another site, and runs nothing for it", async () => {
            const path = `/sql?run=1&sql=${encodeURIComponent("SELECT 6 * 7000 + 1 AS answer")}`;
            await withPage(async (page) => {
                await page.goto(foreignPage(`<a href="${console.url}${path}">a</a><a href="${console.url}/">b</a>`));
                await page.getByText("b", { exact: true }).click();
                await page.waitForURL(`${console.url}/`);
                expect(await page.locator("h1").textContent()).toContain("Up to date");
                await page.goBack();
                await page.getByText("a", { exact: true }).click();
                await page.waitForURL(`${console.url}${path}`);
                expect(await page.locator("body").textContent()).not.toContain("42001");
            });
        });

        test.runIf(consoleSite.screens.some((screen) => screen.path === "/sql"))(
            "runs SQL when its own button is pressed",
            async () => {
                await withPage(async (page) => {
                    await page.goto(`${console.url}/sql`);
                    await page.locator("main textarea").fill("SELECT 6 * 7000 + 1 AS answer");
                    await page.locator("main form button:not([type=button])").first().click();
                    await page.getByText("42001", { exact: true }).first().waitFor();
                });
            },
        );

        test("cannot be framed, fetched or loaded by another site", async () => {
            await withPage(async (page) => {
                const statuses: number[] = [];
                page.on("response", (response) => {
                    if (response.url().startsWith(console.url)) statuses.push(response.status());
                });
                const { url } = console;
                await page.goto(
                    foreignPage(
                        `<iframe src="${url}/"></iframe><img src="${url}/"><script src="${url}/public/app.js"></script>`,
                    ),
                    { waitUntil: "load" },
                );
                const [frame] = page.frames().filter((one) => one !== page.mainFrame());
                expect(await frame?.content().catch(() => "")).not.toContain("Up to date");
                const fetched = await examine<string[]>(page, `fetchAll("${url}/?as=json")`);
                expect(fetched.filter((text) => !/^(refused|opaque )$/.test(text))).toEqual([]);
                expect(statuses.filter((status) => status < 400)).toEqual([]);
            });
        });
    });
});
