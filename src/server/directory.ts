import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openConnection } from "../database/open.ts";
import { AppError } from "../errors.ts";

/** A data folder that no other server can be started on until it is released, or this process ends. */
export interface ServerDirectory {
    release(): Promise<void>;
}

/**
 * Makes the data folder of a server, keeps its contents out of git, and takes it for this process: sqld itself starts a
 * second time on a folder without a warning, and the two then write into the same files.
 *
 * @param directory absolute path
 * @param label the path as the user wrote it
 * @param url where the server will be; named to a user whose server needs the same folder
 * @throws AppError `cannot-open` when it cannot be made or written, `busy` when a server has it
 */
export async function takeDirectory(directory: string, label: string, url: string): Promise<ServerDirectory> {
    const note = join(directory, "server.txt");
    try {
        await mkdir(directory, { recursive: true });
        await writeFile(join(directory, ".gitignore"), "*\n");
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new AppError("cannot-open", `'${label}' cannot hold the data of a server (${reason})`, {
            hint: "choose another folder with --directory",
        });
    }
    const release = await lockFile(join(directory, "server.lock"));
    if (!release) {
        const holder = await readFile(note, "utf8").catch(() => "a server that is just starting\n");
        throw new AppError("busy", `'${label}' is in use by ${holder.trim()}`, {
            hint: "use that server, end it first, or give this one a folder of its own with --directory",
        });
    }
    await writeFile(note, `the server on ${url} (process ${process.pid})\n`);
    return {
        release: async () => {
            await rm(note, { force: true });
            release();
        },
    };
}

// SQLite's own lock on an empty database: the operating system lifts it when the process dies, which a file with a
// process id in it cannot tell.
async function lockFile(path: string): Promise<(() => void) | undefined> {
    const connection = await openConnection({ kind: "file", path, label: path, local: true }, undefined, { lock: 0 });
    const transaction = await connection.begin("write").catch(() => undefined);
    const release = (): void => {
        void transaction?.close();
        connection.close();
    };
    if (transaction) return release;
    release();
    return undefined;
}
