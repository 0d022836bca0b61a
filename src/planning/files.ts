import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError, nothingChanged } from "../errors.ts";
import { type Token, tokenize } from "../sql/lexer.ts";
import { checksumTokens, findOpenToken, normalizeText, type Statement, splitStatements } from "../sql/statements.ts";
import { findToolMarkers, type ToolMarker } from "../sql/tool-markers.ts";
import { readText } from "../text/decode.ts";

export interface SqlFile {
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    /** The text, with LF line endings and without a byte order mark. */
    readonly sql: string;
    readonly statements: readonly Statement[];
    /** The unclosed literal, name or comment in which the text ends. */
    readonly open?: Token;
    /** Comments by which another tool tells the directions of a migration apart. */
    readonly markers?: readonly ToolMarker[];
    /** Over the tokens: comments, white space and line endings do not matter. */
    readonly checksum: string;
}

/** `NNN.do.name.sql`, with its `NNN.undo.name.sql`. */
export interface MigrationFile extends SqlFile {
    readonly set: string;
    readonly version: number;
    readonly name: string;
    /** Postgrator's checksum: MD5 over the text with LF line endings, a byte order mark included. */
    readonly md5: string;
    readonly undo: (SqlFile & Pick<MigrationFile, "md5">) | undefined;
}

export type ObjectType = "view" | "trigger";

/** A view or trigger: the file holds its current definition. */
export interface ObjectFile extends SqlFile {
    readonly set: string;
    readonly type: ObjectType;
    readonly name: string;
}

/**
 * A folder of migrations with its own version table, and the views and triggers that belong to it.
 *
 * The core set is migrations/, views/ and triggers/ themselves; a sub-folder of migrations/ is an optional set, with
 * sub-folders of the same name in views/ and triggers/.
 */
export interface MigrationSet {
    readonly name: string;
    readonly versionTable: string;
    readonly migrations: readonly MigrationFile[];
    readonly objects: readonly ObjectFile[];
}

export const coreSet = "core";

/** Returns the folder of the migrations of a set. */
export function folderOf(set: string): string {
    return set === coreSet ? "migrations" : `migrations/${set}`;
}

/** Lists a migration with its undo file. */
export function withUndo(file: MigrationFile): SqlFile[] {
    return file.undo ? [file, file.undo] : [file];
}

/** Lists the statements of all files of sets, undo files included. */
export function listStatements(sets: readonly MigrationSet[]): Statement[] {
    const files = sets.flatMap((set) => [...set.migrations.flatMap(withUndo), ...set.objects]);
    return files.flatMap(({ statements }) => statements);
}

/** The names that migration files may have; others are reported, because postgrator silently ignores them. */
export const migrationName = /^(?!0+\.)(\d{1,15})\.(do|undo)\.([a-z0-9]+(?:-[a-z0-9]+)*)\.sql$/;
/** Minimum number of digits in a version number. */
const fewestDigits = 3;
const setName = /^[a-z][a-z0-9_]*$/;

/** The files in the folders, before validation. */
export interface FoundFiles {
    readonly sets: readonly MigrationSet[];
    readonly duplicates: readonly (readonly [string, string])[];
    /** Undo files without their do file, by path. */
    readonly orphans: readonly string[];
    /** Files and folders that do not follow the naming, by path; a folder ends with a slash. */
    readonly unrecognised: readonly string[];
}

/**
 * Reads migrations/, views/ and triggers/ below `root`. A missing folder is an empty one.
 * @throws AppError `invalid-files` for a file or folder that cannot be read, or a file that is not UTF-8
 */
export async function readFiles(root: string): Promise<FoundFiles> {
    const sets = await listSets(root);
    const names = sets.map((set) => set.name);
    const parts = await Promise.all(sets.map((set) => readSet(root, set)));
    return {
        sets: parts.map((part) => part.set),
        duplicates: parts.flatMap((part) => part.duplicates),
        orphans: parts.flatMap((part) => part.orphans),
        unrecognised: await findUnrecognised(root, names),
    };
}

/** Lists the sets that have a folder, without their files; the core is the first. */
export async function listSets(root: string): Promise<Pick<MigrationSet, "name" | "versionTable">[]> {
    const optional = (await readFolder(join(root, "migrations")))
        .filter((entry) => entry.isDirectory() && setName.test(entry.name) && entry.name !== coreSet)
        .map((entry) => entry.name);
    return [
        { name: coreSet, versionTable: "schemaversion" },
        ...optional.sort().map((name) => ({ name, versionTable: `schemaversion_${name}` })),
    ];
}

async function findUnrecognised(root: string, sets: readonly string[]): Promise<string[]> {
    const folders = ["migrations", "views", "triggers"].flatMap((folder) =>
        sets.map((set) => ({
            path: set === coreSet ? folder : `${folder}/${set}`,
            subfolders: set === coreSet ? sets : [],
        })),
    );
    const found = await Promise.all(
        folders.map(async ({ path, subfolders }) => {
            const entries = (await readFolder(join(root, path))).filter((entry) => !isIgnored(entry.name));
            return entries.flatMap((entry) => {
                const { name } = entry;
                if (entry.isDirectory())
                    return subfolders.includes(name) && name !== coreSet ? [] : [`${path}/${name}/`];
                const isNamed = path.startsWith("migrations") ? migrationName.test(name) : name.endsWith(".sql");
                return isNamed ? [] : [`${path}/${name}`];
            });
        }),
    );
    return found.flat();
}

async function readSet(
    root: string,
    { name, versionTable }: Pick<MigrationSet, "name" | "versionTable">,
): Promise<{ set: MigrationSet; duplicates: [string, string][]; orphans: string[] }> {
    const below = name === coreSet ? "" : `/${name}`;
    const folder = folderOf(name);
    const [listed, views, triggers] = await Promise.all([
        readFolder(join(root, folder)),
        readObjects(root, `views${below}`, "view", name),
        readObjects(root, `triggers${below}`, "trigger", name),
    ]);
    const names = listed.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    const files = await readMigrations(root, folder, names);
    const { migrations, duplicates, orphans } = pairUp(name, files);
    return { set: { name, versionTable, migrations, objects: [...views, ...triggers] }, duplicates, orphans };
}

interface ReadMigration extends SqlFile {
    readonly version: number;
    readonly action: "do" | "undo";
    readonly name: string;
    readonly md5: string;
}

// Names and checksums are postgrator's; db:lint compares them with those that postgrator reads. Its own reader is not
// used here: it silently skips what it cannot read, and loads forty modules.
async function readMigrations(root: string, folder: string, names: readonly string[]): Promise<ReadMigration[]> {
    const files = await Promise.all(
        names.map(async (file) => {
            const [, version = "", action, name = ""] = migrationName.exec(file) ?? [];
            if (action !== "do" && action !== "undo") return [];
            const path = `${folder}/${file}`;
            const parsed = parseMigration(path, await readSqlFile(root, path));
            return [{ ...parsed, version: Number(version), action, name } as const];
        }),
    );
    return files.flat();
}

function pairUp(
    set: string,
    files: readonly ReadMigration[],
): { migrations: MigrationFile[]; duplicates: [string, string][]; orphans: string[] } {
    const sorted = [...files].sort((a, b) => a.version - b.version || a.path.localeCompare(b.path));
    const duplicates: [string, string][] = [];
    const byKey = new Map<string, ReadMigration>();
    for (const file of sorted) {
        const key = `${file.version} ${file.action}`;
        const first = byKey.get(key);
        if (first) duplicates.push([first.path, file.path]);
        else byKey.set(key, file);
    }
    const migrations: MigrationFile[] = [];
    const orphans: string[] = [];
    for (const { action, ...file } of byKey.values()) {
        if (action === "do") migrations.push({ ...file, set, undo: byKey.get(`${file.version} undo`) });
        else if (!byKey.has(`${file.version} do`)) orphans.push(file.path);
    }
    return { migrations, duplicates, orphans };
}

async function readObjects(root: string, folder: string, type: ObjectType, set: string): Promise<ObjectFile[]> {
    const names = (await readFolder(join(root, folder)))
        .filter((entry) => !entry.isDirectory() && entry.name.endsWith(".sql"))
        .map((entry) => entry.name)
        .sort();
    return Promise.all(
        names.map(async (file) => {
            const path = `${folder}/${file}`;
            const read = parseSqlFile(path, await readSqlFile(root, path));
            return { ...read, set, type, name: file.slice(0, -".sql".length) };
        }),
    );
}

// `path` is relative to `root`.
function readSqlFile(root: string, path: string): Promise<string> {
    return readText(root, path, nothingChanged);
}

/** Makes one SQL file of its text, as it is on disk. */
export function parseSqlFile(path: string, raw: string): SqlFile {
    const sql = normalizeText(raw);
    const tokens = tokenize(sql);
    const open = findOpenToken(sql, tokens);
    const markers = findToolMarkers(tokens);
    return {
        path,
        sql,
        statements: splitStatements(sql, tokens),
        checksum: checksumTokens(sql, tokens),
        ...(open ? { open } : {}),
        ...(markers.length > 0 ? { markers } : {}),
    };
}

/** Makes one direction of a migration of its text, as it is on disk. */
export function parseMigration(path: string, raw: string): SqlFile & Pick<MigrationFile, "md5"> {
    const md5 = createHash("md5").update(raw.replace(/\r\n?/g, "\n")).digest("hex");
    return { ...parseSqlFile(path, raw), md5 };
}

/** Returns the next free number of a folder and how many digits it has; an unrecognised file's number is not free. */
export function findNextNumber(names: readonly string[]): { readonly next: bigint; readonly digits: number } {
    const used = names.flatMap((name) => /^\d+(?=.*\.sql$)/i.exec(name)?.[0] ?? []);
    const highest = used.reduce((max, digits) => (BigInt(digits) > max ? BigInt(digits) : max), 0n);
    return { next: highest + 1n, digits: Math.max(fewestDigits, ...used.map((text) => text.length)) };
}

async function readFolder(path: string): Promise<Dirent[]> {
    try {
        return await readdir(path, { withFileTypes: true });
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
        const isMissing = code === "ENOENT" && (await lstat(path).catch(() => undefined)) === undefined;
        if (isMissing) return [];
        const why = code === "ENOENT" ? "the link leads to no folder" : code;
        throw new AppError("invalid-files", `${path} cannot be read as a folder: ${why}`, {
            hint: "replace it with a folder that can be read",
        });
    }
}

function isIgnored(name: string): boolean {
    return name.startsWith(".") || /\.md$/i.test(name);
}
