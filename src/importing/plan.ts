import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { AppError } from "../errors.ts";
import {
    coreSet,
    type FoundFiles,
    findNextNumber,
    folderOf,
    type MigrationFile,
    type MigrationSet,
    type ObjectFile,
    parseMigration,
    parseSqlFile,
    readFiles,
} from "../planning/files.ts";
import { findFileProblems, refuseFiles } from "../planning/problems.ts";
import { toSlug } from "../sql/names.ts";
import type { Statement } from "../sql/statements.ts";
import { type Decision, explainObjects, explainSources, explainUnused, judgeImport } from "./decisions.ts";
import { readMigrations } from "./formats.ts";
import { followObjects, type MovedObject, renderObject, tellMoved } from "./objects.ts";
import { parseScript } from "./parse.ts";
import { type Replayed, replayOriginals } from "./replay.ts";
import { compareResult, type ResultInput } from "./result.ts";
import { explainRollbacks } from "./rollbacks.ts";
import { nothingWritten, readSourceFolder } from "./source.ts";
import { type Imported, type Transcript, transcribe } from "./transcribe.ts";

/** A file that an import writes. */
export interface ImportedFile {
    readonly path: string;
    readonly text: string;
    /** The file that it was made of. */
    readonly source: string;
    /** What the runner does itself, and was left out. */
    readonly removed: readonly string[];
}

/** What an import writes, and what a person must decide after it. */
export interface Import {
    readonly format: string;
    readonly folder: string;
    /** The migrations that were read, also those without a statement. */
    readonly read: number;
    readonly files: readonly ImportedFile[];
    readonly decisions: readonly Decision[];
    /** The command that shows what a deploy of the files would do. */
    readonly check: string;
}

/**
 * Plans the import of another tool's migrations into a set, after those that it has. Writes nothing.
 *
 * @throws AppError `usage` for a folder or format that does not fit, `invalid-files` for files that cannot be read or exist
 */
export async function planImport(
    root: string,
    folder: string,
    options: { readonly set: string; readonly format?: string | undefined },
): Promise<Import> {
    refuseTarget(root, folder, folderOf(options.set));
    const source = await readSourceFolder(root, folder);
    const { format, migrations } = readMigrations(source, options.format);
    const parsed = migrations.map((migration) => ({
        source: migration,
        up: parseScript(migration.up),
        down: migration.down && parseScript(migration.down),
    }));
    const found = await readFiles(root);
    const problems = findFileProblems(found).filter(({ path }) => path !== "migrations/");
    if (problems.length > 0) throw refuseFiles(problems).withOutcome(nothingWritten);

    const set = findSet(found, options.set);
    const before = [...found.sets.slice(0, 1).filter((core) => core.name !== set.name), set];
    const ups = parsed.map(({ up }) => up);
    const replayed = await replayOriginals(before, ups);
    const objects = followObjects(ups);
    const isMoved = tellMoved(objects);
    const imported = parsed.map((item): Imported => {
        const back = item.down && transcribe(item.down, isMoved);
        return { ...item, forward: transcribe(item.up, isMoved), back };
    });
    const names = await readdir(join(root, folderOf(set.name))).catch(() => []);
    const files = [...nameFiles(imported, set.name, names), ...nameObjects(objects, replayed, set.name)];
    refuseExisting(found, files);
    const check = `pnpm db:push --dry-run${set.name === coreSet ? "" : ` --set ${set.name}`}`;
    const sets = [...before.slice(0, -1), withImported(set, files)];
    const refused = nameUndone(judgeImport({ ...found, sets }, files), imported, files, isMoved);
    const replay: ResultInput["replay"] = (how) => replayOriginals(before, ups, how);
    const decisions = [
        ...explainSources(source.path, imported),
        ...explainUnused(source, format, migrations),
        ...explainObjects(objects, replayed, ups, check),
        ...refused,
        ...(refused.length === 0 && "schema" in replayed
            ? await compareResult({ sets, ups, objects, wanted: replayed, replay })
            : []),
    ];
    return { format, folder: source.path, read: migrations.length, files, decisions, check };
}

// A deploy that refuses a ROLLBACK does not know which lines it undid.
function nameUndone(
    problems: readonly Decision[],
    imported: readonly Imported[],
    files: readonly ImportedFile[],
    isMoved: (statement: Statement) => boolean,
): Decision[] {
    const undone = files.flatMap((file) => {
        const own = imported.find(({ up, down }) => file.source === up.path || file.source === down?.path);
        const script = file.path.includes(".undo.") ? own?.down : own?.up;
        return script && file.path.startsWith("migrations/") ? explainRollbacks(file, script, isMoved) : [];
    });
    const isSame = (one: Decision, other: Decision): boolean =>
        one.path === other.path && one.line === other.line && one.message === other.message;
    return problems.map((problem) => undone.find((item) => isSame(item, problem)) ?? problem);
}

function findSet({ sets }: FoundFiles, name: string): MigrationSet {
    const versionTable = `schemaversion_${name}`;
    return sets.find((set) => set.name === name) ?? { name, versionTable, migrations: [], objects: [] };
}

// The old files would lie among the new ones, and no deploy would accept them.
function refuseTarget(root: string, folder: string, target: string): void {
    if (relative(resolve(root, folder), resolve(root, target)) !== "") return;
    throw new AppError("usage", `'${folder}' is the folder that the migrations would be written to`, {
        hint: `move its files to a folder of their own: \`mv ${target} imported\`, then \`pnpm db:new --import imported\``,
        outcome: nothingWritten,
    });
}

// Numbers continue after those of the folder; a migration without a statement gets none.
function nameFiles(imported: readonly Imported[], set: string, names: readonly string[]): ImportedFile[] {
    const { next, digits } = findNextNumber(names);
    const kept = imported.filter(({ forward }) => forward.text !== undefined);
    const width = Math.max(digits, String(next + BigInt(kept.length)).length);
    return kept.flatMap(({ source, forward, back }, at) => {
        const number = String(next + BigInt(at)).padStart(width, "0");
        const slug = toSlug(source.name) || `migration-${toSlug(source.version)}`;
        const file = (action: "do" | "undo", path: string, { text, removed }: Transcript): ImportedFile[] =>
            text === undefined
                ? []
                : [{ path: `${folderOf(set)}/${number}.${action}.${slug}.sql`, text, source: path, removed }];
        return [...file("do", source.up.path, forward), ...(back ? file("undo", source.down?.path ?? "", back) : [])];
    });
}

function nameObjects(objects: ReadonlyMap<string, MovedObject>, replayed: Replayed, set: string): ImportedFile[] {
    const schema = "schema" in replayed ? replayed.schema : undefined;
    return [...objects.values()].flatMap((object) => {
        const text = renderObject(object, schema);
        const below = set === coreSet ? "" : `${set}/`;
        const path = `${object.type}s/${below}${object.name}.sql`;
        return text === undefined ? [] : [{ path, text, source: object.path, removed: [] }];
    });
}

// Names of files are compared as file systems without letter case do.
function refuseExisting({ sets }: FoundFiles, files: readonly ImportedFile[]): void {
    const there = sets.flatMap((set) => [...set.migrations, ...set.objects]).map(({ path }) => path.toLowerCase());
    const taken = files.find(({ path }) => there.includes(path.toLowerCase()));
    if (!taken) return;
    throw new AppError("invalid-files", `${taken.source} creates what ${taken.path} defines already`, {
        hint: "give one of them another name, or remove it",
        outcome: nothingWritten,
    });
}

function withImported(set: MigrationSet, files: readonly ImportedFile[]): MigrationSet {
    const migrations: MigrationFile[] = [];
    const objects: ObjectFile[] = [];
    for (const { path, text } of files) {
        const [, version = "", action, name = ""] = /(\d+)\.(do|undo)\.(.*)\.sql$/.exec(path) ?? [];
        const [, type, object = ""] = /^(view|trigger)s\/(?:.*\/)?(.*)\.sql$/.exec(path) ?? [];
        if (type === "view" || type === "trigger") {
            objects.push({ ...parseSqlFile(path, text), set: set.name, type, name: object });
        } else if (action === "do") {
            const file = parseMigration(path, text);
            migrations.push({ ...file, set: set.name, version: Number(version), name, undo: undefined });
        } else {
            const last = migrations.pop();
            if (last) migrations.push({ ...last, undo: parseMigration(path, text) });
        }
    }
    return { ...set, migrations: [...set.migrations, ...migrations], objects: [...set.objects, ...objects] };
}
