import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseFault } from "../../database/faults.ts";
import { type Alignment, type FileChange, planAlignment } from "../../drift/align.ts";
import { findOwnRows, readAppliedSchema } from "../../drift/verify.ts";
import { AppError } from "../../errors.ts";
import { type MigrationSet, readFiles } from "../../planning/files.ts";
import { findHistoryProblems, findPending, findPendingProblems } from "../../planning/judge.ts";
import { findFileProblems, refuseFiles } from "../../planning/problems.ts";
import { readExpectedSchema } from "../../planning/shadow.ts";
import { type DatabaseState, emptyState } from "../../planning/state.ts";
import { compareSchemas, isDrift, type ObjectDifference } from "../../schema/compare.ts";
import type { SchemaRow } from "../../schema/row.ts";
import type { Context } from "../program.ts";
import { loadFormatter } from "./sql-format.ts";

const outcome = "No file was written.";
const folders = ["migrations", "views", "triggers"];

/**
 * Writes the files that lead to what the database holds. They are tried first on a copy of the folders: what a fresh
 * database gets from them must be what this one has. The database is not touched.
 *
 * @throws AppError `drift` where the files cannot lead there, or migrations are pending; then no file was written
 */
export async function writeFiles(
    { root, output }: Context,
    sets: readonly MigrationSet[],
    state: DatabaseState,
    differences: readonly ObjectDifference[],
    { dryRun: isDryRun = false }: { readonly dryRun?: boolean },
): Promise<Alignment & { readonly next: string }> {
    refuseUnready(sets, state);
    const [expected, live] = [await readAppliedSchema(sets, state), findOwnRows(sets, state)];
    const rebuilt = new Set<string>();
    let alignment = await format(root, planAlignment({ sets, expected, live, differences, rebuilt }));
    let remaining = await tryOut(root, sets, expected, live, alignment);
    // ALTER TABLE does not always lead to the text that the database has.
    const unequal = remaining.filter(({ type, state: word }) => type === "table" && word === "changed");
    if (unequal.length > 0) {
        for (const { name } of unequal) rebuilt.add(name.toLowerCase());
        alignment = await format(root, planAlignment({ sets, expected, live, differences, rebuilt }));
        remaining = await tryOut(root, sets, expected, live, alignment);
    }
    if (remaining.length > 0) {
        throw new AppError("drift", "the files cannot be brought to what the database holds", {
            details: remaining.map(({ type, name, state: word }) => `${type} ${name}: ${word}`),
            hint: "write the migration by hand: `pnpm db:new <what it does>`",
            outcome,
        });
    }
    if (!isDryRun) await applyWhole(root, alignment.files);
    for (const { path, text } of alignment.files) {
        output.field(isDryRun ? "Would" : text === undefined ? "Removed" : "Wrote", describe(path, text, isDryRun));
    }
    for (const { type, name, why } of alignment.left) output.field("Left", `${type} ${name}: ${why}`);
    for (const warning of alignment.warnings) output.warn(warning);
    return { ...alignment, next: isDryRun ? "Dry run: no file was written." : describeNextStep(alignment) };
}

function describeNextStep({ files }: Alignment): string {
    if (files.length === 0) return "No file was written: nothing else differs.";
    return files.some(({ path }) => path.startsWith("migrations/"))
        ? "Next: read the files, then `pnpm db:baseline` records the new migrations here without running them; " +
              "other databases get them by `pnpm db:migrate`."
        : "Next: read the files, then `pnpm db:push` notes here that they are deployed; nothing else changes.";
}

function describe(path: string, text: string | undefined, isDryRun: boolean): string {
    if (!isDryRun) return path;
    return text === undefined ? `remove ${path}` : `write ${path}`;
}

function refuseUnready(sets: readonly MigrationSet[], state: DatabaseState): void {
    const problems = findHistoryProblems(sets, state);
    if (problems.length > 0) throw refuseFiles(problems).withOutcome(outcome);
    const pending = sets.flatMap((set) => findPending(set, state));
    if (pending.length === 0) return;
    throw new AppError("drift", "migrations are pending, and a new one would come behind them", {
        details: pending.map(({ path }) => path),
        hint: "deploy them first (`pnpm db:migrate`), or take them out of the folder",
        outcome,
    });
}

// As the house has its SQL; what the formatter cannot keep stays as the database has it.
async function format(root: string, alignment: Alignment): Promise<Alignment> {
    const formatter = await loadFormatter(root).catch(() => undefined);
    const files = alignment.files.map(({ path, text }): FileChange => {
        if (!formatter || text === undefined || path.startsWith("triggers/")) return { path, text };
        try {
            return { path, text: formatter(path, text).text };
        } catch {
            return { path, text };
        }
    });
    return { ...alignment, files };
}

// Gives what would still differ, but for what is left on purpose.
async function tryOut(
    root: string,
    sets: readonly MigrationSet[],
    expected: readonly SchemaRow[],
    live: readonly SchemaRow[],
    { files, left }: Alignment,
): Promise<ObjectDifference[]> {
    const copy = await mkdtemp(join(tmpdir(), "schema-files-"));
    try {
        for (const folder of folders) {
            if (existsSync(join(root, folder))) await cp(join(root, folder), join(copy, folder), { recursive: true });
        }
        await makeWritable(copy);
        await apply(copy, files);
        const found = await readFiles(copy);
        const own = found.sets.filter((set) => sets.some(({ name }) => name === set.name));
        const added = own
            .flatMap((set) => set.migrations)
            .filter(({ path }) => files.some((file) => file.path === path));
        const problems = [
            ...findFileProblems(found),
            ...findPendingProblems(added, { ...emptyState, schema: expected }),
        ];
        if (problems.length > 0) throw refuseFiles(problems).withOutcome(outcome);
        const reached = await readExpectedSchema(
            own,
            own.flatMap((set) => set.migrations),
        );
        const isLeft = ({ type, name }: ObjectDifference): boolean =>
            left.some((other) => other.type === type && other.name === name);
        return compareSchemas(live, reached).filter((difference) => isDrift(difference) && !isLeft(difference));
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        throw new AppError("drift", `the files cannot be brought to what the database holds: ${error.message}`, {
            hint: "write the migration by hand: `pnpm db:new <what it does>`",
            outcome,
        });
    } finally {
        await rm(copy, { recursive: true, force: true });
    }
}

// What is read-only in the project is so in its copy, too.
async function makeWritable(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), entry.isFile() ? 0o600 : 0o700);
    }
}

// All files or none: half of them would lead to a schema that is nobody's.
async function applyWhole(root: string, files: readonly FileChange[]): Promise<void> {
    const read = async (path: string): Promise<string | undefined> =>
        existsSync(join(root, path)) ? readFile(join(root, path), "utf8") : undefined;
    const before = await Promise.all(files.map(async ({ path }) => ({ path, text: await read(path) })));
    try {
        await apply(root, files);
    } catch (error) {
        const left: string[] = [];
        for (const file of before) {
            if ((await read(file.path)) === file.text) continue;
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

async function apply(root: string, files: readonly FileChange[]): Promise<void> {
    for (const { path, text } of files) {
        const file = join(root, path);
        if (text === undefined) {
            await rm(file, { force: true });
            continue;
        }
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
    }
}
