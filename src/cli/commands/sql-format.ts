import { readFile, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { FormatOptionsWithLanguage } from "sql-formatter";
import { AppError } from "../../errors.ts";
import { type MigrationSet, readFiles } from "../../planning/files.ts";
import { readState } from "../../planning/state.ts";
import { listSqlFolder, sqlFolders } from "../../sql/documented/folder.ts";
import { tokenize } from "../../sql/lexer.ts";
import { readFact } from "../../sql/statement-facts.ts";
import { checksumTokens, normalizeText, splitStatements } from "../../sql/statements.ts";
import { type Context, openDatabase } from "../program.ts";
import { countOf } from "../report.ts";
import { withConnection } from "../run-prepared.ts";

export interface FormatOptions {
    readonly check?: boolean;
}

/** A file as it is, and as the formatter would have it. */
interface FormattedFile {
    readonly path: string;
    readonly isFormatted: boolean;
    readonly text: string;
}

const configFile = "sql-formatter.json";

/**
 * sql:format: formats the named files, or the views, the documented SQL and those migrations that the configured database
 * has not had. With --check, compares the named files, or all of these and all migrations, and changes nothing.
 *
 * @throws AppError `drift` when a checked file is not formatted, `invalid-files` where the formatter cannot keep the
 * tokens, `usage` for a file that cannot be read
 */
export async function formatSql(context: Context, { check = false }: FormatOptions): Promise<void> {
    const { output, root } = context;
    const { sets } = await readFiles(root);
    const applied = check ? new Set<string>() : await readApplied(context, sets);
    const named = context.args.map((path) => toProjectPath(root, path));
    const candidates = named.length > 0 ? named : await listAll(root, sets);
    const kept = candidates.filter((path) => applied.has(path));
    const files: FormattedFile[] = [];
    const triggers: string[] = [];
    const format = await loadFormatter(root);
    for (const path of candidates.filter((candidate) => !applied.has(candidate))) {
        const text = await readText(root, path);
        if (isHandWritten(path, text)) triggers.push(path);
        else files.push(format(path, text));
    }
    const others = files.filter((file) => !file.isFormatted);
    if (named.length > 0) for (const path of kept) output.field("Applied", `${path} (never formatted again)`);
    for (const path of triggers) output.field("Trigger", `${path} (written by hand: the formatter garbles triggers)`);
    if (check && others.length > 0) throw refuseUnformatted(others);
    for (const { path, text } of others) {
        await writeFile(join(root, path), text);
        output.field("Wrote", path);
    }
    output.line(conclude(files.length, others.length));
    output.document({ formatted: others.map(({ path }) => path), looked: files.length, triggers, applied: kept });
}

function refuseUnformatted(files: readonly FormattedFile[]): AppError {
    const are = files.length === 1 ? "is" : "are";
    return new AppError("drift", `${countOf(files.length, "file")} ${are} not formatted`, {
        details: files.map(({ path }) => path),
        hint: "run `pnpm sql:format`; a migration that a database has had stays as it is",
    });
}

function conclude(looked: number, changed: number): string {
    if (looked === 0) return "Nothing to do.";
    if (changed === 0) return `Nothing to do: ${countOf(looked, "file")} looked at, all formatted.`;
    return `Formatted ${changed} of ${countOf(looked, "file")}.`;
}

async function listAll(root: string, sets: readonly MigrationSet[]): Promise<string[]> {
    const deployed = sets.flatMap((set) => [
        ...set.migrations.flatMap((file) => [file.path, ...(file.undo ? [file.undo.path] : [])]),
        ...set.objects.filter(({ type }) => type === "view").map(({ path }) => path),
    ]);
    const sent = await Promise.all(sqlFolders.map((folder) => listSqlFolder(root, folder)));
    return [...deployed, ...sent.flat().filter((path) => path.endsWith(".sql"))];
}

// Paths of the migrations that the configured database has had. A database file that does not exist has had none.
async function readApplied(context: Context, sets: readonly MigrationSet[]): Promise<Set<string>> {
    const { connection } = await openDatabase(context, "read");
    if (!connection) return new Set();
    return withConnection(connection, async () => {
        const { versions } = await readState(connection, sets);
        const files = sets.flatMap((set) => {
            const had = new Set((versions.get(set.name) ?? []).map((row) => row.version));
            return set.migrations.filter((file) => had.has(file.version));
        });
        return new Set(files.flatMap((file) => [file.path, ...(file.undo ? [file.undo.path] : [])]));
    });
}

function toProjectPath(root: string, path: string): string {
    return (isAbsolute(path) ? relative(root, path) : path).split(sep).join("/").replace(/^\.\//, "");
}

async function readText(root: string, path: string): Promise<string> {
    try {
        return await readFile(join(root, path), "utf8");
    } catch (error) {
        throw new AppError("usage", `${path}: cannot be read (${error instanceof Error ? error.message : error})`, {
            outcome: "Nothing was changed.",
        });
    }
}

/**
 * A text that is to be a new migration, formatted as the project's migrations are; as it is where the project has no
 * settings of the formatter, or the formatter cannot keep what it says.
 */
export async function formatWhereSet(root: string, text: string): Promise<string> {
    if (isHandWritten("", text)) return text;
    try {
        return (await loadFormatter(root))("", text).text;
    } catch (error) {
        if (error instanceof AppError) return text;
        throw error;
    }
}

function isHandWritten(path: string, text: string): boolean {
    if (path.startsWith("triggers/")) return true;
    return splitStatements(normalizeText(text)).some((statement) => {
        const fact = readFact(statement);
        return fact.does === "create" && fact.type === "trigger";
    });
}

/** Loads the formatter with the project's settings. */
export async function loadFormatter(root: string): Promise<(path: string, text: string) => FormattedFile> {
    const { format } = await import("sql-formatter");
    const options = await readFile(join(root, configFile), "utf8").then(
        (json) => JSON.parse(json) as FormatOptionsWithLanguage,
        () => {
            throw new AppError("usage", `${configFile} is not here`, {
                hint: "run the command in the project's folder",
            });
        },
    );
    return (path, raw) => {
        const before = normalizeText(raw);
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
            hint: "mend the statement, or write it in simpler words",
            outcome: "Nothing was changed.",
        });
    }
}

// The tokens are what the database runs, and the comments what it keeps as its documentation.
function refuseChange(path: string, before: string, after: string): void {
    const isSame = checksumTokens(before) === checksumTokens(after);
    if (isSame && listComments(before).join("\n") === listComments(after).join("\n")) return;
    throw new AppError(
        "invalid-files",
        `${path}: formatting would change ${isSame ? "its comments" : "what it says"}`,
        {
            hint: "format this file by hand, or write the statement in another way",
            outcome: "Nothing was changed.",
        },
    );
}

function listComments(sql: string): string[] {
    const comments = tokenize(sql).filter(({ kind }) => kind === "comment");
    return comments.map(({ text }) => text.replace(/\s+/g, " ").trim());
}
