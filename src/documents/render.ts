import { posix } from "node:path";
import { listShellBlocks } from "./check/shell.ts";
import { renderErDiagram, renderLifeCycle } from "./diagram.ts";
import type { SchemaFacts } from "./facts.ts";
import { lists, ownTables } from "./lists.ts";
import { type PageTexts, parsePages } from "./pages.ts";
import { fillParts, listParts, renderMarkdownTable } from "./parts.ts";
import { renderPictureFile } from "./picture/file.tsx";
import { layOut } from "./picture/layout.ts";
import { renderRunnable } from "./query-list.ts";
import { listRelations } from "./relations.ts";
import type { DocumentSite } from "./site.ts";
import { renderTablePage } from "./table-page.ts";

/** The width of a page on GitHub, and what is seen of it at once. */
const pageFrame = { width: 1_012, height: 800 };

/** What fills the generated parts of pages. */
export interface RenderInput {
    readonly site: DocumentSite;
    /** Undefined for a project without a schema. */
    readonly facts: SchemaFacts | undefined;
    /** Parts that need neither, by name; a function of the page that holds the part, where it has links. */
    readonly parts: ReadonlyMap<string, string | ((path: string) => string)>;
    readonly commands: number;
}

/**
 * Renders all generated pages and parts; what is written by hand stays. Pure.
 *
 * @returns every page that there should be, with its text
 * @throws AppError `invalid-input` for a part that nothing renders
 */
export function renderPages(pages: PageTexts, input: RenderInput): PageTexts {
    const { facts, site } = input;
    const all = new Map(pages);
    if (facts) {
        // The page of a table that was dropped goes with it.
        const isOfTable = (path: string): boolean => site.pageOf(posix.basename(path, ".md")) === path;
        for (const path of pages.keys()) if (isOfTable(path)) all.delete(path);
        for (const table of ownTables(facts)) all.set(site.pageOf(table.name), renderTablePage(table, facts, site));
    }
    if (facts && site.categories.length > 0) {
        const { categories } = site;
        const layout = { categories, isKeysOnly: true, frame: pageFrame };
        const picture = layOut(ownTables(facts), listRelations(facts, site), layout);
        // Two files: a page on GitHub may have another scheme than the reader's system.
        for (const scheme of ["light", "dark"] as const) {
            all.set(`docs/schema.${scheme}.svg`, renderPictureFile(picture, scheme));
        }
    }
    const fill = (path: string, statistics: string): string =>
        fillParts(path, all.get(path) ?? "", (name) =>
            name === "statistics" ? statistics : renderPart(name, path, input),
        );
    const filled = new Map([...all.keys()].map((path) => [path, fill(path, "")]));
    // What is counted includes what the other parts hold.
    const statistics = renderStatistics(filled, input);
    for (const [path, text] of all)
        if (listParts(text).includes("statistics")) filled.set(path, fill(path, statistics));
    return filled;
}

/** Whether a page has a part that the database renders. */
export function needsSchema(pages: PageTexts): boolean {
    const isOfSchema = (name: string): boolean => name in lists || /^(er|query|life cycle|statistics)\b/.test(name);
    return [...pages.values()].some((text) => listParts(text).some(isOfSchema));
}

function renderPart(name: string, path: string, { facts, site, parts }: RenderInput): string | undefined {
    const own = parts.get(name);
    if (own !== undefined) return typeof own === "string" ? own : own(path);
    if (!facts) return undefined;
    const list = lists[name];
    if (list) return list({ facts, site, path });
    const [kind, ...words] = name.split(" ");
    const rest = words.join(" ");
    if (kind === "query") {
        const query = facts.queries.find((other) => other.name === rest);
        return query && renderRunnable(query);
    }
    if (kind === "life") {
        const cycle = site.lifeCycles.find(({ table, column }) => name === `life cycle ${table} ${column}`);
        return cycle && renderLifeCycle(cycle, facts);
    }
    if (kind !== "er") return undefined;
    if (rest === "all") {
        const names = ownTables(facts).map((table) => table.name);
        return renderErDiagram(facts, site, names, false);
    }
    const category = site.categories.find((other) => toWord(other.name) === rest);
    return category && renderErDiagram(facts, site, category.tables, true);
}

function toWord(name: string): string {
    return name.toLowerCase().replaceAll(/\W+/g, "-");
}

function renderStatistics(texts: PageTexts, { facts, commands }: RenderInput): string {
    const pages = parsePages(texts);
    const blocks = pages.flatMap((page) => page.blocks);
    const count = (language: string): number =>
        blocks.filter((block) => block.language === language && !block.isFile).length;
    const tables = facts ? ownTables(facts) : [];
    const objects = (type: string): number => facts?.objects.filter((object) => object.type === type).length ?? 0;
    const figures: [string, number][] = [
        ["pages", pages.length],
        ["tables", tables.length],
        ["columns", tables.reduce((sum, { columns }) => sum + columns.length, 0)],
        ["indexes", objects("index")],
        ["views", objects("view")],
        ["triggers", objects("trigger")],
        ["commands", commands],
        ["documented queries", facts?.queries.length ?? 0],
        ["SQL examples, each run by `pnpm docs:check`", count("sql")],
        ["shell examples, each run by a test", pages.flatMap(listShellBlocks).length],
        ["diagrams", count("mermaid")],
    ];
    return renderMarkdownTable(
        ["counted", "number"],
        figures.map(([what, number]) => [what, String(number)]),
    );
}
