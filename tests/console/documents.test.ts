import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readDocumentPage } from "../../src/console/documents/catalog.ts";
import { canRun, Markdown } from "../../src/console/documents/render.tsx";
import { root } from "../support/deployed.ts";
import { openTestConsole } from "./consoles.ts";

const console = openTestConsole({ url: "file:/tmp/there-is-no-such-folder/none.db" });
afterAll(() => console.close());

const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
);

test("every page of docs/ is shown without a database, and every link leads to a page and a heading that exist", async () => {
    const addresses = [
        ...pages.map((name) => `/docs/${name}`),
        "/docs/project/README.md",
        "/docs/project/CONTRIBUTING.md",
    ];
    const texts = new Map<string, string>();
    for (const address of addresses) {
        const page = await console.read(address);
        expect(page).toContain("The database was not asked.");
        texts.set(address, page);
    }
    const broken: string[] = [];
    for (const [address, page] of texts) {
        for (const [, href = ""] of page.matchAll(/<a href="([^"]+)"/g)) {
            const url = new URL(href.replaceAll("&amp;", "&"), `http://localhost:5001${address}`);
            if (url.origin !== "http://localhost:5001" || !url.pathname.startsWith("/docs/")) continue;
            const known = texts.get(url.pathname);
            const target: string = known ?? (await (await console.get(url.pathname)).text());
            texts.set(url.pathname, target);
            const id = decodeURIComponent(url.hash.slice(1));
            if (target.includes("There is no such page") || (id !== "" && !target.includes(`id="${id}"`)))
                broken.push(`${address}: ${href}`);
        }
        expect(page).not.toMatch(/<a href="https?:[^>]*(?<!rel="noreferrer")>/);
    }
    expect(broken).toEqual([]);
});

test("the contents list every page, and the search finds headings first", async () => {
    const contents = await console.read("/docs");
    for (const name of pages) expect(contents).toContain(`href="/docs/${name}"`);
    const found = await console.read("/docs?q=duplicates");
    expect(found).toMatch(/<mark>[Dd]uplicates<\/mark>/);
    expect(await console.read("/docs?q=zzzz%3Cb%3E")).toContain("No section has all of these words: zzzz&lt;b&gt;.");
});

test("pictures of docs/ are served as pictures", async () => {
    const page = await console.read("/docs/project/README.md");
    expect(page).toContain('<img src="/docs/schema.light.svg"');
    expect(page).not.toContain("The console: the state of the database");
    const picture = await console.get("/docs/schema.light.svg");
    expect(picture.headers.get("content-type")).toBe("image/svg+xml");
});

describe("nothing but the documents is shown", () => {
    test.each([
        "/docs/..%2fpackage.json",
        "/docs/project/package.json",
        "/docs/project/..%2f..%2fetc%2fpasswd",
        "/docs/%2fetc%2fpasswd",
        "/docs/reference",
        "/docs/nothing.md",
        "/docs/project/.env",
        "/docs/constructor",
    ])("%s", async (address) => expect((await console.get(address)).status).toBe(404));
});

test("an example can be run when it is one statement that only reads and needs no value", async () => {
    expect(
        ["SELECT 1;", "-- one\nWITH a AS (SELECT 1) SELECT * FROM a", "VALUES (1)", "explain SELECT 1"].filter(canRun),
    ).toHaveLength(4);
    expect(
        [
            "DELETE FROM a",
            "SELECT 1; SELECT 2",
            "SELECT :a",
            "SELECT 'open",
            "",
            "PRAGMA a",
            "INSERT INTO a VALUES (1)",
            "WITH b AS (SELECT 1) DELETE FROM a",
        ].filter(canRun),
    ).toEqual([]);
    const page = await console.read("/docs/TURSO_QUICK_REFERENCE.md");
    const links = [...page.matchAll(/href="(\/sql\?sql=[^"]+)">Open in the SQL box/g)];
    expect(links.length).toBeGreaterThan(10);
    for (const [, link = ""] of links)
        expect(canRun(new URL(link.replaceAll("&#39;", "'"), "http://localhost").searchParams.get("sql") ?? "")).toBe(
            true,
        );
});

test("HTML and scripts in a page are text or left out", () => {
    const text = `# A <script>alert(1)</script>

<script>alert(2)</script>
<img src=x onerror=alert(3)>

Text <b onclick="alert(4)">bold</b> [link](javascript:alert(5)) ![image](javascript:alert(6)) &lt;i&gt; <https://example.org>

\`\`\`sql
SELECT '<u>'
\`\`\`
`;
    const page = readDocumentPage("docs/a.md", text);
    const texts = new Map([["docs/a.md", text]]);
    const html = String(Markdown({ page, texts, isSqlOn: true }));
    expect(html).toContain("Open in the SQL box");
    expect(String(Markdown({ page, texts, isSqlOn: false }))).not.toContain("Open in the SQL box");
    expect(html).not.toMatch(/<(script|img|b|u|i)\b/);
    expect(html).not.toContain("javascript:");
    expect(html).toContain("&lt;i&gt;");
    expect(html).toContain('<a href="https://example.org" rel="noreferrer">');
});
