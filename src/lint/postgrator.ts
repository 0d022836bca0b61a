import { join, relative, sep } from "node:path";
import type Postgrator from "postgrator";
import { type FoundFiles, folderOf, type MigrationSet } from "../planning/files.ts";
import type { Problem } from "../planning/problems.ts";

/** A migration as postgrator reads it; `path` from the project's root, with forward slashes. */
type PostgratorFile = Pick<Postgrator.Migration, "version" | "action" | "name" | "md5"> & {
    readonly path: string;
};

/**
 * Reads the migrations of all sets with postgrator, and finds files that it reads differently: it must be able to take over
 * from this project's runner.
 */
export async function findPostgratorProblems(root: string, found: FoundFiles): Promise<Problem[]> {
    const problems = await Promise.all(
        found.sets.map(async (set) => {
            const folder = folderOf(set.name);
            try {
                return compareWithPostgrator(set, await readByPostgrator(root, folder));
            } catch (error) {
                // It stops at the first version that two files have; other rules report those.
                if (found.unrecognised.length + found.duplicates.length > 0) return [];
                const reason = error instanceof Error ? error.message : String(error);
                return [explain(folder, `postgrator cannot read this folder (${reason})`)];
            }
        }),
    );
    return problems.flat();
}

/** Compares versions, names, order and checksums of a set with those that postgrator read. Pure. */
export function compareWithPostgrator(set: MigrationSet, read: readonly PostgratorFile[]): Problem[] {
    const own = set.migrations.flatMap((file) => [
        { file, action: "do", path: file.path, md5: file.md5 },
        ...(file.undo ? [{ file, action: "undo", path: file.undo.path, md5: file.undo.md5 }] : []),
    ]);
    const problems = own.flatMap(({ file: { version, name }, action, path, md5 }): Problem[] => {
        const other = read.find((item) => item.path === path);
        if (!other) return [explain(path, "postgrator does not read this file")];
        const wanted = describe({ version, action, name: action === "do" ? name : other.name });
        if (describe(other) !== wanted) return [explain(path, `postgrator reads ${describe(other)}, not ${wanted}`)];
        return other.md5 === md5 ? [] : [explain(path, "postgrator has a different checksum of this file")];
    });
    if (problems.length > 0) return problems;
    const inOrder = read.filter(({ action }) => action === "do").sort((a, b) => a.version - b.version);
    const known = inOrder.filter(({ path }) => own.some((item) => item.path === path));
    const at = set.migrations.findIndex(({ path }, place) => known[place]?.path !== path);
    const moved = set.migrations[at];
    return moved ? [explain(moved.path, `postgrator applies ${known[at]?.path ?? "nothing"} in its place`)] : [];
}

/** Reads a folder with postgrator's own reader. Its forty modules are loaded only here. */
export async function readByPostgrator(root: string, folder: string): Promise<PostgratorFile[]> {
    const { default: Reader } = await import("postgrator");
    // Only .sql: it would run a .js file to learn its SQL.
    const migrationPattern = `${join(root, folder).replace(/[\\?*()[\]{}!+@]/g, "\\$&")}/*.sql`;
    const read = await new Reader({ driver: "sqlite3", newline: "LF", migrationPattern }).getMigrations();
    return read.map(({ version, action, name, md5, filename }) => ({
        ...{ version, action, name, md5 },
        path: relative(root, filename).split(sep).join("/"),
    }));
}

function describe({ version, action, name }: { version: number; action: string; name: string }): string {
    return `${action} ${version} '${name}'`;
}

function explain(path: string, message: string): Problem {
    const remedy =
        "name it like 013.do.add-something.sql; if it is, this version of postgrator reads files differently";
    return { rule: "file-name", path, message, remedy };
}
