import { type FoundFiles, migrationName, withUndo } from "./files.ts";

interface Misnamed {
    readonly path: string;
    readonly message: string;
    readonly remedy: string;
}

/**
 * Explains files in migrations/ that postgrator would silently ignore, each with the name that it should have. Followed
 * for all of them, the names are unique and keep the order of the old numbers.
 */
export function explainMigrationNames(found: FoundFiles, paths: readonly string[]): Misnamed[] {
    const originals = new Map(paths.map((path) => [path, findOriginal(path, found)]));
    const intents = paths.filter((path) => originals.get(path) === undefined).map(readIntent);
    const names = new Map<Intent, string>();
    for (const folder of new Set(intents.map((intent) => intent.folder))) {
        const own = intents.filter((intent) => intent.folder === folder && intent.digits !== "");
        for (const [intent, name] of nameAll(own, createNumbering(found))) names.set(intent, name);
    }
    return paths.map((path) => {
        const original = originals.get(path);
        if (original !== undefined) return explainBackup(path, original);
        const intent = intents.find((other) => other.path === path) ?? readIntent(path);
        return explainName(intent, names.get(intent) ?? "", intents);
    });
}

function explainName(intent: Intent, name: string, intents: readonly Intent[]): Misnamed {
    const { path, folder, isData } = intent;
    const rename = migrationName.test(name)
        ? `mv ${quote(path)} ${folder}${name}`
        : `name it like ${folder}013.do.add-something.sql`;
    if (isVersionZero(path)) {
        const message = "has version 0, which is the empty database; versions begin at 1";
        return { path, message, remedy: rename };
    }
    const others = intents.filter(
        (other) => other.folder === folder && other.digits !== "" && !isVersionZero(other.path),
    );
    const remedy = others.length > 1 && others[0] === intent ? `${toImport}; or rename each: ${rename}` : rename;
    return {
        path,
        message: "is not named like a migration, so postgrator would silently ignore it",
        remedy: isData ? `move it elsewhere; ${toImport}` : remedy,
    };
}

/**
 * Finds the file of which a file is a backup by an editor or a merge, or a copy; undefined for another file.
 *
 * @param found the name of a copy counts only beside the file itself, because it may be one on purpose
 */
export function findOriginal(path: string, found: FoundFiles): string | undefined {
    const [, folder = "", name = ""] = /^(.*\/)(.*)$/.exec(path) ?? [];
    const backup =
        /^(.+\.sql)(?:~|\.(?:bak|orig|rej|old|save|swp|tmp|~?\d+~?))$/i.exec(name) ??
        /^(?:#|\.#)(.+\.sql)#?$/i.exec(name);
    if (backup) return `${folder}${backup[1]}`;
    const copied = /^(.+?)(?: copy(?: \d+)?| - copy(?: \(\d+\))?| ?\(\d+\))\.sql$/i.exec(name)?.[1];
    const original = `${folder}${copied}.sql`;
    return copied !== undefined && listPaths(found).includes(original) ? original : undefined;
}

function listPaths({ sets, orphans, duplicates }: FoundFiles): string[] {
    const files = sets.flatMap((set) => [...set.migrations.flatMap(withUndo), ...set.objects]);
    return [...files.map(({ path }) => path), ...orphans, ...duplicates.flat()];
}

/** Explains a backup of a file: its name must not become that of a second one. */
export function explainBackup(path: string, original: string): Misnamed {
    return {
        path,
        message:
            path.endsWith(".sql") && !/[#]/.test(path)
                ? `is a copy of ${original}`
                : `is a backup of ${original} by an editor or a merge`,
        remedy: `delete it: rm ${quote(path)}`,
    };
}

function isVersionZero(path: string): boolean {
    return /\/0+\.(do|undo)\.[^/]*\.sql$/.test(path);
}

/** The remedy for files that another tool wrote. */
export const toImport =
    "to import what another tool wrote, `mkdir imported`, move its files there, and run `pnpm db:new --import imported`";

// The old numbers stay where all are free; otherwise all files get new ones, so that their order stays. A version 0 alone
// gets the number before the other files, if there is one.
function nameAll(intents: readonly Intent[], numbers: Numbering): Map<Intent, string> {
    const toName = (number: string, { isUndo, slug }: Intent): string =>
        `${number}.${isUndo ? "undo" : "do"}.${slug || "what-it-does"}.sql`;
    const isFree = ({ folder, digits, isUndo }: Intent): boolean =>
        BigInt(digits) > 0n && digits.length <= 15 && !numbers.isTaken(folder, Number(digits), isUndo ? "undo" : "do");
    const place = ({ digits, isUndo }: Intent): string => `${BigInt(digits)} ${isUndo}`;
    const isUnique = new Set(intents.map(place)).size === intents.length;
    const stays = isUnique && intents.every(isFree);
    const isZero = isUnique && intents.every(({ path }) => isVersionZero(path));
    const sorted = [...intents].sort((a, b) => compare(BigInt(a.digits), BigInt(b.digits)) || compare(a.path, b.path));
    const keyOf = ({ digits, slug }: Intent): string => (isZero ? "0" : `${BigInt(digits)} ${slug}`);
    const findNumber = (intent: Intent): string =>
        (isZero ? numbers.beforeFirst(intent.folder) : undefined) ?? numbers.next(intent.folder, keyOf(intent));
    const dos = new Map<string, string>();
    const names = new Map<Intent, string>();
    for (const intent of sorted.filter(({ isUndo }) => !isUndo)) {
        const number = stays ? intent.digits.padStart(3, "0") : findNumber(intent);
        dos.set(keyOf(intent), number);
        names.set(intent, toName(number, intent));
    }
    for (const intent of sorted.filter(({ isUndo }) => isUndo)) {
        // Without its do file among them, an undo file belongs to one that has the number.
        const own = isFree(intent) ? intent.digits.padStart(3, "0") : isZero ? findNumber(intent) : undefined;
        const number = dos.get(keyOf(intent)) ?? own;
        if (number !== undefined) names.set(intent, toName(number, intent));
    }
    return names;
}

function compare<Value extends bigint | string>(left: Value, right: Value): number {
    return left < right ? -1 : left > right ? 1 : 0;
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

/** What the name of a file says in the style of another tool. */
interface Intent {
    readonly path: string;
    readonly folder: string;
    readonly digits: string;
    readonly isUndo: boolean;
    readonly slug: string;
    /** It cannot hold SQL. */
    readonly isData: boolean;
}

// Reads a name in the style of another tool: 002.up.sql, V4__add_tags.sql, U4__add_tags.sql.
function readIntent(path: string): Intent {
    const [, folder = "", name = ""] = /^(.*\/)(.*)$/.exec(path) ?? [];
    const [, prefix = "", digits = "", rest = ""] = /^(\D*)(\d*)(.*)$/s.exec(name.replace(/\.[^.]*$/, "")) ?? [];
    const words = rest
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .filter((word) => word !== "");
    const isUndo = /^u$/i.test(prefix) || words.some((word) => /^(undo|down|revert)$/.test(word));
    const slug = words.filter((word) => !/^(undo|down|revert|do|up)$/.test(word)).join("-");
    const isData = /\.(json|toml|lock|ya?ml)$/i.test(name);
    return { path, folder, digits: isData ? "" : digits, isUndo, slug, isData };
}

interface Numbering {
    /** The number before that of the first file of a folder; undefined if it is 0. */
    beforeFirst(folder: string): string | undefined;
    isTaken(folder: string, version: number, action: string): boolean;
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
