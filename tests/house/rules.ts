/** The rules that keep src/ in order, each a function of the source texts that gives what breaks it. */

/** Source texts by path from the project's root. */
export type Sources = ReadonlyMap<string, string>;

const lineLimit = 300;
const fileLimit = 15;
const scriptLimit = 36;

/** Files that are longer than a file may be, each with its length. */
export function findLongFiles(sources: Sources): string[] {
    return [...sources].flatMap(([path, text]) => {
        const limit = path.startsWith("scripts/") ? scriptLimit : lineLimit;
        const lines = text.split("\n").length - 1;
        return lines > limit ? [`${path}: ${lines} lines`] : [];
    });
}

/** Folders of src/ with more files than a reader can keep in mind. The commands are a flat list of any length. */
export function findFullFolders(sources: Sources): string[] {
    const counts = new Map<string, number>();
    for (const path of sources.keys()) {
        const folder = path.slice(0, path.lastIndexOf("/"));
        if (folder.startsWith("src") && folder !== "src/cli/commands")
            counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    return [...counts].flatMap(([folder, count]) => (count > fileLimit ? [`${folder}: ${count} files`] : []));
}

/** Names that two files of src/ export. */
export function findSharedNames(sources: Sources): string[] {
    const exporters = new Map<string, string[]>();
    for (const [path, text] of sources) {
        if (!path.startsWith("src/")) continue;
        for (const name of new Set(listExports(text))) exporters.set(name, [...(exporters.get(name) ?? []), path]);
    }
    return [...exporters].flatMap(([name, paths]) => (paths.length > 1 ? [`${name}: ${paths.join(", ")}`] : []));
}

/** Exported functions without a docstring. */
export function findUnexplained(sources: Sources): string[] {
    return [...sources].flatMap(([path, text]) => {
        if (!path.startsWith("src/")) return [];
        const lines = text.split("\n");
        return lines.flatMap((line, at) => {
            const name = /^export (?:async )?function\*? (\w+)/.exec(line)?.[1];
            return name && !/\*\/\s*$/.test(lines[at - 1] ?? "") ? [`${path}: ${name}`] : [];
        });
    });
}

/** Files other than the settings that read the environment. */
export function findEnvironmentReaders(sources: Sources): string[] {
    return findCode(sources, /process\.env/, (path) => path === "src/cli/settings.ts");
}

/** Files other than the output that write to the terminal. */
export function findPrinters(sources: Sources): string[] {
    const writes = /console\.|process\.(stdout|stderr)\.write|process\[stream\]/;
    return findCode(sources, writes, (path) => path === "src/cli/output.ts");
}

/** Features that take the output as an argument: what they find is printed by the commands. */
export function findPrintingFeatures(sources: Sources): string[] {
    return findCode(sources, /\bOutput\b|\boutput\.(line|field|table|note|warn|raw|document)\(/, (path) =>
        /^(src\/cli\/|src\/console\/(serve|pictures\/take)\.ts|app\/|scripts\/)/.test(path),
    );
}

/** Files outside src/database/ that load a driver of libSQL, or speak HTTP. */
export function findDriverUsers(sources: Sources): string[] {
    const uses = /(from|import\() *"(@libsql\/[\w/-]+|libsql)"|\bfetch\(|"node:https?"|v\d\/pipeline/;
    return findCode(sources, uses, (path) =>
        /^src\/(database\/|server\/sqld\.ts$|documents\/check\/online\.ts$|search\/encoders\/remote\.ts$|model\/post\.ts$)/.test(
            path,
        ),
    );
}

/**
 * Files that load the search, and with it an encoder, without being of it, a bot, which looks for duplicates, or a page of the
 * console that searches: the other commands start without both.
 */
export function findSearchUsers(sources: Sources): string[] {
    return findCode(sources, /(from|import\() *"(\.+\/([\w/]+\/)?search(\/|\.ts)|@energetic-ai|p-retry)/, (path) =>
        /^(src\/search|src\/cli\/vector|app\/search\.ts|app\/bots\/|app\/console\/questions\/|scripts\/vector-)/.test(
            path,
        ),
    );
}

/** Variables of a module that change: two databases in one process would share them. */
export function findModuleState(sources: Sources): string[] {
    const state = /^(export )?(let |const \w+(: [^=]+)? = (new (Map|Set|WeakMap)(<.*>)?\(\)|Buffer\.alloc|\[\];))/;
    return [...sources].flatMap(([path, text]) =>
        path.startsWith("src/")
            ? text.split("\n").flatMap((line) => (state.test(line) ? [`${path}: ${line}`] : []))
            : [],
    );
}

/** Files of src/cli/commands/ that no script of package.json is named for, by the name of the script. */
export function findUnnamedCommands(sources: Sources, scripts: readonly string[]): string[] {
    const names = new Set(scripts.map((script) => script.replace(/^db:/, "").replaceAll(":", "-")));
    return [...sources.keys()].filter((path) => {
        const name = /^src\/cli\/commands\/(.+)\.ts$/.exec(path)?.[1];
        return name !== undefined && !names.has(name);
    });
}

/** Tables of the schema that src/ names. Comments may give examples; code may not know them. */
export function findNamedTables(sources: Sources, tables: readonly string[]): string[] {
    return tables.flatMap((table) =>
        findCode(sources, new RegExp(`\\b${table}\\b`), (path) => !path.startsWith("src/")).map(
            (path) => `${path}: ${table}`,
        ),
    );
}

function findCode(sources: Sources, pattern: RegExp, isAllowed: (path: string) => boolean): string[] {
    return [...sources]
        .filter(([path, text]) => !isAllowed(path) && pattern.test(withoutComments(text)))
        .map(([path]) => path);
}

function withoutComments(text: string): string {
    return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

function listExports(text: string): string[] {
    const declared = /^export (?:async )?(?:function\*?|const|let|class|interface|type|abstract class) (\w+)/gm;
    const listed = /^export (?:type )?\{([^}]*)\}/gm;
    return [
        ...[...text.matchAll(declared)].map(([, name = ""]) => name),
        ...[...text.matchAll(listed)].flatMap(([, names = ""]) =>
            names.split(",").flatMap((name) => name.trim().split(/ as /).at(-1) || []),
        ),
    ];
}
