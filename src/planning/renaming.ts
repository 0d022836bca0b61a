import { type FoundFiles, migrationName, withUndo } from "./files.ts";

interface Misnamed {
    readonly path: string;
    readonly message: string;
    readonly remedy: string;
}

/** Explains files in migrations/ that postgrator would silently ignore, each with the name that it should have. */
export function explainMigrationNames(found: FoundFiles, paths: readonly string[]): Misnamed[] {
    const numbers = createNumbering(found);
    return paths.map((path) => {
        const original = findOriginal(path);
        if (original !== undefined) return explainBackup(path, original);
        if (isVersionZero(path)) return explainVersionZero(path, numbers);
        const { folder, digits, isUndo, slug } = readIntent(path);
        const wanted = Number(digits);
        const action = isUndo ? "undo" : "do";
        const isFree = wanted > 0 && digits.length <= 15 && !numbers.isTaken(folder, wanted, action);
        const number = isFree ? digits.padStart(3, "0") : numbers.next(folder, slug);
        const name = `${number}.${action}.${slug || "what-it-does"}.sql`;
        // Without a number, it is unknown what an undo file undoes.
        const isUsable = digits !== "" && migrationName.test(name) && (isFree || !isUndo);
        if (isFree) numbers.take(folder, wanted, action);
        return {
            path,
            message: "is not named like a migration, so postgrator would silently ignore it",
            remedy: isUsable ? `mv ${quote(path)} ${folder}${name}` : `name it like ${folder}013.do.add-something.sql`,
        };
    });
}

/** Finds the file of which a file is a backup by an editor or a merge; undefined for another file. */
export function findOriginal(path: string): string | undefined {
    return /^(.+\.sql)(?:~|\.(?:bak|orig|rej|old|save|swp|tmp|~?\d+~?))$/i.exec(path)?.[1];
}

/** Explains a backup of a file: its name must not become that of a second one. */
export function explainBackup(path: string, original: string): Misnamed {
    return {
        path,
        message: `is a backup of ${original} by an editor or a merge`,
        remedy: `delete it: rm ${quote(path)}`,
    };
}

function isVersionZero(path: string): boolean {
    return /\/0+\.(do|undo)\.[^/]*\.sql$/.test(path);
}

// Do and undo file get the same number: the last free one before the other files, or else the next one.
function explainVersionZero(path: string, numbers: Numbering): Misnamed {
    const [, folder = "", , rest = ""] = splitPath(path);
    const slug = rest.replace(/^\.(do|undo)\./, "");
    const number = numbers.beforeFirst(folder) ?? numbers.next(folder, slug);
    return {
        path,
        message: "has version 0, which is the empty database; versions begin at 1",
        remedy: `mv ${quote(path)} ${quote(`${folder}${number}${rest}`)}`,
    };
}

/** Explains versions that two files have, each with a free number for the one that is not applied anywhere. */
export function explainDuplicates(found: FoundFiles): Misnamed[] {
    const numbers = createNumbering(found);
    return found.duplicates.map(([first, second]) => {
        const [, folder = "", , rest = ""] = splitPath(second);
        const number = numbers.next(folder, rest.replace(/^\.(do|undo)\./, ""));
        const [mine, other] = [second, first].map((path) => `mv ${path} ${folder}${number}${splitPath(path)[3] ?? ""}`);
        return {
            path: second,
            message: `has the same version as ${first}`,
            remedy: `rename the one that is not applied anywhere: ${mine}, or ${other}`,
        };
    });
}

// The whole, the folder, the number and the rest.
function splitPath(path: string): readonly string[] {
    return /^(.*\/)(\d+)(\..*)$/.exec(path) ?? [];
}

// Reads a name in the style of another tool: 002.up.sql, V4__add_tags.sql, U4__add_tags.sql.
function readIntent(path: string): { folder: string; digits: string; isUndo: boolean; slug: string } {
    const [, folder = "", name = ""] = /^(.*\/)(.*)$/.exec(path) ?? [];
    const [, prefix = "", digits = "", rest = ""] = /^(\D*)(\d*)(.*)$/s.exec(name.replace(/\.[^.]*$/, "")) ?? [];
    const words = rest
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .filter((word) => word !== "");
    const isUndo = /^u$/i.test(prefix) || words.some((word) => /^(undo|down|revert)$/.test(word));
    const slug = words.filter((word) => !/^(undo|down|revert|do|up)$/.test(word)).join("-");
    return { folder, digits, isUndo, slug };
}

interface Numbering {
    /** The number before that of the first file of a folder; undefined if it is 0. */
    beforeFirst(folder: string): string | undefined;
    isTaken(folder: string, version: number, action: string): boolean;
    take(folder: string, version: number, action: string): void;
    /** A free number of three digits or more; the same one for the same key. */
    next(folder: string, key: string): string;
}

function createNumbering({ sets, orphans, duplicates }: FoundFiles): Numbering {
    const paths = [
        ...sets.flatMap((set) => set.migrations.flatMap(withUndo).map(({ path }) => path)),
        ...orphans,
        ...duplicates.flat(),
    ];
    const taken = new Set<string>();
    const last = new Map<string, number>();
    const first = new Map<string, number>();
    const given = new Map<string, number>();
    const take = (folder: string, version: number, action: string): void => {
        taken.add(`${folder}${version}.${action}`);
        last.set(folder, Math.max(last.get(folder) ?? 0, version));
    };
    for (const path of paths) {
        const [, folder = "", digits, action = ""] = /^(.*\/)(\d+)\.(do|undo)\./.exec(path) ?? [];
        take(folder, Number(digits), action);
        first.set(folder, Math.min(first.get(folder) ?? Number(digits), Number(digits)));
    }
    return {
        take,
        beforeFirst(folder) {
            const before = (first.get(folder) ?? 2) - 1;
            return before > 0 ? String(before).padStart(3, "0") : undefined;
        },
        isTaken: (folder, version, action) => taken.has(`${folder}${version}.${action}`),
        next(folder, key) {
            const version = given.get(`${folder} ${key}`) ?? (last.get(folder) ?? 0) + 1;
            given.set(`${folder} ${key}`, version);
            last.set(folder, Math.max(last.get(folder) ?? 0, version));
            return String(version).padStart(3, "0");
        },
    };
}

function quote(path: string): string {
    return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
