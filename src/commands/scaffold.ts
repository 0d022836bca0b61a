import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../cli.ts";
import { AppError } from "../errors.ts";
import { coreSet, migrationName } from "../migrations/files.ts";

export interface ScaffoldOptions {
    /** The migration set; the core one when undefined. */
    readonly set?: string;
}

/** Digits of a version number, unless the files beside it have more. */
const fewestDigits = 3;

/**
 * db:new: writes a do and an undo file with the next free number, each with nothing but a heading.
 *
 * @throws AppError `usage` for a name or set that gives no file name
 */
export async function scaffold(context: Context, options: ScaffoldOptions): Promise<void> {
    const { output, root, args } = context;
    const words = args.join(" ").trim();
    const slug = toSlug(words);
    const folder = findFolder(options.set ?? coreSet);
    const number = nextNumber(await readdir(join(root, folder)).catch(() => []));
    const files = (["do", "undo"] as const).map((action) => ({
        name: `${number}.${action}.${slug}.sql`,
        text: renderHeading(slug, action),
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
    output.line(
        "Both hold only a heading: they are refused until each has a statement. Format them with `pnpm sql:format`.",
    );
    output.document({ paths });
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
    return `-- ${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}: say here why.\n`;
}
