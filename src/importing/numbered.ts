import { join } from "node:path";
import {
    compareNumbers,
    listTop,
    refuseSource,
    type SourceFolder,
    type SourceMigration,
    toSourceText,
} from "./source.ts";

/** The parts of a file name: the number, the direction and the words. */
interface NamedFile {
    readonly file: string;
    readonly version: string;
    readonly isDown: boolean;
    readonly words: string;
}

/** 001.do.add-tags.sql with 001.undo.add-tags.sql; the words may be missing. */
export function readPostgratorName(file: string): NamedFile | undefined {
    const [, version, action, words = ""] = /^(\d+)\.(do|undo)(?:\.(.*))?\.sql$/i.exec(file) ?? [];
    return version && action ? { file, version, isDown: /^undo$/i.test(action), words } : undefined;
}

/** 1_add_tags.up.sql with 1_add_tags.down.sql. */
export function readGolangMigrateName(file: string): NamedFile | undefined {
    const [, version, words = "", action] = /^(\d+)_(.*)\.(up|down)\.sql$/.exec(file) ?? [];
    return version ? { file, version, isDown: action === "down", words } : undefined;
}

/** 0001_add_tags.sql. */
export function readPlainName(file: string): NamedFile | undefined {
    const [, version, words = ""] = /^(\d+)_(.*)\.sql$/i.exec(file) ?? [];
    return version && !readGolangMigrateName(file) ? { file, version, isDown: false, words } : undefined;
}

/** Reads pairs of files, in the order of their numbers. */
export function readPairs(
    folder: SourceFolder,
    readName: (file: string) => NamedFile | undefined,
    example: string,
): SourceMigration[] {
    const named = readNames(folder, listTop(folder), readName, example);
    const [ups, downs] = [false, true].map((isDown) => {
        const found = new Map<string, NamedFile>();
        for (const item of named.filter((other) => other.isDown === isDown)) {
            const key = String(BigInt(item.version));
            const first = found.get(key);
            if (first) refuseTwins(folder, first.file, item.file);
            found.set(key, item);
        }
        return found;
    }) as [Map<string, NamedFile>, Map<string, NamedFile>];
    for (const [version, { file }] of downs) {
        if (ups.has(version)) continue;
        const message = `${join(folder.path, file)} undoes a migration that does not exist`;
        refuseSource(message, "restore the file that it undoes, or move it out of the folder");
    }
    return [...ups]
        .sort(([left], [right]) => compareNumbers(left, right))
        .map(([version, { file, words }]) => {
            const down = downs.get(version);
            return {
                version,
                name: words,
                up: toSourceText(folder, file),
                down: down && toSourceText(folder, down.file),
            };
        });
}

/** Reads files that go forward only, in the order of their numbers; the tool runs files with the same number by name. */
export function readPlain(folder: SourceFolder): SourceMigration[] {
    const named = readNames(folder, listTop(folder), readPlainName, "0001_add_tags.sql");
    return named
        .sort((left, right) => compareNumbers(left.version, right.version))
        .map(({ file, words }) => ({ version: file, name: words, up: toSourceText(folder, file), down: undefined }));
}

/** Reads the names of files that all must follow one form. */
export function readNames<Name>(
    folder: SourceFolder,
    files: readonly string[],
    readName: (file: string) => Name | undefined,
    example: string,
): Name[] {
    return files.map((file) => {
        const message = `${join(folder.path, file)} is not named like ${example}, so it is not known when it would run`;
        const hint = "rename it, or move it out of the folder if it is not a migration";
        return readName(file) ?? refuseSource(message, hint);
    });
}

/** Refuses two files of one version. */
export function refuseTwins({ path }: SourceFolder, first: string, second: string): never {
    const message = `${join(path, second)} has the same version as ${join(path, first)}`;
    return refuseSource(message, "rename or remove the one that is not applied anywhere");
}
