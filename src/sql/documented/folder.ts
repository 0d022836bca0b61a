import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { isKeyword, tokenize } from "../lexer.ts";
import { readFact } from "../statement-facts.ts";
import { normalizeText, type Statement, splitStatements } from "../statements.ts";
import { type Header, listLinesAbove, type Refuse, readHeader } from "./header.ts";

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
    /** The headings of its comments: those that a file must have with an example, the others with null. */
    readonly headings?: Readonly<Record<string, string | null>>;
    /** The form of comment lines that are read by the folder's own reader. */
    readonly apart?: RegExp;
    /** Whether a file may be without a sentence that says what it is. */
    readonly isUntitled?: boolean;
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

/** A statement, and the comment above it. */
export interface DocumentedStatement extends Statement {
    readonly header: Header;
}

/** A file with at least one statement. */
export interface DocumentedFile {
    /** The file's name without its number and its ending; empty where it has no such name. */
    readonly name: string;
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    /** What the comment above the first statement says. */
    readonly title: string;
    /** The text behind a heading of that comment; undefined where there is none. */
    readonly find: (heading: string) => string | undefined;
    readonly statements: readonly [DocumentedStatement, ...DocumentedStatement[]];
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
    parse: (file: DocumentedFile, refuse: Refuse) => T,
): Promise<T[]> {
    const { outcome } = folder;
    const paths = await listSqlFolder(root, folder.path);
    if (paths.length === 0 && folder.isNeeded) {
        const hint = "run the command in the project's folder";
        throw new AppError("usage", `${folder.path}/ holds no SQL`, { hint, outcome });
    }
    const texts = await Promise.all(paths.map((path) => readFile(join(root, path), "utf8")));
    const names = paths.map((path) => folder.names.pattern.exec(path.slice(folder.path.length + 1))?.[1]);
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

function readStatements(
    raw: string,
    { headings = {}, apart, isUntitled, hasParts }: SqlFolder,
    refuse: Refuse,
): DocumentedFile["statements"] | undefined {
    const text = normalizeText(raw);
    const tokens = tokenize(text);
    const open = tokens.find((token) => token.open);
    // Where the text ends is where its statements do: nothing else can be said of them.
    if (open) return void refuse(open.line, "what begins here is never closed", "close it");
    const statements = splitStatements(text, tokens);
    if (statements[1] && !hasParts) refuse(statements[1].line, "holds a second statement", "give it a file of its own");
    const [first, ...others] = statements.map((statement, at): DocumentedStatement => {
        const lines = listLinesAbove(tokens, statements[at - 1], statement);
        return { ...statement, header: readHeader(lines, Object.keys(headings), refuse, apart) };
    });
    if (!first) return void refuse(1, "holds no statement", "write one, or delete the file");
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
 * Refuses a statement that does anything but read, or that has a parameter without a value.
 *
 * @param given the parameters that get a value, such as `:now`
 */
export function requireQuery(statement: Statement, given: readonly string[], refuse: Refuse): void {
    const [first] = statement.tokens;
    const isQuery = isKeyword(first, "SELECT") || isKeyword(first, "WITH");
    if (!isQuery || readFact(statement).does !== "other") refuse(statement.line, "is not a query", "write a SELECT");
    requireValues(statement, given, refuse);
}

/** Refuses every parameter of a statement that gets no value. */
export function requireValues(
    { tokens }: Statement,
    given: readonly string[],
    refuse: Refuse,
    remedy = given.length === 0 ? "write the value itself" : `use no other than ${given.join(", ")}`,
): void {
    for (const { kind, text, line } of tokens) {
        if (kind === "parameter" && !given.includes(text)) refuse(line, `nothing gives '${text}' a value`, remedy);
    }
}
