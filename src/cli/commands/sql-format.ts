import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { listStatements, type MigrationSet, readFiles, withUndo } from "../../planning/files.ts";
import { findApplied } from "../../planning/judge.ts";
import { readState } from "../../planning/state.ts";
import { listSqlFolder, sqlFolders } from "../../sql/documented/folder.ts";
import { type FormattedFile, isHandWritten, loadFormatter } from "../../sql/format.ts";
import { collectNames } from "../../sql/keyword-case.ts";
import { readText } from "../../text/decode.ts";
import { findObstacle } from "../../text/obstacle.ts";
import { openDatabase, withConnection } from "../open.ts";
import { toProjectPath } from "../options.ts";
import type { Context } from "../program.ts";
import { countOf } from "../report.ts";

export interface FormatOptions {
    readonly check?: boolean;
}

/**
 * sql:format: formats the named files, or else the views, the documented SQL and the migrations that are not applied to the
 * configured database. Keywords come out in capitals, in migrations only where they are named. With --check, compares the files, and all migrations, without changing them.
 *
 * @throws AppError `drift` when a checked file is not formatted, `invalid-files` when formatting would change the tokens,
 * `usage` for a file that cannot be read
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
    const inCapitals = await loadFormatter(root, collectNames(listStatements(sets)));
    const asWritten = await loadFormatter(root);
    // A migration may be applied elsewhere, where other letters count as an edit.
    const format = (path: string, text: string): FormattedFile =>
        (named.length === 0 && path.startsWith("migrations/") ? asWritten : inCapitals)(path, text);
    for (const path of candidates.filter((candidate) => !applied.has(candidate))) {
        const text = await readSql(root, path);
        const file = format(path, text);
        // Only its keywords are corrected.
        if (isHandWritten(path, text) && file.isFormatted) triggers.push(path);
        else files.push(file);
    }
    const others = files.filter((file) => !file.isFormatted);
    if (named.length > 0) for (const path of kept) output.field("Applied", `${path} (never formatted again)`);
    for (const path of triggers) output.field("Trigger", `${path} (formatted by hand: the formatter garbles triggers)`);
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
        hint: "run `pnpm sql:format`; it does not change applied migrations",
    });
}

function conclude(looked: number, changed: number): string {
    if (looked === 0) return "Nothing to do.";
    if (changed === 0) return `Nothing to do: ${countOf(looked, "file")} checked, all formatted.`;
    return `Formatted ${changed} of ${countOf(looked, "file")}.`;
}

async function listAll(root: string, sets: readonly MigrationSet[]): Promise<string[]> {
    const deployed = sets.flatMap((set) => [
        ...set.migrations.flatMap(withUndo),
        ...set.objects.filter(({ type }) => type === "view"),
    ]);
    const sent = await Promise.all(
        [...sqlFolders, ...sets.map(({ name }) => `queries/${name}` as const)].map((folder) =>
            listSqlFolder(root, folder),
        ),
    );
    return [...deployed.map(({ path }) => path), ...sent.flat().filter((path) => path.endsWith(".sql"))];
}

// Paths of the migrations that are applied to the configured database; none if its file does not exist.
async function readApplied(context: Context, sets: readonly MigrationSet[]): Promise<Set<string>> {
    const { connection } = await openDatabase(context, "read");
    if (!connection) return new Set();
    return withConnection(connection, async () => {
        const applied = findApplied(sets, await readState(connection, sets));
        return new Set(applied.flatMap(withUndo).map(({ path }) => path));
    });
}

async function readSql(root: string, path: string): Promise<string> {
    const obstacle = findObstacle(join(root, path));
    if (obstacle === undefined) return readText(root, path);
    throw new AppError("usage", `${path} cannot be read: ${obstacle}`, { outcome: "Nothing was changed." });
}
