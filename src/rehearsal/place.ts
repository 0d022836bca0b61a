import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { isAlive } from "../processes.ts";

/** Where a copy stands. */
export interface Place {
    readonly path: string;
    /** Removes the copy, unless it is one to keep that is whole. */
    leave(isWhole: boolean): Promise<void>;
}

const prefix = "db-rehearsal-";
/** After this long, in milliseconds, the copy of a process that is gone is removed by the next rehearsal. */
const forgottenLimit = 3_600_000;
const companions = ["", "-journal", "-wal", "-shm"];

/**
 * Finds a place for the copy: a folder of its own that only its user can read, or the path where it is to be kept.
 *
 * @param keep relative to `root`
 * @throws AppError `usage` when there is something at `keep` already, or no folder for it
 */
export async function findPlace(root: string, keep: string | undefined, now: Date): Promise<Place> {
    await removeForgotten(now);
    if (keep === undefined) {
        const folder = await makeFolder();
        return { path: join(folder, "copy.db"), leave: () => rm(folder, { recursive: true, force: true }) };
    }
    const path = resolve(root, keep);
    if (existsSync(path)) {
        throw new AppError("usage", `--keep: '${keep}' is there already`, { hint: "name a file that does not exist" });
    }
    if (!existsSync(dirname(path))) {
        throw new AppError("usage", `--keep: there is no folder for '${keep}'`, { hint: "make the folder first" });
    }
    // Its user alone may read it from the first row on.
    await writeFile(path, "", { flag: "wx", mode: 0o600 }).catch((error: Error) => {
        throw new AppError("usage", `--keep: '${keep}' cannot be written (${error.message})`, {
            hint: "name a file in a folder that you may write to",
        });
    });
    return {
        path,
        leave: async (isWhole) => {
            if (!isWhole) await Promise.all(companions.map((end) => rm(`${path}${end}`, { force: true })));
        },
    };
}

async function makeFolder(): Promise<string> {
    try {
        return await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new AppError("cannot-open", `there is no room for the copy (${reason})`, {
            hint: "set TMPDIR to a folder that you may write to",
            outcome: "Nothing was changed.",
        });
    }
}

/** Lets only its user read a copy: it holds what the database holds. */
export async function protect({ path }: Place): Promise<void> {
    if (existsSync(path)) await chmod(path, 0o600);
}

// A process that was killed could not clean up, and what it left is the database's content.
async function removeForgotten(now: Date): Promise<void> {
    const names = await readdir(tmpdir()).catch(() => []);
    for (const name of names) {
        const pid = Number(/^db-rehearsal-(\d+)-/.exec(name)?.[1] ?? "0");
        const path = join(tmpdir(), name);
        if (pid === 0 || isAlive(pid)) continue;
        const facts = await stat(path).catch(() => undefined);
        const isOld = facts !== undefined && now.getTime() - facts.mtimeMs > forgottenLimit;
        // Another user's is not ours to remove.
        if (isOld) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
}
