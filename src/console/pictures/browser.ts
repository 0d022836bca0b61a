import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { AppError } from "../../errors.ts";

/** Where Chromium and Chrome are usually installed. */
const usual = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Finds Chromium or Chrome. @param chosen a path that is tried alone, from CHROME_PATH */
export function findBrowser(chosen: string | undefined): string | undefined {
    return (chosen === undefined ? usual : [chosen]).find((path) => existsSync(path));
}

/**
 * Starts Chromium without a window.
 *
 * @param chosen its path, from CHROME_PATH; undefined for the usual ones
 * @param options.args further arguments of Chromium
 * @throws AppError `cannot-open` where it is not installed
 */
export async function openBrowser(
    chosen: string | undefined,
    options: { readonly args?: readonly string[] } = {},
): Promise<Browser> {
    const executablePath = findBrowser(chosen);
    if (executablePath === undefined) {
        throw new AppError(
            "cannot-open",
            chosen === undefined ? "Chromium was not found" : `${chosen} does not exist`,
            {
                hint: "install it (Debian: `apt-get install chromium`), or set CHROME_PATH to a Chromium or Chrome",
            },
        );
    }
    const { chromium } = await import("playwright-core");
    // Its sandbox does not start as root.
    const isRoot = process.getuid?.() === 0;
    return chromium.launch({ executablePath, args: [...(isRoot ? ["--no-sandbox"] : []), ...(options.args ?? [])] });
}
