import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { coreSet, migrationName, readFiles } from "../../planning/files.ts";
import { loadLenientFormatter } from "../../sql/format.ts";
import type { Context } from "../program.ts";

export interface ScaffoldOptions {
    /** The migration set; the core one, or that of the table, when undefined. */
    readonly set?: string;
    /** The table that the migration makes anew. */
    readonly rebuild?: string;
}

/** Digits of a version number, unless the files beside it have more. */
const fewestDigits = 3;

/**
 * db:new: writes a do and an undo file with the next free number. Each holds nothing but a heading; with --rebuild, the
 * whole rebuild of a table as it is, ready to be changed.
 *
 * @throws AppError `usage` for a name, set or table that there is none of, `invalid-files` where the files do not deploy
 */
export async function scaffold(context: Context, options: ScaffoldOptions): Promise<void> {
    const { output, root, args } = context;
    const words = args.join(" ").trim();
    const slug = toSlug(words);
    findFolder(options.set ?? coreSet);
    const draft = options.rebuild === undefined ? undefined : await draftRebuild(root, options.rebuild, slug);
    const folder = findFolder(options.set ?? draft?.set ?? coreSet);
    const number = nextNumber(await readdir(join(root, folder)).catch(() => []));
    const files = (["do", "undo"] as const).map((action) => ({
        name: `${number}.${action}.${slug}.sql`,
        text: draft?.[action] ?? renderHeading(slug, action),
    }));
    if (!files.every(({ name }) => migrationName.test(name))) {
        throw new AppError("usage", `'${words}' gives no file name`, {
            hint: "say in a few words, of letters and digits, what it does: `pnpm db:new add question source`",
            outcome: "Nothing was written.",
        });
    }
    if (!slug.includes("-")) output.note(`note: '${slug}' is one word; the others say verb and object`);
    await mkdir(join(root, folder), { recursive: true });
    const paths = files.map(({ name }) => `${folder}/${name}`);
    for (const [at, { text }] of files.entries()) await writeNew(root, paths[at] as string, text);
    for (const path of paths) output.field("Wrote", path);
    output.line(draft ? afterRebuild : afterHeading);
    output.document({ paths });
}

const afterHeading =
    "Both hold only a heading: they are refused until each has a statement. Format them with `pnpm sql:format`.";
const afterRebuild =
    "Both make the table anew as it is. Change the definition and the copy in the first; the second leads back to it.";

// Both directions lead to the table as it is: the do file is there to be changed, the undo file holds what to go back to.
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
        do: render(`${capitalize(words)}: makes ${source.table} anew, with its rows and indexes.`),
        undo: render(`Undoes: ${words}. Makes ${source.table} anew as it was before.`),
        set,
    };
}

async function writeNew(root: string, path: string, text: string): Promise<void> {
    try {
        await writeFile(join(root, path), text, { flag: "wx" });
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new AppError("cannot-open", `${path} cannot be written (${reason})`, {
            hint: "run the command again: it looks for the next free number anew",
        });
    }
}

// `Add Ünïcode name!` becomes `add-unicode-name`.
function toSlug(words: string): string {
    return words
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-|-$/g, "");
}

function findFolder(set: string): string {
    if (set === coreSet) return "migrations";
    if (/^[a-z][a-z0-9_]*$/.test(set)) return `migrations/${set}`;
    throw new AppError("usage", `'${set}' cannot name a migration set`, {
        hint: "use small letters, digits and underscores, beginning with a letter",
        outcome: "Nothing was written.",
    });
}

// Every file that begins with digits counts, misnamed ones too: their number is not free.
function nextNumber(names: readonly string[]): string {
    const used = names.flatMap((name) => /^\d+(?=.*\.sql$)/i.exec(name)?.[0] ?? []);
    const highest = used.reduce((max, digits) => (BigInt(digits) > max ? BigInt(digits) : max), 0n);
    const digits = Math.max(fewestDigits, ...used.map((text) => text.length));
    return String(highest + 1n).padStart(digits, "0");
}

function renderHeading(slug: string, action: "do" | "undo"): string {
    const sentence = slug.replaceAll("-", " ");
    if (action === "undo") return `-- Undoes: ${sentence}.\n`;
    return `-- ${capitalize(sentence)}: say here why.\n`;
}

function capitalize(sentence: string): string {
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
