import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Creates a folder and those that it stands in; one that exists stays as it is. mkdir() of Node with `recursive` never ends
 * where a system creates no folder and says that there is none, as in /proc.
 *
 * @param mode of folders that are created
 */
export async function createFolder(path: string, mode = 0o777): Promise<void> {
    try {
        await mkdir(path, { mode });
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (await isFolder(path)) return;
        if (code !== "ENOENT" || (await isFolder(dirname(path)))) throw error;
        await createFolder(dirname(path), mode);
        await createFolder(path, mode);
    }
}

function isFolder(path: string): Promise<boolean> {
    return stat(path).then(
        (stats) => stats.isDirectory(),
        () => false,
    );
}
