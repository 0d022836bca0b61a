import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openExamples } from "../../documents/check/databases.ts";
import { checkEssential, checkStatements } from "../../documents/check/examples.ts";
import type { DocumentCheck } from "../../documents/check/finding.ts";
import { checkLinks, checkReach } from "../../documents/check/links.ts";
import { checkOnline } from "../../documents/check/online.ts";
import { checkOutside } from "../../documents/check/outside.ts";
import { checkTables } from "../../documents/check/schema.ts";
import { checkShell } from "../../documents/check/shell.ts";
import type { Page } from "../../documents/markdown.ts";
import { findStalePages, type PageTexts, parsePages, readPageTexts } from "../../documents/pages.ts";
import type { DocumentSite } from "../../documents/site.ts";
import { type ExitCode, exitCodes } from "../../errors.ts";
import { readFiles } from "../../planning/files.ts";
import { readQueries } from "../../queries/files.ts";
import { readVolumes } from "../../queries/volumes.ts";
import { readTables } from "../../schema/table.ts";
import { readText } from "../../text/decode.ts";
import type { Context } from "../program.ts";
import { countOf } from "../report.ts";
import { renderDocuments } from "./docs-build.ts";

/** docs:check: examines the documents. Exit code 4 when something is wrong or missing. */
export async function checkDocuments(
    context: Context,
    { online }: { online?: boolean },
    site: DocumentSite,
): Promise<ExitCode> {
    const { root, output } = context;
    const texts = await readPageTexts(root);
    const pages = parsePages(texts);
    const checks: DocumentCheck[] = [
        checkFresh(texts, await renderDocuments(root, texts, site)),
        checkLinks(pages, (path) => existsSync(join(root, path))),
        checkReach(
            pages.filter(({ path }) => path.startsWith("docs/") || path === site.start),
            site.start,
        ),
        checkShell(pages, site.executed),
        await checkOutside(root, pages, await readWorkflows(root)),
        ...(await checkAgainstDatabases(context, pages, site)),
        ...(online ? [await checkOnline(pages, context.signal)] : []),
    ];
    const findings = checks.flatMap((check) => check.findings);
    for (const { path, line, message } of findings) output.line(`${path}:${line}: ${message}`);
    output.table(
        checks.map(({ name, looked, findings: found }) => [
            name,
            looked,
            found.length === 0 ? "ok" : `${found.length}`,
        ]),
    );
    output.line(
        findings.length === 0
            ? `Nothing found: ${countOf(pages.length, "page")} checked.`
            : `Found ${countOf(findings.length, "thing")} to correct in ${countOf(pages.length, "page")}.`,
    );
    output.document({ pages: pages.length, checks, findings });
    return findings.length === 0 ? exitCodes.done : exitCodes.drift;
}

function checkFresh(before: PageTexts, after: PageTexts): DocumentCheck {
    const message = "a generated part is stale; run `pnpm docs:build`";
    const findings = findStalePages(before, after).map((path) => ({ path, line: 1, message }));
    return { name: "generated parts", looked: `${after.size} pages`, findings };
}

async function checkAgainstDatabases(
    { root, signal }: Context,
    pages: readonly Page[],
    site: DocumentSite,
): Promise<DocumentCheck[]> {
    const [{ sets }, volumes, queries] = await Promise.all([readFiles(root), readVolumes(root), readQueries(root)]);
    const databases = await openExamples(sets.slice(0, 1), volumes, { now: new Date(), signal });
    try {
        const [first] = databases.connections;
        const tables = first ? (await readTables(first)).filter(({ isShadow }) => !isShadow) : [];
        const own = tables.filter(({ isBookkeeping }) => !isBookkeeping);
        const checks = [checkTables(own, pages, site.pageOf, sets.slice(1))];
        for (const connection of databases.connections) {
            checks.push(await checkStatements(pages, connection));
            checks.push(await checkEssential(site.essential, queries, connection));
        }
        return checks;
    } finally {
        await databases.close();
    }
}

async function readWorkflows(root: string): Promise<{ path: string; text: string }[]> {
    const folder = ".github/workflows";
    const names = existsSync(join(root, folder)) ? await readdir(join(root, folder)) : [];
    return Promise.all(
        names.map(async (name) => ({
            path: `${folder}/${name}`,
            text: await readText(root, `${folder}/${name}`),
        })),
    );
}
