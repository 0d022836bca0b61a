import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { consoleSite } from "../../site/screens.ts";
import { root } from "../support/deployed.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { ask, tell } from "../support/snapshot.ts";
import { describeTargets, type Target, type TestDatabase } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { openTestConsole, type TestConsole } from "./consoles.ts";
import { createFilledDatabase, hostile, poison, seededHash } from "./contents.ts";
import { type CrawledPage, crawl, readText, toPage } from "./crawling.ts";
import { findParts } from "./running.ts";
import { tasks } from "./tasks.ts";

/** Pages that ask more than once, each with the reason. */
const severalRequests: readonly { readonly path: RegExp; readonly most: number }[] = [
    // The statement of a user is judged by its bytecode before it runs.
    { path: /^\/sql\?(.*&)?run=1/, most: 2 },
    // Damaged pages are found by a check of its own.
    { path: /^\/health\?(.*&)?deep=1/, most: 2 },
    // A measurement asks for each query by itself.
    { path: /^\/growth\?(.*&)?measure=1/, most: 200 },
    // Sizes are read by themselves: they may take too long.
    { path: /^\/growth\?(.*&)?sizes=1/, most: 2 },
];

const isHtml = ({ headers }: CrawledPage): boolean => headers.get("content-type")?.startsWith("text/html") ?? false;

/** What the bundled data and the documents say; there, words such as `undefined` are no mistakes of a page. */
const known = ["seeds/data", "docs", "README.md", "CONTRIBUTING.md", "migrations", "queries"]
    .flatMap((name) =>
        /\.md$/.test(name)
            ? [join(root, name)]
            : readdirSync(join(root, name), { recursive: true, encoding: "utf8" })
                  .filter((file) => /\.(json|md|sql)$/.test(file))
                  .map((file) => join(root, name, file)),
    )
    .map((file) => readFileSync(file, "utf8"))
    .join("\n")
    .replace(/\\[nt"]|[\s`*_"\\]+/g, "");

/** Where a page shows a value that its program did not mean to show. */
function findBlunders(page: CrawledPage): string[] {
    const text = readText(page.text);
    const shown = [...text.matchAll(/\bundefined\b|\bNaN\b|\[object \w+\]|Invalid Date/g)].flatMap(
        ({ index, 0: word }) => {
            const around = text.slice(Math.max(0, index - 8), index + word.length + 8);
            return known.includes(around.replace(/[\s`*_"\\]+/g, "")) ? [] : [`${page.path}: ${around}`];
        },
    );
    const linked = page.links.filter((link) => /undefined|NaN|%5Bobject/.test(link) && !page.path.startsWith("/docs"));
    return [...shown, ...linked.map((link) => `${page.path}: a link to ${link}`)];
}

/** As the end of the page says. */
function countRequests(page: string): number {
    return Number(/(\d+) requests?, /.exec(readText(page.slice(page.lastIndexOf("<footer"))))?.[1] ?? 0);
}

/** Every file beside the database and what is in it; of a server, what every table holds. */
async function fingerprint(target: Target, { url }: TestDatabase): Promise<unknown> {
    if (target.name === "file:") {
        const folder = dirname(fileURLToPath(url));
        return readdirSync(folder)
            .sort()
            .map((name) => [
                name,
                createHash("sha256")
                    .update(readFileSync(join(folder, name)))
                    .digest("hex"),
            ]);
    }
    const tables = await ask({ url }, "SELECT name, sql FROM sqlite_schema ORDER BY name");
    const contents: unknown[] = [tables];
    for (const { name, sql } of tables)
        if (/^CREATE TABLE/i.test(String(sql))) contents.push(await ask({ url }, `SELECT * FROM "${name}"`));
    const replace = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);
    return createHash("sha256").update(JSON.stringify(contents, replace)).digest("hex");
}

describeTargets("a crawl of every link", (target) => {
    let database: TestDatabase;
    let proxy: TestProxy | undefined;
    let console: TestConsole;
    let pages: CrawledPage[] = [];
    const requests = new Map<string, number>();
    let prints: readonly unknown[] = [];
    const secret = mintToken(createKeyPair(), { access: "ro" });

    beforeAll(async () => {
        database = await createFilledDatabase(target);
        database.client.close();
        const before = await fingerprint(target, database);
        if (target.name === "sqld") proxy = await startProxy(database.url);
        const url = proxy?.url ?? database.url;
        console = openTestConsole({ url, ...(proxy && { authToken: secret }) }, { secrets: [secret] });
        pages = await crawl(console, {
            seen: ({ path, text }) => {
                requests.set(path, proxy?.requests ?? countRequests(text));
                if (proxy) proxy.requests = 0;
            },
        });
        prints = [before, await fingerprint(target, database)];
    });

    afterAll(async () => {
        console.close();
        await proxy?.close();
    });

    test("finds every screen, and only pages that are there", () => {
        const paths = pages.map(({ path }) => path);
        expect(paths).toEqual(expect.arrayContaining(consoleSite.screens.map(({ path }) => path)));
        const search = consoleSite.screens.some(({ path }) => path === consoleSite.search?.path) ? [] : ["/questions"];
        const missing = pages.filter(({ status, path }) => status !== 200 && !search.includes(path));
        expect(missing.map(({ path, status }) => `${path}: ${status}`)).toEqual([]);
        tell(
            `${pages.length} pages, ${pages.reduce((sum, { text }) => sum + text.length, 0).toLocaleString("en-US")} bytes`,
        );
    });

    test("gets the guarding headers with each page, and nothing that loosens them", () => {
        for (const { path, headers } of pages) {
            const policy = headers.get("content-security-policy") ?? "";
            expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")]);
            expect([path, policy]).toEqual([path, expect.not.stringContaining("unsafe")]);
            expect(headers.get("x-content-type-options")).toBe("nosniff");
            expect(headers.get("access-control-allow-origin")).toBeNull();
            expect(headers.get("set-cookie")).toBeNull();
        }
    });

    test("finds no inline script, style or handler, and no address that runs", () => {
        const inline = /<script(?![^>]*\ssrc=)|<style\b|\sstyle="|\son\w+="|(href|src|action)="\s*(javascript|data):/i;
        const tags = (text: string): string[] => text.match(/<[a-z][^>]*>/gi) ?? [];
        const found = pages
            .filter(isHtml)
            .flatMap(({ path, text }) => tags(text).flatMap((tag) => (inline.test(tag) ? [`${path}: ${tag}`] : [])));
        expect(found).toEqual([]);
    });

    test("leaves this machine only by links that do not tell where they stand", () => {
        const foreign = pages.flatMap((page) => page.foreign.map((tag) => `${page.path}: ${tag}`));
        expect(foreign.filter((tag) => !/: <a /.test(tag) || !/rel="[^"]*noreferrer/.test(tag))).toEqual([]);
    });

    test("reaches every page within three clicks of the first, but for pages that continue a list", () => {
        const links = new Map(pages.map((page) => [page.path, page.links.map((link) => link.replace(/#.*$/, ""))]));
        const near = new Set(["/"]);
        for (let clicks = 0; clicks < 3; clicks++)
            for (const path of [...near]) for (const link of links.get(path) ?? []) near.add(link);
        const far = pages.filter(({ path }) => !near.has(path) && !path.includes("?"));
        expect(far.map(({ path }) => path)).toEqual([]);
    });

    test.each(tasks)("answers within three clicks: %s", async (_, links, answer) => {
        expect(links.length).toBeLessThanOrEqual(3);
        let path = "/";
        for (const link of links) {
            const page = await console.get(path);
            const found = toPage(path, page, await page.text()).links.find((one) => link.test(one));
            expect(found, `${path} has no link like ${link}`).toBeDefined();
            path = (found ?? "").replace(/#.*$/, "");
        }
        expect(readText(await console.read(path))).toMatch(answer);
    });

    test("leads every link to a part of a page to that part", () => {
        const texts = new Map(pages.map(({ path, text }) => [path, text]));
        const broken = pages.flatMap(({ path, links }) =>
            links.flatMap((link) => {
                const [page = "", part = ""] = link.split("#");
                const text = texts.get(page);
                const isThere = part === "" || text === undefined || text.includes(`id="${decodeURIComponent(part)}"`);
                return isThere ? [] : [`${path}: ${link}`];
            }),
        );
        expect(broken).toEqual([]);
    });

    test("reads no value that a program forgot", () => {
        expect(pages.filter(isHtml).flatMap(findBlunders)).toEqual([]);
    });

    // A document is as long as its file.
    test("gets at most 150 KB a page of the database", () => {
        const sizes = pages
            .filter((page) => isHtml(page) && !page.path.startsWith("/docs/"))
            .map(({ path, text }) => [Buffer.byteLength(text), path] as const)
            .sort(([a], [b]) => b - a);
        tell(
            `the largest: ${sizes
                .slice(0, 3)
                .map(([size, path]) => `${path} ${Math.round(size / 1_000)} KB`)
                .join(", ")}`,
        );
        expect(sizes.filter(([size]) => size > 150_000)).toEqual([]);
    });

    test("changes nothing, and leaves no file", () => {
        expect(prints[1]).toEqual(prints[0]);
    });

    test("sees neither the hash of a password nor a part of the token", () => {
        const [, , , , salt = "", hash = ""] = seededHash.split("$");
        const seen = pages.map(({ text, headers }) => `${text}${JSON.stringify([...headers])}`).join("\n");
        expect([salt, hash, ...findParts(seen, [secret])].filter((part) => seen.includes(part))).toEqual([]);
    });

    test("asks the database once a page at most", () => {
        const tooMany = [...requests].filter(([path, count]) => {
            const exception = severalRequests.find((one) => one.path.test(path));
            return count > (exception?.most ?? 1);
        });
        expect(tooMany).toEqual([]);
        expect([...requests.values()].some((count) => count === 1)).toBe(true);
    });
});

describeTargets("a crawl of hostile texts", (target) => {
    // A server checks always.
    const kinds = [
        ["in every column whose checks allow it", true],
        ["in every column", false],
    ] as const;
    test.each(kinds.slice(0, target.name === "sqld" ? 1 : 2))("shows them as text: %s", async (_, isChecked) => {
        const database = await createFilledDatabase(target);
        const columns = await poison(database.client, isChecked);
        database.client.close();
        const console = openTestConsole(database);
        const pages = await crawl(console);
        console.close();
        const isSilent = ({ headers }: CrawledPage): boolean =>
            /^(application\/json|text\/csv|text\/plain)/.test(headers.get("content-type") ?? "");
        const found = pages.filter((page) => !isSilent(page) && /<img src=x|<\/script><img/.test(page.text));
        expect(found.map(({ path }) => path)).toEqual([]);
        expect(pages.filter(({ status }) => status >= 500).map(({ path }) => path)).toEqual([]);
        const shown = pages.filter(({ text }) => readText(text).includes(hostile)).length;
        tell(`${columns.length} columns poisoned; ${shown} of ${pages.length} pages show the text`);
        expect(columns.length).toBeGreaterThan(isChecked ? 20 : 60);
    });
});
