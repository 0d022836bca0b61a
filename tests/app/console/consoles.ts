import { openTestConsole, type TestConsole } from "../../console/consoles.ts";
import { startProxy } from "../../support/proxy.ts";
import type { TestDatabase } from "../../support/targets.ts";

/** A console whose requests to a server are counted. */
export interface CountedConsole extends TestConsole {
    /** Reads a page, which must take one request. */
    readOnce(path: string): Promise<string>;
}

export const now = "2026-11-28T16:00:00.000Z";

/** Opens the console on a database as it is at `now`; a server is behind a proxy that counts. */
export async function openCountedConsole(database: TestDatabase): Promise<CountedConsole> {
    const isFile = database.url.startsWith("file:");
    const proxy = isFile ? undefined : await startProxy(database.url);
    const console = openTestConsole({ ...database, url: proxy?.url ?? database.url }, { now });
    return {
        ...console,
        readOnce: async (path) => {
            if (proxy) proxy.requests = 0;
            const page = await console.read(path);
            if (proxy && proxy.requests !== 1) throw new Error(`${path} took ${proxy.requests} requests`);
            if (!page.includes("1 request, ")) throw new Error(`${path} does not say that it took one request`);
            return page;
        },
        close: () => {
            console.close();
            void proxy?.close();
        },
    };
}

/** What a reader sees of a page: its text, each piece of blanks as one. */
export function toText(html: string): string {
    return decode(html.replace(/<(?:details|footer)[\s\S]*?<\/(?:details|footer)>/g, " ").replace(/<[^>]+>/g, " "))
        .replace(/\s+/g, " ")
        .trim();
}

/** Turns the entities of a page into what they stand for. */
export function decode(html: string): string {
    return html
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&#39;", "'")
        .replaceAll("&amp;", "&");
}
