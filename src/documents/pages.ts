import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readText } from "../text/decode.ts";
import { type Page, readPage } from "./markdown.ts";

/** The text of a page, by its path relative to the project's folder. */
export type PageTexts = ReadonlyMap<string, string>;

/** Folders whose Markdown is part of the documents, besides that of the project's own folder. */
const folders = ["docs", "migrations", "seeds"];

/** Reads the Markdown pages of a project, in its folder, in docs/, and beside migrations and seeds, and their pictures. */
export async function readPageTexts(root: string): Promise<PageTexts> {
    const top = (await readdir(root)).filter((name) => name.endsWith(".md"));
    const below = await Promise.all(
        folders
            .filter((folder) => existsSync(join(root, folder)))
            .map(async (folder) => {
                const names = await readdir(join(root, folder), { recursive: true, encoding: "utf8" });
                return names.filter((name) => /\.(md|svg)$/.test(name)).map((name) => `${folder}/${name}`);
            }),
    );
    const paths = [...top, ...below.flat()].sort();
    const texts = await Promise.all(paths.map((path) => readText(root, path)));
    return new Map(paths.map((path, at) => [path, texts[at] ?? ""]));
}

/** Reads each page in Markdown; pictures are left out. Pure. */
export function parsePages(texts: PageTexts): Page[] {
    return [...texts].filter(([path]) => path.endsWith(".md")).map(([path, text]) => readPage(path, text));
}

/** Lists the pages, sorted, that differ from what they should be, that are missing, or that should not be there. */
export function findStalePages(before: PageTexts, after: PageTexts): string[] {
    const paths = new Set([...before.keys(), ...after.keys()]);
    return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
