import { openBrowser } from "./browser.ts";

/** A picture of a page as it is seen without scrolling. */
export interface Screenshot {
    /** Of the page, from `/`. */
    readonly path: string;
    readonly scheme: "light" | "dark";
    /** A PNG. */
    readonly file: string;
}

/** Large enough for the first screen, and small enough for a document. */
const viewport = { width: 1_280, height: 720 };

/**
 * Takes pictures of a console's pages with Chromium.
 *
 * @param url of the console
 * @param chosen Chromium's path, from CHROME_PATH; undefined for the usual ones
 * @throws AppError `cannot-open` where Chromium is not installed
 */
export async function takeScreenshots(
    url: string,
    pictures: readonly Screenshot[],
    chosen: string | undefined,
): Promise<void> {
    const browser = await openBrowser(chosen);
    try {
        for (const { path, scheme, file } of pictures) {
            const page = await browser.newPage({ viewport, colorScheme: scheme });
            await page.goto(`${url}${path}`, { waitUntil: "load" });
            await page.screenshot({ path: file });
            await page.close();
        }
    } finally {
        await browser.close();
    }
}
