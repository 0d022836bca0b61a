import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";

/** What a browser found wrong on pages, a sentence for each. */
export interface Findings {
    readonly accessibility: string[];
    /** Errors of scripts, of the console, and violations of the content security policy. */
    readonly errors: string[];
    /** Requests that left the console. */
    readonly strangers: string[];
    readonly wide: string[];
    readonly small: string[];
    readonly scriptless: string[];
    readonly unfocused: string[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const probe = readFileSync(new URL("in-page.js", import.meta.url), "utf8");
const widths = [360, 1_280];

/** A width in px, and a colour scheme. */
export type Look = readonly [number, "light" | "dark"];

/** Each width and each scheme once; the long run looks at every pair. */
export const usualLooks: readonly Look[] = [
    [360, "dark"],
    [1_280, "light"],
];
/** What a page that is opened by hand is asked with. */
const headers = { "sec-fetch-site": "none" };

/** Nothing found so far. */
export function noFindings(): Findings {
    return { accessibility: [], errors: [], strangers: [], wide: [], small: [], scriptless: [], unfocused: [] };
}

/** Opens a page of the console in both schemes and several widths, and notes what is wrong. */
export async function inspect(
    browser: Browser,
    url: string,
    path: string,
    found: Findings,
    looks = usualLooks,
): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, colorScheme: "light" });
    const page = await context.newPage();
    let isOwn = true;
    page.on("request", (request) => {
        if (new URL(request.url()).origin !== new URL(url).origin) found.strangers.push(`${path}: ${request.url()}`);
    });
    page.on("console", (message) => {
        if (isOwn && message.type() === "error") found.errors.push(`${path}: ${message.text()}`);
    });
    page.on("pageerror", (error) => found.errors.push(`${path}: ${error.message}`));
    try {
        await page.goto(`${url}${path}`, { waitUntil: "load" });
        const text = await readMain(page);
        for (const width of widths) {
            await page.setViewportSize({ width, height: 900 });
            const wide = await examine<number>(page, "overflow()");
            if (wide > 0) found.wide.push(`${path}: ${wide} px wider than ${width} px`);
        }
        await page.setViewportSize({ width: 1_600, height: 1_000 });
        for (const small of await examine<string[]>(page, "smallTexts()")) found.small.push(`${path}: ${small}`);
        // What axe itself does is not the page's.
        isOwn = false;
        await page.evaluate(axe);
        for (const [width, colorScheme] of looks) {
            await page.setViewportSize({ width, height: 900 });
            await page.emulateMedia({ colorScheme });
            for (const violation of await examine<string[]>(page, `barriers("${colorScheme}")`))
                found.accessibility.push(`${path} (${width} px, ${colorScheme}): ${violation}`);
        }
        isOwn = true;
        await page.setViewportSize({ width: 1_280, height: 900 });
        for (const lost of await walk(page, 15)) found.unfocused.push(`${path}: ${lost}`);
        const plain = await readMain(page, await (await fetch(`${url}${path}`, { headers })).text());
        if (plain !== text) found.scriptless.push(`${path}: ${showDifference(plain, text)}`);
    } finally {
        await context.close();
    }
}

/** Evaluates a function of in-page.js in a page, such as `overflow()`. */
export async function examine<Result>(page: Page, call: string): Promise<Result> {
    if (await page.evaluate("typeof probe === 'undefined'")) await page.evaluate(probe);
    return (await page.evaluate(`probe.${call}`)) as Result;
}

/** Presses Tab so many times, and lists what had the focus without showing it. */
export async function walk(page: Page, times: number): Promise<string[]> {
    const lost: string[] = [];
    await examine(page, "blur()");
    for (let at = 0; at < times; at++) {
        await page.keyboard.press("Tab");
        const problem = await examine<string>(page, "unfocused()");
        if (problem === "end") break;
        if (problem !== "") lost.push(problem);
    }
    return lost;
}

// Numbers may differ from visit to visit: ages, milliseconds.
async function readMain(page: Page, html?: string): Promise<string> {
    const text = await examine<string>(page, `main(${html === undefined ? "" : JSON.stringify(html)})`);
    return text.replace(/\d+/g, "0").replace(/\s+/g, " ").trim();
}

function showDifference(plain: string, scripted: string): string {
    let at = 0;
    while (at < plain.length && plain[at] === scripted[at]) at++;
    const from = Math.max(0, at - 20);
    return `'${plain.slice(from, at + 40)}' without script, '${scripted.slice(from, at + 40)}' with it`;
}
