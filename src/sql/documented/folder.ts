import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { type Token, tokenize } from "../lexer.ts";
import { normalizeText, type Statement, splitStatements } from "../statements.ts";
import { type FileProblem, type Refuse, refuseFolder } from "./problems.ts";

/** The folders whose files are SQL that is sent as it stands, below a comment that says what it is. */
export const sqlFolders = [
    "operations/checks",
    "operations/maintenance",
    "operations/statistics",
    "queries",
    "queries/volumes",
] as const;

/** What the files of a folder have in common. */
export interface SqlFolder {
    readonly path: (typeof sqlFolders)[number];
    readonly names: NameForm;
    /** The page of docs/ that shows what a file looks like. */
    readonly page: string;
    /** Whether a file may hold more than one statement. */
    readonly hasParts?: boolean;
    /** Whether a folder without files is a mistake. */
    readonly isNeeded?: boolean;
    /** What an error says of the database. */
    readonly outcome?: string;
}

/** How files are named: the first group of the pattern is what they are called. */
export interface NameForm {
    readonly pattern: RegExp;
    readonly remedy: string;
}

export const plainNames: NameForm = {
    pattern: /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.sql$/,
    remedy: "name it in lower-case words with hyphens, such as rows-by-name.sql",
};

/** For files whose order means something. */
export const numberedNames: NameForm = {
    pattern: /^\d{3}-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.sql$/,
    remedy: "name it by a number of three digits and lower-case words, such as 010-old-rows.sql",
};

/** A file with at least one statement. */
export interface SqlFile {
    /** The file's name without its number and its ending; empty where it has no such name. */
    readonly name: string;
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    readonly tokens: readonly Token[];
    readonly statements: readonly [Statement, ...Statement[]];
}

/**
 * Paths of the files in a folder, from the project's root and in their order; none where there is no such folder. Hidden
 * files, a README.md and sub-folders are passed over.
 *
 * @throws AppError `invalid-files` for a folder that cannot be read
 */
export async function listSqlFolder(root: string, folder: SqlFolder["path"]): Promise<string[]> {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw new AppError("invalid-files", `${folder}/ cannot be read (${error.message})`);
    });
    return entries
        .filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "README.md")
        .map((entry) => `${folder}/${entry.name}`)
        .sort();
}

/**
 * Reads the files of a folder, in the order of their names.
 *
 * @param parse reads what is particular to the folder, and refuses what is wrong with it
 * @throws AppError `invalid-files` that lists every file and line in which something is wrong; `usage` for a folder without
 *     files, where they are needed
 */
export async function readSqlFolder<T>(
    root: string,
    folder: SqlFolder,
    parse: (file: SqlFile, refuse: Refuse) => T,
): Promise<T[]> {
    const { isNeeded = false, outcome } = folder;
    const paths = await listSqlFolder(root, folder.path);
    if (paths.length === 0 && isNeeded) {
        const hint = "run the command in the project's folder";
        throw new AppError("usage", `${folder.path}/ holds no SQL`, { hint, outcome });
    }
    const texts = await Promise.all(paths.map((path) => readFile(join(root, path), "utf8")));
    const names = paths.map((path) => folder.names.pattern.exec(path.slice(folder.path.length + 1))?.[1]);
    const problems: FileProblem[] = [];
    const parsed = paths.flatMap((path, at) => {
        const refuse: Refuse = (line, message, remedy) => problems.push({ path, line, message, remedy });
        const name = names[at];
        const twin = name === undefined ? at : names.indexOf(name);
        if (name === undefined) refuse(1, `is not named as the files of ${folder.path}/ are`, folder.names.remedy);
        // Whatever else it is, its mistakes are not those of SQL.
        if (!path.endsWith(".sql")) return [];
        if (twin < at) refuse(1, `has the same name as ${paths[twin]}`, "rename one of them");
        const read = readStatements(texts[at] ?? "", folder, refuse);
        return read ? [parse({ name: name ?? "", path, ...read }, refuse)] : [];
    });
    if (problems.length > 0) throw refuseFolder(problems, folder);
    return parsed;
}

function readStatements(
    raw: string,
    { hasParts = false }: SqlFolder,
    refuse: Refuse,
): Pick<SqlFile, "tokens" | "statements"> | undefined {
    const text = normalizeText(raw);
    const tokens = tokenize(text);
    const open = tokens.find((token) => token.open);
    // Where the text ends is where its statements do: nothing else can be said of them.
    if (open) return void refuse(open.line, "what begins here is never closed", "close it");
    const [first, ...others] = splitStatements(text, tokens);
    if (!first) return void refuse(1, "holds no statement", "write one, or delete the file");
    if (others[0] && !hasParts) refuse(others[0].line, "holds a second statement", "give it a file of its own");
    return { tokens, statements: [first, ...others] };
}
