import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { makeScratchFolder } from "../database/scratch-folder.ts";
import { AppError } from "../errors.ts";

/** Where a copy is. */
export interface CopyPlace {
    readonly path: string;
    /** Removes the copy, unless it is whole and is to be kept. */
    leave(isWhole: boolean): Promise<void>;
}

const companions = ["", "-journal", "-wal", "-shm"];

/**
 * Finds a place for the copy: a new folder that only its user can read, or the path where it is to be kept.
 *
 * @throws AppError `usage` when `keep` already exists, or its folder does not
 */
export async function findPlace(root: string, keep: string | undefined, now: Date): Promise<CopyPlace> {
    if (keep === undefined) {
        const folder = await makeScratchFolder(tmpdir(), "db-rehearsal", now).catch(refuseFolder);
        return { path: join(folder, "copy.db"), leave: () => rm(folder, { recursive: true, force: true }) };
    }
    const path = resolve(root, keep);
    if (existsSync(path)) throw refuse(`'${keep}' already exists`, "name a file that does not exist");
    if (!existsSync(dirname(path))) throw refuse(`there is no folder for '${keep}'`, "create the folder first");
    // Only its user may read it, from the first row on.
    await writeFile(path, "", { flag: "wx", mode: 0o600 }).catch((error: Error) => {
        throw refuse(`'${keep}' cannot be written (${error.message})`, "name a file in a folder that you may write to");
    });
    return {
        path,
        leave: async (isWhole) => {
            if (!isWhole) await Promise.all(companions.map((end) => rm(`${path}${end}`, { force: true })));
        },
    };
}

function refuse(why: string, hint: string): AppError {
    return new AppError("usage", `--keep: ${why}`, { hint });
}

function refuseFolder(error: Error): never {
    throw new AppError("cannot-open", `the folder for the copy cannot be created (${error.message})`, {
        hint: "set TMPDIR to a folder that you may write to",
        outcome: "Nothing was changed.",
    });
}

/** Lets only its user read a copy: it holds the data of the database. */
export async function protect({ path }: CopyPlace): Promise<void> {
    if (existsSync(path)) await chmod(path, 0o600);
}
