import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { documentSite } from "../../site/documents.ts";
import { renderDocuments } from "../../src/cli/commands/docs-build.ts";
import { readChecks } from "../../src/doctor/checks.ts";
import { type PageTexts, readPageTexts } from "../../src/documents/pages.ts";
import { fillParts } from "../../src/documents/parts.ts";
import { rules } from "../../src/lint/rules.ts";
import { readRules } from "../../src/maintenance/rules.ts";
import { readQueries } from "../../src/queries/files.ts";
import { root } from "../support/deployed.ts";

const index = "docs/TURSO_DOCUMENTATION_INDEX.md";
const quick = "docs/TURSO_QUICK_REFERENCE.md";

describe("the generated parts of the documents", () => {
    let pages: PageTexts;

    beforeAll(async () => {
        pages = await readPageTexts(root);
    });

    const findStale = async (changes: Readonly<Record<string, (text: string) => string>>): Promise<string[]> => {
        const changed = new Map(
            [...pages].map(([path, text]) => [path, (changes[path] ?? ((same: string) => same))(text)]),
        );
        for (const path of Object.keys(changes)) expect(changed.get(path), path).not.toBe(pages.get(path));
        const after = await renderDocuments(root, changed, documentSite);
        return [...after].filter(([path, text]) => changed.get(path) !== text).map(([path]) => path);
    };

    test("are current", async () => {
        expect(await findStale({})).toEqual([]);
        expect([...pages.keys()].filter((path) => path.startsWith("docs/schema/"))).toHaveLength(12);
    });

    test("are found when they are stale: a row, a statistic, a command, a statement, a picture", async () => {
        const stale = await findStale({
            "docs/schema/users.md": (text) => text.replace("| `username` |", "| `name` |"),
            [index]: (text) => text.replace("| columns | 155 |", "| columns | 151 |"),
            "docs/reference/commands.md": (text) => text.replace(/\| `db:push` \|.*\n/, ""),
            [quick]: (text) => text.replace("(sub_channel, id) >", "(sub_chanel, id) >"),
            "docs/schema.dark.svg": (text) => text.replace("user_id", "person_id"),
        });
        expect(stale.sort()).toEqual(
            [index, quick, "docs/reference/commands.md", "docs/schema.dark.svg", "docs/schema/users.md"].sort(),
        );
    });

    test("have a row for every lint rule, check and maintenance rule, and a heading for every query", async () => {
        const findMissing = (page: string, rows: readonly string[]): string[] =>
            rows.filter((row) => !pages.get(`docs/reference/${page}.md`)?.includes(`\n${row}`));
        const checks = await readChecks(root);
        const maintenance = await readRules(root);
        const queries = await readQueries(root);
        expect(checks.length).toBeGreaterThan(70);
        expect([
            ...findMissing(
                "lint",
                rules.map(({ id }) => `| \`${id}\` | `),
            ),
            ...findMissing(
                "doctor",
                checks.map(({ name }) => `| [\`${name}\`](`),
            ),
            ...findMissing(
                "maintenance",
                maintenance.map(({ name }) => `| \`${name}\` | `),
            ),
            ...findMissing(
                "queries",
                queries.map(({ name }) => `### [${name}](`),
            ),
        ]).toEqual([]);
    });

    test("draw the life cycle of every status with the values that the schema allows", async () => {
        const text = pages.get("docs/TURSO_SCHEMA_DIAGRAM.md") ?? "";
        const values = pages.get("docs/TURSO_QUICK_REFERENCE.md") ?? "";
        const columns = [...values.matchAll(/^\| `(\w+)\.status` \|/gm)].map(([, table]) => table);
        expect(columns.length).toBeGreaterThan(5);
        expect(columns.filter((table) => !text.includes(`<!-- life cycle ${table} status -->`))).toEqual([]);
        const [cycle] = documentSite.lifeCycles;
        if (!cycle) throw new Error("There is no life cycle.");
        const wrong = { ...cycle, steps: [...cycle.steps, ["active", "retired", "late"]] as typeof cycle.steps };
        await expect(renderDocuments(root, pages, { ...documentSite, lifeCycles: [wrong] })).rejects.toThrow(
            `the life cycle of ${cycle.table}.${cycle.column} does not have its values: retired`,
        );
    });

    test("expect the growth that db:stats compares with", () => {
        const sql = readFileSync(join(root, "operations/statistics/010-growth.sql"), "utf8");
        const stated = [...sql.matchAll(/\('(\w+)', (\d+)\)/g)].map(([, table, count]) => [table, Number(count)]);
        expect([...documentSite.growth]).toEqual(stated);
    });

    test("number the phases as the migrations do", () => {
        const files = readdirSync(join(root, "migrations")).filter((name) => name.includes(".do."));
        const stated = files.flatMap((name) => {
            const sql = readFileSync(join(root, "migrations", name), "utf8");
            const [, phase] = /^-- Phase (\d)/.exec(sql) ?? [];
            const [, table] = /^CREATE TABLE (\w+)/m.exec(sql) ?? [];
            return phase && table ? [[table, Number(phase)]] : [];
        });
        expect(Object.fromEntries(stated)).toEqual(documentSite.phases);
    });

    test("lose the page of a table that is not there any more", async () => {
        const gone = "docs/schema/bot_log.md";
        const after = await renderDocuments(root, new Map([...pages, [gone, "# bot_log\n"]]), documentSite);
        expect([...after.keys()].sort()).toEqual([...pages.keys()].sort());
    });

    test("count at least 100 examples that run and 3 diagrams", () => {
        const count = (what: string): number =>
            Number(new RegExp(`^\\| ${what}.* \\| (\\d+) \\|$`, "m").exec(pages.get(index) ?? "")?.[1]);
        expect(count("SQL examples") + count("shell examples")).toBeGreaterThanOrEqual(100);
        expect(count("diagrams")).toBeGreaterThanOrEqual(3);
    });
});

const fill = (text: string): string => fillParts("page.md", text, (name) => (name === "one" ? "new" : undefined));

test("a part is filled as often as a page holds it, and a marker in a code block is text", () => {
    const block = "```text\n<!-- other -->\n```\n";
    const part = (text: string): string => `<!-- one -->\n${text}<!-- /one -->\n`;
    expect(fill(`${part("old\n")}${block}${part("")}end\n`)).toBe(`${part("new\n")}${block}${part("new\n")}end\n`);
});

test.each([
    ["page.md:1: the part 'one' has no end", "<!-- one -->\n"],
    ["page.md:2: the part 'one' has no beginning", "\n<!-- /one -->\n"],
    ["page.md:1: the part 'two' is unknown", "<!-- two -->\n<!-- /two -->\n"],
])("says '%s'", (message, text) => {
    expect(() => fill(text)).toThrow(message);
});
