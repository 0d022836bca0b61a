import { consoleSite } from "../../site/screens.ts";
import type { TestConsole } from "./consoles.ts";

/** A page as a crawl found it. */
export interface CrawledPage {
    /** With its query, without a fragment. */
    readonly path: string;
    readonly status: number;
    readonly headers: Headers;
    readonly text: string;
    /** Where its links lead, on this console; with fragments. */
    readonly links: readonly string[];
    /** Links that lead elsewhere, whole tags. */
    readonly foreign: readonly string[];
}

interface CrawlOptions {
    /** How many pages at most. */
    readonly most?: number;
    /** Called with each page after it was read. */
    readonly seen?: (page: CrawledPage) => void | Promise<void>;
}

const origin = "http://localhost:5001";

/**
 * Follows every link from `/`, as a user of the console would, breadth first. Of addresses that differ only by what they
 * name or by the value of a parameter, a few are read.
 */
export async function crawl(console: Pick<TestConsole, "get">, options: CrawlOptions = {}): Promise<CrawledPage[]> {
    const { most = 60, seen = () => undefined } = options;
    const waiting = ["/"];
    const known = new Set(waiting);
    const shapes = new Map<string, number>();
    const pages: CrawledPage[] = [];
    for (const path of waiting) {
        if (pages.length === most) break;
        const response = await console.get(path);
        const page = toPage(path, response, await response.text());
        pages.push(page);
        await seen(page);
        for (const link of page.links) {
            const next = link.replace(/#.*$/, "");
            if (known.has(next)) continue;
            known.add(next);
            const shape = describeShape(next);
            const count = (shapes.get(shape.name) ?? 0) + 1;
            shapes.set(shape.name, count);
            if (count <= shape.most) waiting.push(next);
        }
    }
    return pages;
}

/**
 * Crawls a console that runs, and gives the addresses of its screens and of one page of every other kind, told by its address.
 *
 * @param most how many at most, but every screen
 */
export async function listKinds(url: string, most: number): Promise<string[]> {
    const headers = { "sec-fetch-site": "same-origin" };
    const pages = await crawl({ get: (path) => fetch(new URL(path, url), { headers }) }, { most: 80 });
    const kinds = new Map(consoleSite.screens.map(({ path }) => [describeShape(path).name, path]));
    for (const { path, headers, status } of pages) {
        const isPage = headers.get("content-type")?.startsWith("text/html") && !headers.has("content-disposition");
        const { name } = describeShape(path);
        // A page that reloads itself cannot be examined; one that measures shows other figures each time.
        const isAtRest = !/[?&](refresh|measure)=/.test(path);
        if (status === 200 && isPage && isAtRest && !kinds.has(name)) kinds.set(name, path);
    }
    return [...kinds.values()].slice(0, Math.max(most, consoleSite.screens.length));
}

/** `/tables/questions?after=x` and `/tables/users?after=y` have one shape. */
function describeShape(path: string): { name: string; most: number } {
    const { pathname, searchParams } = new URL(path, origin);
    const folders = pathname.split("/").map((part, at) => (at > 1 ? "*" : part));
    const names = [...searchParams.keys()].sort();
    return { name: `${folders.join("/")}?${names.join("&")}`, most: names.length === 0 ? 6 : 2 };
}

/** Reads an answer of the console, with its links. */
export function toPage(path: string, response: Response, text: string): CrawledPage {
    const { status, headers } = response;
    const isHtml = headers.get("content-type")?.startsWith("text/html") ?? false;
    const tags = isHtml ? [...text.matchAll(/<(?:a|link|script|img|form|iframe|use|image)\b[^>]*>/g)] : [];
    const links: string[] = [];
    const foreign: string[] = [];
    for (const [tag] of tags) {
        const address = /\s(?:href|src|action)="([^"]*)"/.exec(tag)?.[1];
        if (address === undefined) continue;
        const url = new URL(decode(address), `${origin}${path}`);
        if (url.origin === origin) links.push(`${url.pathname}${url.search}${url.hash}`);
        else foreign.push(tag);
    }
    return { path, status, headers, text, links, foreign };
}

/** The text of a page as a reader sees it, without its tags, on one line. */
export function readText(html: string): string {
    const body = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, " ").replace(/<[^>]*>/g, " ");
    return decode(body).replace(/\s+/g, " ").trim();
}

function decode(text: string): string {
    const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
    return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
        if (name !== undefined) return named[name] ?? whole;
        return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
    });
}
