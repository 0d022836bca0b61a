import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AppError } from "../errors.ts";
import { type MigrationSet, readFiles, withUndo } from "../planning/files.ts";
import { findHistoryProblems, findPending } from "../planning/judge.ts";
import { findPendingProblems } from "../planning/judging/pending.ts";
import { findFileProblems, refuseFiles } from "../planning/problems.ts";
import { FailedDeploy, readExpectedSchema } from "../planning/shadow.ts";
import { type DatabaseState, emptyState } from "../planning/state.ts";
import { compareSchemas, isDrift, type ObjectDifference } from "../schema/compare.ts";
import { loadLenientFormatter } from "../sql/format.ts";
import { createFolder } from "../text/folder.ts";
import { type AlignInput, type Alignment, type FileChange, isLeft, planAlignment } from "./align.ts";
import { findOwnRows, readAppliedSchema, type SchemaVerification } from "./verify.ts";

const outcome = "No file was written.";

/**
 * Writes the files that would create the schema of a database, after validating them in a copy of the folders: a fresh
 * database must get the same schema from them. The database is not changed.
 *
 * @returns the files, and what was left out and why
 * @throws AppError `drift` when the files cannot express the schema, or migrations are pending; then no file was written
 */
export async function alignFiles(
    root: string,
    { sets, state, differences, strict, unfinished }: SchemaVerification,
    options: { readonly dryRun?: boolean } = {},
): Promise<Alignment> {
    refuseUnready(sets, state);
    const [expected, live] = [await readAppliedSchema(sets, state), findOwnRows(sets, state)];
    const format = await loadLenientFormatter(root);
    const attempt = async (rebuilt: ReadonlySet<string>): Promise<[Alignment, ObjectDifference[]]> => {
        const input = { sets, expected, live, differences, strict, rebuilt, unfinished };
        const planned = planAlignment(input);
        const files = planned.files.map(({ path, text }) => ({ path, text: text && format(path, text) }));
        const alignment = { ...planned, files };
        return [alignment, await findRemaining(input, alignment)];
    };
    let [alignment, remaining] = await attempt(new Set());
    // ALTER TABLE does not always lead to the text that the database has.
    const unequal = remaining.filter(({ type, state: word }) => type === "table" && word === "changed");
    if (unequal.length > 0) {
        [alignment, remaining] = await attempt(new Set(unequal.map(({ name }) => name.toLowerCase())));
    }
    if (remaining.length > 0) {
        const details = remaining.map(({ type, name, state: word }) => `${type} ${name}: ${word}`);
        throw refuseAlignment("", details);
    }
    if (!options.dryRun) await applyWhole(root, alignment.files);
    return alignment;
}

function refuseAlignment(reason: string, details: readonly string[] = []): AppError {
    return new AppError("drift", `the files cannot express the schema of the database${reason}`, {
        details,
        hint: "write the migration by hand: `pnpm db:new <what it does>`",
        outcome,
    });
}

function refuseUnready(sets: readonly MigrationSet[], state: DatabaseState): void {
    const problems = findHistoryProblems(sets, state);
    if (problems.length > 0) throw refuseFiles(problems, outcome);
    const pending = sets.flatMap((set) => findPending(set, state));
    if (pending.length === 0) return;
    throw new AppError("drift", "migrations are pending, and a new one would come after them", {
        details: pending.map(({ path }) => path),
        hint: "deploy them first (`pnpm db:migrate`), or move them out of the folder",
        outcome,
    });
}

// Returns what would still differ, except for what is left out on purpose.
async function findRemaining(
    { sets, expected, live, strict }: AlignInput & Pick<SchemaVerification, "strict">,
    { files, left }: Alignment,
): Promise<ObjectDifference[]> {
    const copy = await mkdtemp(join(tmpdir(), "schema-files-"));
    try {
        await apply(copy, sets.flatMap(listFiles));
        await apply(copy, files);
        const found = await readFiles(copy);
        const migrations = found.sets.flatMap((set) => set.migrations);
        const added = migrations.filter(({ path }) => files.some((file) => file.path === path));
        const problems = [
            ...findFileProblems(found),
            ...findPendingProblems(added, { ...emptyState, schema: expected }),
        ];
        if (problems.length > 0) throw refuseFiles(problems, outcome);
        const reached = await readExpectedSchema(found.sets, migrations);
        return compareSchemas(live, reached, { strict }).filter((item) => isDrift(item) && !isLeft(item, left));
    } catch (error) {
        throw error instanceof FailedDeploy ? refuseAlignment(`: ${error.message}`) : error;
    } finally {
        await rm(copy, { recursive: true, force: true });
    }
}

function listFiles({ migrations, objects }: MigrationSet): FileChange[] {
    return [...migrations.flatMap(withUndo), ...objects].map(({ path, sql }) => ({ path, text: sql }));
}

// All files or none: half of them would create a schema that exists nowhere.
async function applyWhole(root: string, files: readonly FileChange[]): Promise<void> {
    // As bytes, whatever they are.
    const read = async (path: string): Promise<Buffer | undefined> =>
        existsSync(join(root, path)) ? readFile(join(root, path)) : undefined;
    const before = await Promise.all(files.map(async ({ path }) => ({ path, text: await read(path) })));
    try {
        await apply(root, files);
    } catch (error) {
        const left: string[] = [];
        for (const file of before) {
            const now = await read(file.path);
            if (now && file.text ? now.equals(file.text) : now === file.text) continue;
            await apply(root, [file]).catch(() => left.push(file.path));
        }
        const reason = error instanceof Error ? error.message : String(error);
        throw new AppError("cannot-open", `the files cannot be written: ${reason}`, {
            hint: "check who owns the folders and whether the disk has room, then run it again",
            outcome: left.length === 0 ? outcome : `These files may be half written: ${left.join(", ")}.`,
            cause: error,
        });
    }
}

async function apply(
    root: string,
    files: readonly { readonly path: string; readonly text: string | Buffer | undefined }[],
): Promise<void> {
    for (const { path, text } of files) {
        const file = join(root, path);
        if (text === undefined) {
            await rm(file, { force: true });
            continue;
        }
        await createFolder(dirname(file));
        await writeFile(file, text);
    }
}
