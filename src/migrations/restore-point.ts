import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Connection } from "../database/connection.ts";
import { copyFile, toDiskFault } from "../database/file/copy.ts";
import { openConnection } from "../database/open.ts";
import { repeatWhileBusy } from "../database/retry.ts";
import type { FileTarget } from "../database/target.ts";
import type { DatabaseState } from "../planning/state.ts";

/** How many copies of a database file are kept beside it. */
const keptCopies = 5;
/** A younger copy is always kept, in milliseconds: deployers that run at the same time each make one. */
const youngLimit = 600_000;

export interface RestorePoint {
    /** Sentences for the output, before the run and again after a failure. */
    readonly lines: readonly string[];
}

/**
 * Makes a restore point before a database with tables is changed: copies a file; for a server, returns the time and the
 * command that restores it, because Turso can restore any time.
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
    // SQLite's own tables remain after all others were dropped.
    if (!state.schema.some((row) => row.type === "table" && !row.name.startsWith("sqlite_"))) return { lines: [] };
    const { target } = connection;
    if (target.kind === "file") {
        const copy = nameCopy(target.path, now);
        const wait = connection.waitLimit;
        const lock = wait === undefined ? undefined : Math.min(wait, longestLock);
        const note = await repeatWhileBusy(() => copyInto(target, copy, lock, signal), wait ?? 0, signal);
        await removeOldCopies(target.path, now);
        const line = `Copy:     ${basename(copy)} (beside the database; the newest ${keptCopies} are kept)`;
        return { lines: note === undefined ? [line] : [line, `          ${note}`] };
    }
    const time = state.now.replace(/\.\d+Z$/, "Z");
    if (!target.host.endsWith(".turso.io")) {
        return { lines: [`Time:     ${time} (this server keeps restore points only if its operator does)`] };
    }
    const stamp = time.replace(/[^\d]/g, "");
    // The first part of the host also contains the organization, and where the name of the database ends is unknown.
    const command = `turso db create restored-${stamp} --from-db 'NAME' --timestamp ${time}`;
    return { lines: [`Restore:  ${command}`, `          (NAME: what \`turso db list\` calls ${target.host})`] };
}

/** The longest wait inside SQLite, which blocks the event loop, with --wait; in milliseconds. */
const longestLock = 1_000;

// On its own connection: VACUUM is refused beside an unfinished statement. The copy gets its name when it is complete:
// half a copy restores nothing, and another deployer may copy at the same time.
async function copyInto(
    target: FileTarget,
    copy: string,
    lock: number | undefined,
    signal: AbortSignal | undefined,
): Promise<string | undefined> {
    const partial = `${copy}.${process.pid}.partial`;
    const connection = await openConnection(target, undefined, { lock });
    try {
        // Only its user may read it, from the first row on.
        await writeFile(partial, "", { flag: "wx", mode: 0o600 });
        const note = await copyFile(connection, partial, signal);
        await rename(partial, copy);
        return note;
    } catch (error) {
        throw toDiskFault(error, partial);
    } finally {
        connection.close();
        await rm(partial, { force: true });
    }
}

const copyName = /\.before-\d{8}T\d{9}Z\.db$/;
const partialName = /\.before-\d{8}T\d{9}Z\.db\.\d+\.partial(-journal)?$/;
/** An older incomplete copy belongs to a deployer that was killed, in milliseconds. */
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
    // Of a clock that was ahead, or is behind now: which of them are new is unknown, and they take no place of the others.
    const isFuture = (name: string): boolean => name > nameCopy(basename(path), now);
    const old = [
        ...copies
            .filter((name) => !isFuture(name))
            .slice(0, -keptCopies)
            .filter(isOlder(youngLimit)),
        ...copies.filter(isFuture).slice(0, -keptCopies),
        ...names.filter((name) => partialName.test(name)).filter(isOlder(partialLimit)),
    ];
    // Another deployer may remove the same ones.
    await Promise.all(old.map((name) => rm(join(dirname(path), name), { force: true })));
}
