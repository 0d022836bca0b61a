import { lstatSync, statSync } from "node:fs";

/** Says what keeps a path from being read as a file to its end; undefined for a file. Opens nothing: a pipe would block. */
export function findObstacle(path: string): string | undefined {
    try {
        const stats = statSync(path);
        if (stats.isFile()) return undefined;
        if (stats.isDirectory()) return "it is a folder";
        if (stats.isFIFO()) return "it is a pipe";
        return stats.isSocket() ? "it is a socket" : "it is a device";
    } catch (error) {
        return isLink(path) ? "the link leads to no file" : describeReadError(error);
    }
}

function isLink(path: string): boolean {
    try {
        return lstatSync(path).isSymbolicLink();
    } catch {
        return false;
    }
}

export const noSuchFile = "there is no such file";

/** Says in words why a file could not be read. */
export function describeReadError(error: unknown): string {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { ENOENT: noSuchFile, EACCES: "permission denied" }[code] ?? code;
}
