import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { AppError } from "../../errors.ts";
import { readText } from "../../text/decode.ts";
import { suggest } from "../../text/similar.ts";
import { isKeyword, tokenize } from "../lexer.ts";
import { readFact } from "../statement-facts.ts";
import { normalizeText, type Statement, splitStatements } from "../statements.ts";
import { type Header, listLinesAbove, type Refuse, readHeader } from "./header.ts";

/** The folders of SQL files that are sent as they are; each begins with a comment that says what it is. */
export const sqlFolders = [
    "operations/checks",
    "operations/checks/general",
    "operations/maintenance",
    "operations/statistics",
    "queries",
    "queries/volumes",
] as const;

export interface SqlFolder {
    /** One of sqlFolders, or the folder of an optional set in `queries/`. */
    readonly path: (typeof sqlFolders)[number] | `queries/${string}`;
    /** A second folder of the same files, for those that suit every schema; no name may be in both. */
    readonly general?: (typeof sqlFolders)[number];
    readonly names: NameForm;
    /** The page of docs/ that shows what a file looks like. */
    readonly page: string;
    /** The headings of its comments: required ones with an example, optional ones with null. */
    readonly headings?: Readonly<Record<string, string | null>>;
    /** The form of comment lines that the folder's own reader parses. */
    readonly apart?: RegExp;
    /** Whether a file may lack the sentence that says what it is. */
    readonly isUntitled?: boolean;
    /** Whether a file may have more than one statement. */
    readonly hasParts?: boolean;
    /** Whether an empty folder is an error where there are no migrations either: the command runs in the wrong folder. */
    readonly isNeeded?: boolean;
    readonly outcome?: string;
}

/** How files are named: the first group of the pattern is the name. */
export interface NameForm {
    readonly pattern: RegExp;
    readonly remedy: string;
}

export const plainNames: NameForm = {
    pattern: /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.sql$/,
    remedy: "name it in lower-case words with hyphens, such as rows-by-name.sql",
};

/** For files whose order matters. */
export const numberedNames: NameForm = {
    pattern: /^\d{3}-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.sql$/,
    remedy: "name it by a number of three digits and lower-case words, such as 010-old-rows.sql",
};

export interface DocumentedStatement extends Statement {
    readonly header: Header;
}

export interface NamedFile {
    /** The file's name without number and extension; empty where the file is misnamed. */
    readonly name: string;
    /** From the project's root, with forward slashes. */
    readonly path: string;
    /** What it is, in a sentence or phrase. */
    readonly title: string;
}

/** A file with at least one statement. */
export interface DocumentedFile extends NamedFile {
    /** Returns the text after a heading of that comment. */
    readonly find: (heading: string) => string | undefined;
    readonly statements: readonly [DocumentedStatement, ...DocumentedStatement[]];
}

/**
 * Lists the files of a folder as sorted paths from the project's root; none for a missing folder. Hidden files,
 * README.md and sub-folders are ignored.
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
 * Reads the files of a folder, and of its general one, in the order of their names.
 *
 * @param parse reads what is specific to the folder, and refuses what is wrong with it
 * @throws AppError `invalid-files` that lists every problem with its file and line; `usage` for a required folder without
 *     files, outside of a project
 */
export async function readSqlFolder<T>(
    root: string,
    folder: SqlFolder,
    parse: (file: DocumentedFile, refuse: Refuse) => T,
): Promise<T[]> {
    const { outcome } = folder;
    const folders = [folder.path, ...(folder.general === undefined ? [] : [folder.general])];
    const paths = sortByName((await Promise.all(folders.map((path) => listSqlFolder(root, path)))).flat());
    if (paths.length === 0 && folder.isNeeded && !existsSync(join(root, "migrations"))) {
        const hint = "run the command in the project's folder";
        throw new AppError("usage", `${folder.path}/ contains no SQL files`, { hint, outcome });
    }
    const texts = await Promise.all(paths.map((path) => readText(root, path, outcome)));
    const names = paths.map((path) => folder.names.pattern.exec(posix.basename(path))?.[1]);
    const problems: string[][] = [];
    const parsed = paths.flatMap((path, at) => {
        const refuse: Refuse = (line, message, remedy) => {
            problems.push([`${path}:${line}: ${message}`, `    ${remedy}`]);
        };
        const name = names[at];
        const twin = name === undefined ? at : names.indexOf(name);
        if (name === undefined) refuse(1, `is not named as the files of ${folder.path}/ are`, folder.names.remedy);
        // Only a .sql file is read as SQL.
        if (!path.endsWith(".sql")) return [];
        if (twin < at) refuse(1, `has the same name as ${paths[twin]}`, "rename one of them");
        const statements = readStatements(texts[at] ?? "", folder, refuse);
        if (!statements) return [];
        const { title, parts } = statements[0].header;
        return [parse({ name: name ?? "", path, title, find: (word) => parts.get(word)?.text, statements }, refuse)];
    });
    if (problems.length === 0) return parsed;
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    const hint = `${folder.page} shows what a file of ${folder.path}/ looks like`;
    const details = problems.flat();
    throw new AppError("invalid-files", `the files of ${folder.path}/ have ${count}`, { details, hint, outcome });
}

function sortByName(paths: readonly string[]): string[] {
    const key = (path: string): string => `${posix.basename(path)} ${path}`;
    return paths.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function readStatements(
    raw: string,
    { headings = {}, apart, isUntitled, hasParts }: SqlFolder,
    refuse: Refuse,
): DocumentedFile["statements"] | undefined {
    const text = normalizeText(raw);
    const tokens = tokenize(text);
    const open = tokens.find((token) => token.open);
    // Where an open token ends is unknown, so the statements after it are not judged.
    if (open) return void refuse(open.line, "the literal, name or comment is never closed", "close it");
    const statements = splitStatements(text, tokens);
    if (statements[1] && !hasParts)
        refuse(statements[1].line, "has a second statement", "move it to a file of its own");
    const [first, ...others] = statements.map((statement, at): DocumentedStatement => {
        const lines = listLinesAbove(tokens, statements[at - 1], statement);
        return { ...statement, header: readHeader(lines, Object.keys(headings), refuse, apart) };
    });
    if (!first) return void refuse(1, "has no statement", "write one, or delete the file");
    const { title, parts } = first.header;
    if (title === "" && !isUntitled) {
        refuse(1, "does not say what it is", "begin the file with a sentence in a comment");
    }
    for (const [heading, example] of Object.entries(headings)) {
        if (example === null || parts.get(heading)?.text) continue;
        refuse(1, `has no line '${heading}: …'`, `add a line such as \`-- ${heading}: ${example}\``);
    }
    return [first, ...others];
}

/**
 * Chooses files by name or path, in the order of the folder.
 *
 * @throws AppError `usage` for an unknown name; `what` is the word for a file
 */
export function chooseFiles<T extends { readonly name: string }>(
    files: readonly T[],
    wanted: readonly string[],
    { what, hint, outcome }: { what: string; hint: string; outcome: string },
): T[] {
    const names = wanted.map((name) => name.replace(/^.*\//, "").replace(/^\d{3}-|\.sql$/g, ""));
    const unknown = names.find((name) => !files.some((file) => file.name === name));
    if (unknown !== undefined) {
        const meant = suggest(
            unknown,
            files.map(({ name }) => name),
        );
        throw new AppError("usage", `unknown ${what} '${unknown}'${meant}`, { hint, outcome });
    }
    return files.filter(({ name }) => names.includes(name));
}

/** Refuses a statement that is not a query, or that has a parameter that is not among the `given` ones (`:now`). */
export function requireQuery(statement: Statement, given: readonly string[], refuse: Refuse): void {
    const [first] = statement.tokens;
    const isQuery = isKeyword(first, "SELECT") || isKeyword(first, "WITH");
    if (!isQuery || readFact(statement).does !== "other") refuse(statement.line, "is not a query", "write a SELECT");
    requireValues(statement, given, refuse);
}

/** Refuses each parameter of a statement that has no value. */
export function requireValues(
    { tokens }: Statement,
    given: readonly string[],
    refuse: Refuse,
    remedy = given.length === 0 ? "write the value itself" : `use only ${given.join(", ")}`,
): void {
    for (const { kind, text, line } of tokens) {
        if (kind === "parameter" && !given.includes(text)) refuse(line, `the parameter '${text}' has no value`, remedy);
    }
}
