import { type FoundFiles, migrationName, withUndo } from "./files.ts";
import { renderMove } from "./judging/moves.ts";

interface Misnamed {
    readonly path: string;
    readonly message: string;
    readonly remedy: string;
}

/**
 * Explains files in migrations/ that postgrator would silently ignore, each with the name that it should have, in the order of
 * their numbers. Followed for all of them, the names are unique and keep that order. Commands stand on lines of their own.
 */
export function explainMigrationNames(found: FoundFiles, paths: readonly string[]): Misnamed[] {
    const originals = new Map(paths.map((path) => [path, findOriginal(path, found)]));
    const backups = paths.flatMap((path) => {
        const original = originals.get(path);
        return original === undefined ? [] : [explainBackup(path, original)];
    });
    const intents = sortIntents(paths.filter((path) => originals.get(path) === undefined).map(readIntent));
    const misnamed = [...new Set(intents.map((intent) => intent.folder))].flatMap((folder) => {
        const all = intents.filter((intent) => intent.folder === folder);
        const own = all.filter(({ digits }) => digits !== "");
        const { names, first } = nameAll(own, createNumbering(found));
        const foreign = own.filter(({ path }) => !isVersionZero(path));
        const canImport = foreign.length > 1 && isImportable(all);
        return all.map((intent) => {
            const toRead = canImport && intent === foreign[0] ? [`${toImport}; or rename each:`] : [];
            return explainName(intent, names.get(intent) ?? "", [...toRead, ...(intent === own[0] ? first : [])]);
        });
    });
    return [...misnamed, ...backups];
}

// Those with a number first, in its order.
function sortIntents(intents: readonly Intent[]): Intent[] {
    const numbered = intents.filter(({ digits }) => digits !== "");
    return [...sortByNumber(numbered), ...intents.filter(({ digits }) => digits === "")];
}

function explainName(intent: Intent, name: string, before: readonly string[]): Misnamed {
    const { path, folder, isData } = intent;
    const rename = migrationName.test(name)
        ? `mv ${quote(path)} ${folder}${name}`
        : `name it like ${folder}013.do.add-something.sql`;
    const message = isVersionZero(path)
        ? "has version 0, which is the empty database; versions begin at 1"
        : "is not named like a migration, so postgrator would silently ignore it";
    return { path, message, remedy: isData ? `move it elsewhere; ${toImport}` : [...before, rename].join("\n") };
}

// `pnpm db:new --import` reads a folder whose files all have names of one of these kinds.
function isImportable(intents: readonly Intent[]): boolean {
    const names = intents.flatMap(({ path, folder, isData }) => (isData ? [] : [path.slice(folder.length)]));
    const kinds = [
        /^\d+_.*\.(?:up|down)\.sql$/,
        /^\d+_(?!.*\.(?:up|down)\.sql$).*\.sql$/i,
        /^\d+\.(?:do|undo)(?:\..*)?\.sql$/i,
    ];
    return kinds.some((kind) => names.every((name) => kind.test(name)));
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

// The old numbers stay where all are free; otherwise all files get new ones, so that their order stays: those before the
// first file of the folder lower ones, for which the files of the folder make room.
function nameAll(
    intents: readonly Intent[],
    numbers: Numbering,
): { names: Map<Intent, string> /** What the first one is told before its command. */; first: readonly string[] } {
    const toName = (number: string, { isUndo, slug }: Intent): string =>
        `${number}.${isUndo ? "undo" : "do"}.${slug || "what-it-does"}.sql`;
    const isFree = ({ folder, digits, isUndo }: Intent): boolean =>
        BigInt(digits) > 0n && digits.length <= 15 && !numbers.isTaken(folder, Number(digits), isUndo ? "undo" : "do");
    const place = ({ digits, isUndo }: Intent): string => `${BigInt(digits)} ${isUndo}`;
    const isUnique = new Set(intents.map(place)).size === intents.length;
    const stays = isUnique && intents.every(isFree);
    const sorted = sortByNumber(intents);
    const keyOf = ({ digits, slug }: Intent): string => `${BigInt(digits)}${isUnique ? "" : ` ${slug}`}`;
    const { lower, first } = stays
        ? { lower: new Map<string, string>(), first: [] }
        : findLower(sorted, keyOf, numbers);
    const dos = new Map<string, string>();
    const names = new Map<Intent, string>();
    for (const intent of sorted.filter(({ isUndo }) => !isUndo)) {
        const key = keyOf(intent);
        const number = stays ? intent.digits.padStart(3, "0") : (lower.get(key) ?? numbers.next(intent.folder, key));
        dos.set(key, number);
        names.set(intent, toName(number, intent));
    }
    for (const intent of sorted.filter(({ isUndo }) => isUndo)) {
        // Without its do file among them, an undo file belongs to one that has the number.
        const own = isFree(intent) ? intent.digits.padStart(3, "0") : lower.get(keyOf(intent));
        const number = dos.get(keyOf(intent)) ?? own;
        if (number !== undefined) names.set(intent, toName(number, intent));
    }
    return { names, first };
}

// Finds numbers below those of the folder, by key, and how the folder makes room for them.
function findLower(
    sorted: readonly Intent[],
    keyOf: (intent: Intent) => string,
    numbers: Numbering,
): { lower: Map<string, string>; first: readonly string[] } {
    const folder = sorted[0]?.folder ?? "";
    const lowest = numbers.lowest(folder);
    const before = lowest === undefined ? [] : sorted.filter(({ digits }) => BigInt(digits) < BigInt(lowest));
    const keys = [...new Set(before.map(keyOf))];
    const number = (from: number): Map<string, string> =>
        new Map(keys.map((key, at) => [key, String(from + at).padStart(3, "0")]));
    if (lowest === undefined || keys.length === 0) return { lower: new Map(), first: [] };
    if (lowest > keys.length) return { lower: number(lowest - keys.length), first: [] };
    // A version 0 beside others was a wrong number, not an older file.
    if (before.every(({ path }) => isVersionZero(path))) return { lower: new Map(), first: [] };
    const { moves, last } = numbers.makeRoom(folder, keys.length + 1);
    const room = `first make room, if none of these files is applied anywhere (otherwise take the numbers from ${last + 1} on):`;
    return { lower: number(1), first: [room, moves.join(" && ")] };
}

function sortByNumber(intents: readonly Intent[]): Intent[] {
    return [...intents].sort((a, b) => compare(BigInt(a.digits), BigInt(b.digits)) || compare(a.path, b.path));
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
    /** The lowest number of the files of a folder that are named like migrations. */
    lowest(folder: string): number | undefined;
    /** The commands that raise the numbers of these files, as far as needed, to `from` and more; and the last number now. */
    makeRoom(folder: string, from: number): { readonly moves: readonly string[]; readonly last: number };
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
        lowest: (folder) => first.get(folder),
        makeRoom(folder, from) {
            const own = paths.filter((path) => path.replace(/[^/]*$/, "") === folder);
            const versions = [...new Set(own.map(versionIn))].sort((a, b) => a - b);
            const now = last.get(folder) ?? 0;
            const moves: string[] = [];
            let lowest = from;
            for (const version of versions) {
                const to = Math.max(version, lowest);
                lowest = to + 1;
                if (to !== version)
                    moves.unshift(
                        ...own.filter((path) => versionIn(path) === version).map((path) => renderMove(path, to)),
                    );
            }
            last.set(folder, Math.max(now, lowest - 1));
            return { moves, last: now };
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

function versionIn(path: string): number {
    return Number(splitPath(path)[2]);
}

function quote(path: string): string {
    return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
