import { posix } from "node:path";
import type { Page, PageLink } from "../markdown.ts";
import type { DocumentCheck, DocumentFinding } from "./finding.ts";

/**
 * Checks the links between pages: the file exists, and the page has the anchor. Addresses are checked by form only.
 *
 * @param exists whether there is a file or folder, relative to the project's folder
 */
export function checkLinks(pages: readonly Page[], exists: (path: string) => boolean): DocumentCheck {
    const byPath = new Map(pages.map((page) => [page.path, page]));
    const findings = pages.flatMap((page) =>
        page.links.flatMap((link): DocumentFinding[] => {
            const message = judgeLink(page, link, byPath, exists);
            return message === undefined ? [] : [{ path: page.path, line: link.line, message }];
        }),
    );
    const count = pages.reduce((sum, { links }) => sum + links.length, 0);
    return { name: "links", looked: `${count} links`, findings };
}

function judgeLink(
    page: Page,
    { target }: PageLink,
    pages: ReadonlyMap<string, Page>,
    exists: (path: string) => boolean,
): string | undefined {
    if (isAddress(target)) return URL.canParse(target) ? undefined : `'${target}' is not a valid address`;
    const { path, anchor } = resolveLink(page, target);
    if (!exists(path)) return `links to '${target}', and there is no ${path}`;
    if (anchor === undefined || pages.get(path)?.anchors.has(anchor) !== false) return undefined;
    return `links to '${target}', and ${path} has no heading with that anchor`;
}

/** Checks that each page can be reached from the first one by links. */
export function checkReach(pages: readonly Page[], start: string): DocumentCheck {
    const byPath = new Map(pages.map((page) => [page.path, page]));
    const reached = new Set([start]);
    for (const path of reached) {
        const page = byPath.get(path);
        for (const { target } of page?.links ?? []) {
            if (page && !isAddress(target)) reached.add(resolveLink(page, target).path);
        }
    }
    const findings = pages
        .filter(({ path }) => !reached.has(path))
        .map(({ path }) => ({ path, line: 1, message: `no link leads here from ${start}` }));
    return { name: "reach", looked: `${pages.length} pages`, findings };
}

/** Lists the addresses of other sites, each once, with the place of its first link. */
export function listAddresses(pages: readonly Page[]): ReadonlyMap<string, { path: string; line: number }> {
    const found = new Map<string, { path: string; line: number }>();
    for (const { path, links } of pages) {
        for (const { target, line } of links) {
            if (isAddress(target) && !found.has(target)) found.set(target, { path, line });
        }
    }
    return found;
}

function isAddress(target: string): boolean {
    return /^[a-z][a-z+.-]*:/i.test(target);
}

function resolveLink({ path }: Page, target: string): { path: string; anchor: string | undefined } {
    const [file = "", anchor] = target.split("#");
    const resolved = file === "" ? path : posix.join(posix.dirname(path), decodeURI(file));
    return { path: resolved.replace(/\/$/, ""), anchor };
}
