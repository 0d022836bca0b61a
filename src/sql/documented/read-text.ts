import { lstat, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";

/** Says what keeps a path from being read as a file to its end; undefined for a file. Opens nothing: a pipe would block. */
export async function findObstacle(path: string): Promise<string | undefined> {
    try {
        const stats = await stat(path);
        if (stats.isFile()) return undefined;
        if (stats.isDirectory()) return "it is a folder";
        if (stats.isFIFO()) return "it is a pipe";
        return stats.isSocket() ? "it is a socket" : "it is a device";
    } catch (error) {
        const isLink = await lstat(path).then(
            (stats) => stats.isSymbolicLink(),
            () => false,
        );
        return isLink ? "the link leads to no file" : describe(error);
    }
}

/**
 * Reads a file of the project.
 *
 * @param path from the project's root
 * @throws AppError `invalid-files` for one that cannot be read, or is a pipe, a device, or a link without its file
 */
export async function readFileText(root: string, path: string, outcome?: string): Promise<string> {
    const refuse = (why: string): never => {
        const hint = "replace it with a file that can be read, or remove it";
        throw new AppError("invalid-files", `${path} cannot be read: ${why}`, { hint, outcome });
    };
    const obstacle = await findObstacle(join(root, path));
    if (obstacle !== undefined) return refuse(obstacle);
    return readFile(join(root, path), "utf8").catch((error: unknown) => refuse(describe(error)));
}

function describe(error: unknown): string {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { ENOENT: "there is no such file", EACCES: "permission denied" }[code] ?? code;
}
