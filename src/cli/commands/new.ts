import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { coreSet, findNextNumber, folderOf, migrationName, readFiles } from "../../planning/files.ts";
import { loadLenientFormatter } from "../../sql/format.ts";
import { toSlug } from "../../sql/names.ts";
import type { Context } from "../program.ts";

export interface ScaffoldOptions {
    /** The migration set; by default that of the table, or the core set. */
    readonly set?: string;
    /** The table that the migration rebuilds. */
    readonly rebuild?: string;
}

/**
 * db:new: writes a do and an undo file with the next free number. Each contains only a heading or, with --rebuild, a
 * complete rebuild of a table, ready to be edited.
 *
 * @throws AppError `usage` for an invalid name, set or table, `invalid-files` if the files do not deploy
 */
export async function scaffold(context: Context, options: ScaffoldOptions): Promise<void> {
    const { output, root, args } = context;
    const words = args.join(" ").trim();
    const slug = toSlug(words);
    findFolder(options.set ?? coreSet);
    const draft = options.rebuild === undefined ? undefined : await draftRebuild(root, options.rebuild, slug);
    const folder = findFolder(options.set ?? draft?.set ?? coreSet);
    const { next, digits } = findNextNumber(await readdir(join(root, folder)).catch(() => []));
    const number = String(next).padStart(digits, "0");
    const files = (["do", "undo"] as const).map((action) => ({
        name: `${number}.${action}.${slug}.sql`,
        text: draft?.[action] ?? renderHeading(slug, action),
    }));
    if (!files.every(({ name }) => migrationName.test(name))) {
        throw new AppError("usage", `'${words}' does not make a file name`, {
            hint: "describe the change in a few words of letters and digits: `pnpm db:new add question source`",
            outcome: "Nothing was written.",
        });
    }
    if (!slug.includes("-")) output.note(`note: '${slug}' is one word; name migrations by verb and object`);
    await mkdir(join(root, folder), { recursive: true });
    const paths = files.map(({ name }) => `${folder}/${name}`);
    for (const [at, { text }] of files.entries()) await writeNew(root, paths[at] as string, text);
    for (const path of paths) output.field("Wrote", path);
    output.line(draft ? afterRebuild : afterHeading);
    output.document({ paths });
}

const afterHeading =
    "Both contain only a heading: they are refused until each has a statement. Format them with `pnpm sql:format`.";
const afterRebuild =
    "Both rebuild the table unchanged. Edit the definition and the copy in the first file; the second one undoes it.";

// Both files rebuild the table unchanged: the do file is to be edited, the undo file restores the present definition.
async function draftRebuild(
    root: string,
    table: string,
    slug: string,
): Promise<{ do: string; undo: string; set: string }> {
    const { readRebuildSource } = await import("../../migrations/rebuild-source.ts");
    const { renderRebuild } = await import("../../sql/rebuild.ts");
    const { sets } = await readFiles(root);
    const { source, set } = await readRebuildSource(sets, table);
    const words = slug.replaceAll("-", " ");
    const format = await loadLenientFormatter(root);
    const statements = renderRebuild(source).map((sql) => `${sql};\n`);
    const render = (heading: string): string => format("", `-- ${heading}\n${statements.join("\n")}`);
    return {
        do: render(`${capitalize(words)}: rebuilds ${source.table} with its rows and indexes.`),
        undo: render(`Undoes: ${words}. Rebuilds ${source.table} as it was before.`),
        set,
    };
}

async function writeNew(root: string, path: string, text: string): Promise<void> {
    try {
        await writeFile(join(root, path), text, { flag: "wx" });
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const hint = "run the command again: it takes the next free number";
        throw new AppError("cannot-open", `${path} cannot be written (${reason})`, { hint });
    }
}

function findFolder(set: string): string {
    if (/^[a-z][a-z0-9_]*$/.test(set)) return folderOf(set);
    throw new AppError("usage", `'${set}' cannot name a migration set`, {
        hint: "use lower-case letters, digits and underscores, beginning with a letter",
        outcome: "Nothing was written.",
    });
}

function renderHeading(slug: string, action: "do" | "undo"): string {
    const sentence = slug.replaceAll("-", " ");
    if (action === "undo") return `-- Undoes: ${sentence}.\n`;
    return `-- ${capitalize(sentence)}: explain why here.\n`;
}

function capitalize(sentence: string): string {
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
