import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleSite } from "../../../site/screens.ts";
import { listenOnLoopback } from "../../../src/console/listen.ts";
import { readPublicFile } from "../../../src/console/public.ts";
import { openReader } from "../../../src/console/serve.ts";
import { createConsole } from "../../../src/console/server.tsx";
import { parseTarget } from "../../../src/database/target.ts";
import { fillVolumes, readVolumes } from "../../../src/queries/volumes.ts";
import { deployInto, openTestConnection, root } from "../../support/deployed.ts";
import { makeFolder } from "../../support/project.ts";

const now = "2026-11-29T10:00:00.000Z";
const paths = [process.env.CHROME_PATH ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = paths.find((path) => path !== "" && existsSync(path));

test("all scripts together are at most 40 KB in transfer", async () => {
    const own = readdirSync(new URL("../../../src/console/public/", import.meta.url));
    const scripts = [...own.filter((name) => name.endsWith(".js")), "uplot.js"];
    const sizes = await Promise.all(scripts.map(async (name) => (await readPublicFile(name))?.body ?? ""));
    expect(sizes.every((body) => body !== "")).toBe(true);
    expect(sizes.reduce((sum, body) => sum + gzipSync(body).length, 0)).toBeLessThanOrEqual(40_000);
    const script = readFileSync(new URL("../../../src/console/public/charts.js", import.meta.url), "utf8");
    expect(script).not.toMatch(/innerHTML|eval\(|setAttribute\("style"/);
});

describe.skipIf(executablePath === undefined)("the charts in a browser", () => {
    let browser: Browser;
    let url: string;
    let stop: () => void;

    beforeAll(async () => {
        const address = { url: `file:${makeFolder()}/growth.db` };
        await deployInto(address);
        const connection = await openTestConnection(address);
        await fillVolumes(connection, await readVolumes(root), 0.1).finally(() => connection.close());
        const target = parseTarget(address.url, "the test's URL", undefined, root);
        const reader = openReader(target);
        let port = 0;
        const app = createConsole({
            ...{ root, site: consoleSite, connect: reader.connect, getPort: () => port, now: () => now },
            signal: new AbortController().signal,
            patience: 60_000,
            database: { target, readOnlyBy: "mode=ro", notes: [], schemaVersion: "2.2.0" },
            redact: (text) => text,
        });
        const listening = await listenOnLoopback(app, 0);
        port = listening.port;
        url = `http://localhost:${port}`;
        browser = await chromium.launch({
            ...(executablePath && { executablePath }),
            args: ["--no-sandbox"],
        });
        stop = () => {
            listening.close();
            reader.close();
        };
    });
    afterAll(async () => {
        await browser?.close();
        stop?.();
    });

    async function openPage(settings: Parameters<Browser["newPage"]>[0]): Promise<{ page: Page; problems: string[] }> {
        const page = await browser.newPage(settings);
        const problems: string[] = [];
        page.on("console", (message) => {
            if (message.type() === "error") problems.push(message.text());
        });
        page.on("pageerror", (error) => problems.push(error.message));
        page.on("request", (request) => {
            if (!request.url().startsWith(url)) problems.push(request.url());
        });
        await page.goto(`${url}/growth`);
        return { page, problems };
    }

    // Of the pixels of the first chart, the colour that most have.
    const readColours = `(() => {
        const canvas = document.querySelector("figure canvas");
        const context = canvas.getContext("2d");
        const tally = new Map();
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] < 255) continue;
            const colour = data.slice(at, at + 3).join(",");
            tally.set(colour, (tally.get(colour) ?? 0) + 1);
        }
        return [...tally].sort((one, other) => other[1] - one[1])[0][0];
    })()`;

    test("are drawn from the table without a violation of the policy, in both schemes and on a change between them", async () => {
        const { page, problems } = await openPage({ viewport: { width: 1_280, height: 900 }, colorScheme: "light" });
        await page.waitForSelector("figure.drawn canvas");
        expect(await page.locator("figure.drawn").count()).toBe(await page.locator("figure[data-series]").count());
        expect(await page.evaluate(readColours)).toBe("26,86,196");
        await page.emulateMedia({ colorScheme: "dark" });
        await expect.poll(() => page.evaluate(readColours)).toBe("134,179,255");
        await page.setViewportSize({ width: 360, height: 900 });
        await expect.poll(() => page.evaluate("document.querySelector('figure canvas').clientWidth")).toBe(328);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
        expect(problems).toEqual([]);
        await page.close();
    });

    test("tell the value of a week by the arrow keys, as the table has it", async () => {
        const { page } = await openPage({ viewport: { width: 1_280, height: 900 } });
        await page.waitForSelector("figure.drawn canvas");
        const figure = page.locator("figure").first();
        const line = figure.locator("[aria-live]");
        const total = await line.textContent();
        await figure.locator(".plot").focus();
        await page.keyboard.press("End");
        expect(await line.textContent()).toMatch(/^2026-11-23: \d+, not over$/);
        await page.keyboard.press("ArrowLeft");
        const [week, value] = await page.locator("#values tbody tr").nth(1).locator("th, td").allTextContents();
        expect(week).toBe("2026-11-16");
        expect(await line.textContent()).toBe(`${week}: ${value}`);
        await page.keyboard.press("Home");
        expect(await line.textContent()).toMatch(/^2025-12-01: /);
        await page.keyboard.press("Escape");
        expect(await line.textContent()).toBe(total);
        await page.close();
    });

    test("are pictures and a table without client script", async () => {
        const { page } = await openPage({ javaScriptEnabled: false });
        expect(await page.locator("figure svg rect.bar").count()).toBeGreaterThan(51);
        expect(await page.locator("#values tbody tr").count()).toBe(52);
        expect(await page.locator("canvas").count()).toBe(0);
        await page.close();
    });
});
