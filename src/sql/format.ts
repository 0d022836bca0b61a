import type { FormatOptionsWithLanguage } from "sql-formatter";
import { AppError } from "../errors.ts";
import { readJsonFile } from "../text/json-file.ts";
import { raiseKeywords } from "./keyword-case.ts";
import { tokenize } from "./lexer.ts";
import { readFact } from "./statement-facts.ts";
import { checksumTokens, normalizeText, splitStatements } from "./statements.ts";

export interface FormattedFile {
    readonly path: string;
    readonly isFormatted: boolean;
    readonly text: string;
}

/**
 * @throws AppError `invalid-files` when the formatter cannot read the file, or would change more than keywords to capitals
 */
export type Format = (path: string, text: string) => FormattedFile;

const configFile = "sql-formatter.json";

/** Whether a file contains a trigger: the formatter garbles triggers. */
export function isHandWritten(path: string, text: string): boolean {
    if (path.startsWith("triggers/")) return true;
    return splitStatements(normalizeText(text)).some((statement) => {
        const fact = readFact(statement);
        return fact.does === "create" && fact.type === "trigger";
    });
}

/**
 * Loads the formatter with the settings of the project; refuses a project without settings.
 *
 * @param names what the files create, in lower case; with them it also writes keywords and types in capitals, where they are
 * none of these, and in a file with a trigger does only that
 */
export async function loadFormatter(root: string, names?: ReadonlySet<string>): Promise<Format> {
    const { format } = await import("sql-formatter");
    const options = (await readJsonFile(root, configFile)) as FormatOptionsWithLanguage | undefined;
    if (!options) {
        const hint = "run the command in the project's folder";
        throw new AppError("usage", `${configFile} does not exist`, { hint });
    }
    const raise = (sql: string): string => (names ? raiseKeywords(sql, names) : sql);
    return (path, raw) => {
        if (isHandWritten(path, raw)) {
            const text = raise(raw);
            return { path, text, isFormatted: raw === text };
        }
        const before = raise(normalizeText(raw));
        const text = `${tryFormat(path, () => format(before, options)).trimEnd()}\n`;
        refuseChange(path, before, text);
        return { path, text, isFormatted: raw === text };
    };
}

function tryFormat(path: string, format: () => string): string {
    try {
        return format();
    } catch (error) {
        const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
        throw new AppError("invalid-files", `${path}: the formatter cannot read it (${reason})`, {
            hint: "correct the statement, or write it more simply",
            outcome: "Nothing was changed.",
        });
    }
}

// The database runs the tokens, and keeps the comments as its documentation.
function refuseChange(path: string, before: string, after: string): void {
    const isSame = checksumTokens(before) === checksumTokens(after);
    if (isSame && listComments(before).join("\n") === listComments(after).join("\n")) return;
    const what = isSame ? "its comments" : "what it says";
    throw new AppError("invalid-files", `${path}: formatting would change ${what}`, {
        hint: "format this file by hand, or write the statement in another way",
        outcome: "Nothing was changed.",
    });
}

function listComments(sql: string): string[] {
    const comments = tokenize(sql).filter(({ kind }) => kind === "comment");
    return comments.map(({ text }) => text.replace(/\s+/g, " ").trim());
}

/**
 * Loads a formatter for new files. It returns a text unchanged where the project has no settings, or formatting would
 * change its tokens or comments.
 */
export async function loadLenientFormatter(root: string): Promise<(path: string, text: string) => string> {
    const format = await loadFormatter(root).catch(ignoreRefusal);
    return (path, text) => {
        if (!format || isHandWritten(path, text)) return text;
        try {
            return format(path, text).text;
        } catch (error) {
            return ignoreRefusal(error) ?? text;
        }
    };
}

function ignoreRefusal(error: unknown): undefined {
    if (!(error instanceof AppError)) throw error;
}
