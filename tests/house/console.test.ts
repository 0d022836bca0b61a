import { readdirSync, readFileSync } from "node:fs";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";
import { consoleSite } from "../../site/screens.ts";
import { root } from "../support/deployed.ts";

/** The files and packages that a file imports, at whatever distance. @param isLazy also those that it loads later */
function listReached({ inputs }: Metafile, entry: string, isLazy: boolean): Set<string> {
    const reached = new Set([entry]);
    for (const path of reached) {
        for (const { path: next, kind } of inputs[path]?.imports ?? [])
            if (isLazy || kind !== "dynamic-import") reached.add(next);
    }
    return reached;
}

test("no command but those of the console loads a web server, or anything of the console", async () => {
    const scripts = readdirSync(`${root}/scripts`).map((name) => `scripts/${name}`);
    const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: scripts,
        outdir: "unused",
        bundle: true,
        write: false,
        metafile: true,
        format: "esm",
        platform: "node",
        packages: "external",
    });
    // hono/jsx alone also renders the picture of the schema.
    const isOfConsole = (path: string): boolean =>
        /^(hono$|@hono|uplot|playwright-core)|^(src|app)\/console\//.test(path);
    const load = (isLazy: boolean): string[] =>
        scripts.filter((script) => [...listReached(metafile, script, isLazy)].some(isOfConsole));
    expect(load(true)).toEqual(["scripts/dev.ts", "scripts/docs-pictures.ts"]);
    // Their own help needs none of it.
    expect(load(false)).toEqual([]);
});

test("docs/reference/console.md names every screen", () => {
    const page = readFileSync(`${root}/docs/reference/console.md`, "utf8");
    const missing = consoleSite.screens.filter(({ label, path }) => !page.includes(`| ${label} | \`${path}\` |`));
    expect(missing).toEqual([]);
});
