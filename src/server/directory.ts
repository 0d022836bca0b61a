import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openConnection } from "../database/open.ts";
import { AppError } from "../errors.ts";
import { createFolder } from "../text/folder.ts";

/**
 * Creates the data folder of a server, keeps its contents out of git, and locks it for this process: sqld itself would
 * start twice on a folder without a warning, and both would write into the same files.
 *
 * @param directory absolute path
 * @param label the path as the user wrote it
 * @param url the server's address, shown to a user whose server needs the same folder
 * @returns a function that releases the folder, as does the end of this process
 * @throws AppError `cannot-open` when it cannot be created or written, `busy` when another server uses it
 */
export async function takeDirectory(directory: string, label: string, url: string): Promise<() => Promise<void>> {
    const note = join(directory, "server.txt");
    try {
        await createFolder(directory, 0o700);
        await writeFile(join(directory, ".gitignore"), "*\n");
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const hint = "choose another folder with --directory";
        throw new AppError("cannot-open", `'${label}' cannot hold the data of a server (${reason})`, { hint });
    }
    const release = await lockFile(join(directory, "server.lock"));
    if (!release) {
        const holder = await readFile(note, "utf8").catch(() => "a server that is starting\n");
        throw new AppError("busy", `'${label}' is in use by ${holder.trim()}`, {
            hint: "use that server, stop it first, or choose another folder with --directory",
        });
    }
    await writeFile(note, `the server on ${url} (process ${process.pid})\n`);
    return async () => {
        await rm(note, { force: true });
        release();
    };
}

// SQLite's own lock on an empty database: unlike a file with a process id, the operating system removes it when the
// process dies.
async function lockFile(path: string): Promise<(() => void) | undefined> {
    const connection = await openConnection({ kind: "file", path, label: path, local: true }, undefined, { lock: 0 });
    const transaction = await connection.begin("write").catch(() => undefined);
    if (transaction) {
        return () => {
            void transaction.close();
            connection.close();
        };
    }
    connection.close();
    return undefined;
}
