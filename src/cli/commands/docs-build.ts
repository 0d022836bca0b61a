import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readSchemaFacts, type SchemaFacts } from "../../documents/facts.ts";
import { renderChecks, renderLintRules, renderMaintenanceRules } from "../../documents/file-lists.ts";
import { findStalePages, type PageTexts, readPageTexts } from "../../documents/pages.ts";
import { listParts } from "../../documents/parts.ts";
import { renderQueryTable } from "../../documents/query-list.ts";
import { needsSchema, type RenderInput, renderPages } from "../../documents/render.ts";
import type { DocumentSite } from "../../documents/site.ts";
import { AppError } from "../../errors.ts";
import { listSets, readFiles } from "../../planning/files.ts";
import { deployFilled } from "../../planning/shadow.ts";
import { readQueries } from "../../queries/files.ts";
import { readVolumes } from "../../queries/volumes.ts";
import { readCommands, renderCommandParts } from "../command-help.ts";
import type { Context } from "../program.ts";
import { countOf } from "../report.ts";

/** The documented volumes, times this: for examples of JSON columns that the bundled data leave empty. */
const times = 0.001;

/**
 * docs:build: writes the generated pages of the documents, and fills the generated parts of the others.
 *
 * @throws AppError `drift` with --check for a stale document, `invalid-input` for a part that nothing renders
 */
export async function buildDocuments(
    { root, output }: Context,
    { check }: { check?: boolean },
    site: DocumentSite,
): Promise<void> {
    const before = await readPageTexts(root);
    const after = await renderDocuments(root, before, site);
    const stale = findStalePages(before, after);
    const [first] = stale;
    if (check && first) {
        throw new AppError("drift", `${first} is stale`, {
            details: stale.slice(1).map((path) => `${path} is stale`),
            hint: "run `pnpm docs:build` and commit it",
        });
    }
    for (const path of stale) {
        const text = after.get(path);
        if (text === undefined) await rm(join(root, path));
        else {
            await mkdir(dirname(join(root, path)), { recursive: true });
            await writeFile(join(root, path), text);
        }
        output.line(`${text === undefined ? "Removed" : "Wrote"}: ${path}`);
    }
    output.line(
        stale.length === 0
            ? `Nothing to do: ${countOf(after.size, "page")}, all current.`
            : `Brought ${countOf(stale.length, "page")} of ${after.size} up to date.`,
    );
    output.document({ pages: after.size, written: stale });
}

/** Renders every page of the documents as it should be. */
export async function renderDocuments(root: string, pages: PageTexts, site: DocumentSite): Promise<PageTexts> {
    const commands = await readCommands(root);
    const wanted = new Set([...pages.values()].flatMap(listParts));
    const lists = await renderFileLists(root, wanted);
    const parts = new Map([...renderCommandParts(commands), ...lists, ...(await site.renderParts())]);
    const facts = needsSchema(pages) ? await readFacts(root, await site.readExamples(root)) : undefined;
    return renderPages(pages, { site, facts, parts, commands: commands.length });
}

async function renderFileLists(root: string, wanted: ReadonlySet<string>): Promise<RenderInput["parts"]> {
    const parts = new Map<string, string | ((path: string) => string)>();
    if (wanted.has("checks")) {
        const { levels, readChecks } = await import("../../doctor/checks.ts");
        const checks = await readChecks(root);
        parts.set("checks", (path) => renderChecks(path, checks, levels));
    }
    if (wanted.has("lint rules")) parts.set("lint rules", renderLintRules((await import("../../lint/rules.ts")).rules));
    if (wanted.has("maintenance rules")) {
        const { readRules } = await import("../../maintenance/rules.ts");
        parts.set("maintenance rules", renderMaintenanceRules(await readRules(root)));
    }
    for (const { name } of (await listSets(root)).slice(1)) {
        if (!wanted.has(`queries ${name}`)) continue;
        const queries = await readQueries(root, name);
        parts.set(`queries ${name}`, (path) => renderQueryTable(path, queries));
    }
    return parts;
}

async function readFacts(root: string, examples: ReadonlyMap<string, string>): Promise<SchemaFacts> {
    const [{ sets }, queries, volumes] = await Promise.all([readFiles(root), readQueries(root), readVolumes(root)]);
    const connection = await deployFilled(sets.slice(0, 1), volumes, times);
    try {
        return await readSchemaFacts(connection, queries, volumes, examples);
    } finally {
        connection.close();
    }
}
