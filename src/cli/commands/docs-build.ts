import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readSchemaFacts, type SchemaFacts } from "../../documents/facts.ts";
import { type PageTexts, readPageTexts } from "../../documents/pages.ts";
import { needsSchema, renderPages } from "../../documents/render.ts";
import type { DocumentSite } from "../../documents/site.ts";
import { AppError } from "../../errors.ts";
import { readFiles } from "../../planning/files.ts";
import { deployScratch } from "../../planning/shadow.ts";
import { readQueries } from "../../queries/files.ts";
import { fillVolumes, readVolumes } from "../../queries/volumes.ts";
import { readCommands, renderCommandParts } from "../command-help.ts";
import type { Context } from "../program.ts";
import { countOf } from "../report.ts";

/** The documented volumes, times this: enough for an example of each JSON column. */
const times = 0.02;

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
    const stale = [...after].filter(([path, text]) => before.get(path) !== text);
    const [first] = stale;
    if (check && first) {
        throw new AppError("drift", `${first[0]} is stale`, {
            details: stale.slice(1).map(([path]) => `${path} is stale`),
            hint: "run `pnpm docs:build` and commit it",
        });
    }
    for (const [path, text] of stale) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
        output.line(`Wrote: ${path}`);
    }
    output.line(
        stale.length === 0
            ? `Nothing to do: ${countOf(after.size, "page")}, all current.`
            : `Brought ${countOf(stale.length, "page")} of ${after.size} up to date.`,
    );
    output.document({ pages: after.size, written: stale.map(([path]) => path) });
}

/** Renders every page of the documents as it should be. */
export async function renderDocuments(root: string, pages: PageTexts, site: DocumentSite): Promise<PageTexts> {
    const commands = await readCommands(root);
    const parts = new Map([...renderCommandParts(commands), ...(await site.renderParts())]);
    const facts = needsSchema(pages) ? await readFacts(root) : undefined;
    return renderPages(pages, { site, facts, parts, commands: commands.length });
}

async function readFacts(root: string): Promise<SchemaFacts> {
    const [{ sets }, queries] = await Promise.all([readFiles(root), readQueries(root)]);
    const volumes = existsSync(join(root, "queries/volumes")) ? await readVolumes(root) : [];
    const core = sets.slice(0, 1);
    const migrations = core.flatMap((set) => set.migrations);
    const connection = await deployScratch(core, migrations);
    try {
        await fillVolumes(connection, volumes, times);
        return await readSchemaFacts(connection, queries, volumes);
    } finally {
        connection.close();
    }
}
