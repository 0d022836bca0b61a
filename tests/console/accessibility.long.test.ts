import { describe, expect, test } from "vitest";
import { findBrowser, openBrowser } from "../../src/console/pictures/browser.ts";
import { tell } from "../support/snapshot.ts";
import { describeTarget } from "../support/targets.ts";
import { createFilledDatabase } from "./contents.ts";
import { listKinds } from "./crawling.ts";
import { linkProject, startConsole } from "./running.ts";
import { inspect, noFindings } from "./visiting.ts";

const chosen = process.env.CHROME_PATH;
const isHere = findBrowser(chosen) !== undefined;

describe.skipIf(!isHere)(isHere ? "every kind of page" : "every kind of page (no Chromium here)", () => {
    describeTarget("file:", (target) => {
        test("has no barrier that axe finds, light and dark, at 360 and 1,280 px", async () => {
            const database = await createFilledDatabase(target);
            database.client.close();
            const console = await startConsole({ cwd: linkProject(), env: { TURSO_DATABASE_URL: database.url } });
            const browser = await openBrowser(chosen);
            try {
                const [pages, found] = [await listKinds(console.url, 40), noFindings()];
                for (const path of pages)
                    await inspect(browser, console.url, path, found, [
                        [360, "light"],
                        [360, "dark"],
                        [1_280, "light"],
                        [1_280, "dark"],
                    ]);
                tell(`${pages.length} pages: ${pages.join(" ").slice(0, 900)}`);
                expect(found).toEqual(noFindings());
            } finally {
                await browser.close();
                console.kill("SIGKILL");
                await console.result;
            }
        }, 600_000);
    });
});
