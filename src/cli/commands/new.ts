import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../../errors.ts";
import type { Import } from "../../importing/plan.ts";
import { coreSet, findNextNumber, folderOf, migrationName, readFiles } from "../../planning/files.ts";
import { loadLenientFormatter } from "../../sql/format.ts";
import { toSlug } from "../../sql/names.ts";
import { createFolder } from "../../text/folder.ts";
import type { Context } from "../program.ts";

export interface ScaffoldOptions {
    /** The migration set; by default that of the table, or the core set. */
    readonly set?: string;
    /** The table that the migration rebuilds. */
    readonly rebuild?: string;
    /** The folder with the migrations of another tool. */
    readonly import?: string;
    /** The tool that wrote them; detected by default. */
    readonly format?: string;
    readonly dryRun?: boolean;
}

/**
 * db:new: writes a do and an undo file with the next free number. Each contains only a heading or, with --rebuild, a
 * complete rebuild of a table, ready to be edited; with --import, the migrations of another tool.
 *
 * @throws AppError `usage` for an invalid name, set or table, `invalid-files` if the files do not deploy
 */
export async function scaffold(context: Context, options: ScaffoldOptions): Promise<void> {
    const { output, root, args } = context;
    const words = args.join(" ").trim();
    refuseContradiction(words, options);
    const slug = toSlug(words);
    findFolder(options.set ?? coreSet);
    if (options.import !== undefined) {
        return importMigrations(context, options.import, options);
    }
    const draft = options.rebuild === undefined ? undefined : await draftRebuild(root, options.rebuild, slug);
    const folder = findFolder(options.set ?? draft?.set ?? coreSet);
    const { next, digits } = findNextNumber(await readdir(join(root, folder)).catch(() => []));
    const number = String(next).padStart(digits, "0");
    const files = (["do", "undo"] as const).map((action) => ({
        name: `${number}.${action}.${slug}.sql`,
        path: `${folder}/${number}.${action}.${slug}.sql`,
        text: draft?.[action] ?? renderHeading(slug, action),
    }));
    if (!files.every(({ name }) => migrationName.test(name))) {
        throw new AppError("usage", `'${words}' does not make a file name`, {
            hint: "describe the change in a few words of letters and digits: `pnpm db:new add question source`",
            outcome: "Nothing was written.",
        });
    }
    if (!slug.includes("-")) output.note(`note: '${slug}' is one word; name migrations by verb and object`);
    const paths = files.map(({ path }) => path);
    await writeAll(root, files);
    for (const path of paths) output.field("Wrote", path);
    output.line(draft ? afterRebuild : afterHeading);
    output.document({ paths });
}

function refuseContradiction(words: string, { import: folder, rebuild, format, dryRun }: ScaffoldOptions): void {
    const refuse = (message: string): never => {
        throw new AppError("usage", message, { hint: "see `pnpm db:new --help`", outcome: "Nothing was written." });
    };
    if (folder === undefined && (format !== undefined || dryRun)) refuse("--format and --dry-run belong to --import");
    if (folder === undefined && words === "") refuse("missing required argument 'words'");
    if (folder !== undefined && words !== "") refuse("--import takes the names from the files, so it takes no words");
    if (folder !== undefined && rebuild !== undefined) refuse("--import and --rebuild exclude each other");
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

// All or none: a do file without its undo file would take the number.
async function writeAll(
    root: string,
    files: readonly { readonly path: string; readonly text: string }[],
): Promise<void> {
    const written: string[] = [];
    try {
        for (const { path, text } of files) {
            await writeNew(root, path, text);
            written.push(path);
        }
    } catch (error) {
        for (const path of written) await rm(join(root, path), { force: true });
        throw error;
    }
}

const remedies: Readonly<Record<string, string>> = {
    EEXIST: "run the command again: it takes the next free number",
    ENOSPC: "free some space, then run the command again",
    EACCES: "run it as a user who may write to that folder, or change the permissions of the folder",
    EPERM: "run it as a user who may write to that folder, or change the permissions of the folder",
    EROFS: "run it in a checkout on a file system that is not read-only",
    ENOTDIR: "replace what has the name of the folder by a folder",
};

async function writeNew(root: string, path: string, text: string): Promise<void> {
    try {
        await createFolder(dirname(join(root, path)));
        await writeFile(join(root, path), text, { flag: "wx" });
    } catch (error) {
        const { code = "unknown" } = error as NodeJS.ErrnoException;
        throw new AppError("cannot-open", `${path} cannot be written (${code})`, {
            hint: remedies[code] ?? "check who owns the folder, and the disk, then run the command again",
            outcome: "Nothing was written.",
            cause: error,
        });
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

// Writes the migrations of another tool as files of this one, and lists what a person must decide.
async function importMigrations({ root, output }: Context, folder: string, options: ScaffoldOptions): Promise<void> {
    const { format, set = coreSet, dryRun = false } = options;
    const { planImport } = await import("../../importing/plan.ts");
    const planned = await planImport(root, folder, { set, format });
    if (!dryRun) await writeAll(root, planned.files);
    output.field("Format", planned.format);
    output.field("Read", `${planned.folder}, ${count(planned.read, "migration")}`);
    output.line(dryRun ? "Would write:" : "Wrote:");
    output.table(
        planned.files.map(({ path, source, removed }) => [
            `  ${path}`,
            [`from ${source}`, ...(removed.length === 0 ? [] : [`without ${[...new Set(removed)].join(", ")}`])].join(
                ", ",
            ),
        ]),
    );
    if (planned.decisions.length > 0) output.line("To decide:");
    for (const [at, { path, line, message, remedy }] of planned.decisions.entries()) {
        output.line(`  ${path}${line === undefined ? "" : `:${line}`}: ${message}`);
        // A remedy of several stands once, below the last.
        if (planned.decisions[at + 1]?.remedy !== remedy) output.line(`      ${remedy}`);
    }
    output.line(renderResult(planned, dryRun));
    const files = planned.files.map(({ path, source, removed }) => ({ path, source, removed }));
    output.document({ format: planned.format, folder: planned.folder, dryRun, files, decisions: planned.decisions });
}

function renderResult(planned: Import, dryRun: boolean): string {
    const [files, decisions] = [planned.files.length, planned.decisions.length];
    if (dryRun)
        return `Nothing was written: ${count(files, "file")} would be, and ${count(decisions, "thing")} left to decide.`;
    const left = decisions === 0 ? "nothing is left to decide" : `${count(decisions, "thing")} left to decide`;
    return `Wrote ${count(files, "file")}; ${left}. Check them with \`pnpm db:lint\`, then see \`${planned.check}\`.`;
}

function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
