import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = new URL("./public/", import.meta.url);
const uplot = (name: string): string =>
    join(dirname(createRequire(import.meta.url).resolve("uplot/package.json")), "dist", name);

/** The files that pages load, by the name in their address. */
const files: Readonly<Record<string, { readonly path: URL | string; readonly type: string }>> = {
    "style.css": { path: new URL("style.css", folder), type: "text/css; charset=utf-8" },
    "app.js": { path: new URL("app.js", folder), type: "text/javascript; charset=utf-8" },
    "charts.js": { path: new URL("charts.js", folder), type: "text/javascript; charset=utf-8" },
    "icon.svg": { path: new URL("icon.svg", folder), type: "image/svg+xml" },
    "uplot.js": { path: uplot("uPlot.iife.min.js"), type: "text/javascript; charset=utf-8" },
    "uplot.css": { path: uplot("uPlot.min.css"), type: "text/css; charset=utf-8" },
};

/** Reads a file of the console's pages; undefined where there is none of that name. */
export async function readPublicFile(name: string): Promise<{ body: string; type: string } | undefined> {
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    return file && { body: await readFile(file.path, "utf8"), type: file.type };
}
