import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, toFault } from "../database/faults.ts";
import { openConnection } from "../database/open.ts";
import type { FileTarget } from "../database/target.ts";
import type { DatabaseState } from "../planning/state.ts";
import { quoteText } from "../sql/quoting.ts";

/** How many copies of a file database are kept beside it. */
const keptCopies = 5;
/** For this long, in milliseconds, a copy is kept in any case: deployers that run at once each make one. */
const youngLimit = 600_000;

/** What the database can be taken back to after a run. */
export interface RestorePoint {
    /** Sentences for the output, before the run and again after a failure. */
    readonly lines: readonly string[];
}

/**
 * Makes a restore point before a database with tables is changed: copies a file aside; for a server, returns the time and
 * the command that restores it, because Turso keeps every moment.
 *
 * @param now this machine's clock, for the name of the copy
 * @param signal ends the wait for another program that has locked the file
 */
export async function prepareRestorePoint(
    connection: Connection,
    state: DatabaseState,
    now: Date,
    signal?: AbortSignal,
): Promise<RestorePoint> {
    // SQLite's own tables stay behind where all others were dropped.
    if (!state.schema.some((row) => row.type === "table" && !row.name.startsWith("sqlite_"))) return { lines: [] };
    const { target } = connection;
    if (target.kind === "file") {
        const copy = nameCopy(target.path, now);
        await copyPatiently(target, copy, connection.waitLimit, signal);
        await removeOldCopies(target.path, now);
        return { lines: [`Copy:     ${basename(copy)} (beside the database; the newest ${keptCopies} are kept)`] };
    }
    const time = state.now.replace(/\.\d+Z$/, "Z");
    if (!target.host.endsWith(".turso.io")) {
        return { lines: [`Time:     ${time} (this server keeps restore points only if its operator does)`] };
    }
    const stamp = time.replace(/[^\d]/g, "");
    // The host's first part holds the organization too, and nothing tells where the database's own name ends.
    const command = `turso db create restored-${stamp} --from-db 'NAME' --timestamp ${time}`;
    return { lines: [`Restore:  ${command}`, `          (NAME: what \`turso db list\` calls ${target.host})`] };
}

/** How long SQLite itself waits, which blocks the event loop, where the user said how long to wait; in milliseconds. */
const longestLock = 1_000;

async function copyPatiently(
    target: FileTarget,
    copy: string,
    wait: number | undefined,
    signal: AbortSignal | undefined,
): Promise<void> {
    const lock = wait === undefined ? undefined : Math.min(wait, longestLock);
    for (const startedAt = Date.now(); ; ) {
        try {
            return await copyInto(target, copy, lock);
        } catch (error) {
            if (toFault(error).kind !== "busy" || Date.now() - startedAt >= (wait ?? 0)) throw error;
            await sleep(100 + Math.random() * 400, undefined, { signal }).catch(() => undefined);
            if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", error);
        }
    }
}

// On a connection of its own: VACUUM is refused beside a statement that another one has not finished. The copy gets its
// name when it is whole: half a copy restores nothing, and another deployer may copy in the same moment.
async function copyInto(target: FileTarget, copy: string, lock: number | undefined): Promise<void> {
    const partial = `${copy}.${process.pid}.partial`;
    const connection = await openConnection(target, undefined, { lock });
    try {
        await connection.runAlone(`VACUUM INTO ${quoteText(partial)}`);
        await rename(partial, copy);
    } finally {
        connection.close();
        await rm(partial, { force: true });
    }
}

const copyName = /\.before-\d{8}T\d{9}Z\.db$/;
const partialName = /\.before-\d{8}T\d{9}Z\.db\.\d+\.partial(-journal)?$/;
/** After this long, in milliseconds, a copy that is not whole belongs to a deployer that was ended. */
const partialLimit = 3_600_000;

function nameCopy(path: string, now: Date): string {
    return `${path.replace(/\.db$/, "")}.before-${stampOf(now)}.db`;
}

function stampOf(time: Date): string {
    return time.toISOString().replace(/[-:.]/g, "");
}

async function removeOldCopies(path: string, now: Date): Promise<void> {
    const prefix = `${basename(path).replace(/\.db$/, "")}.before-`;
    const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix)).sort();
    const isOlder = (limit: number) => (name: string) => name < prefix + stampOf(new Date(now.getTime() - limit));
    const copies = names.filter((name) => copyName.test(name));
    const old = [
        ...copies.slice(0, -keptCopies).filter(isOlder(youngLimit)),
        ...names.filter((name) => partialName.test(name)).filter(isOlder(partialLimit)),
    ];
    // Another deployer may be removing the same ones.
    await Promise.all(old.map((name) => rm(join(dirname(path), name), { force: true })));
}
