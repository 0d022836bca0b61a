import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { findBackupName } from "./names.ts";

const day = 24 * 3_600_000;
const keptDays = 30;
const keptWeeks = 52;
/** Otherwise a clock that is years ahead for one night would remove all. */
const keptAlways = 7;
/** A clock that is further ahead of the newest backup may be wrong, in milliseconds. */
const longestGap = 35 * day;

/**
 * Chooses the backups of one series to remove from the files of a folder: all but the newest of each of the last 30 days and
 * of each of the last 52 weeks (from Monday on, UTC). One of each of the newest 7 days with a backup stays, however old.
 */
export function planPruning(names: readonly string[], series: string, now: Date): string[] {
    const backups = names
        .flatMap((name) => {
            const parsed = findBackupName(name);
            return parsed?.series === series ? [{ name, time: parsed.takenAt.getTime() }] : [];
        })
        .sort((a, b) => b.time - a.time || (a.name < b.name ? 1 : -1));
    const kept = new Set<string>();
    const keepNewest = (periodOf: (time: number) => number, periods: number, always: number): void => {
        const current = periodOf(now.getTime());
        const seen = new Set<number>();
        for (const { name, time } of backups) {
            const period = periodOf(time);
            // Those of a clock that was ahead take no place of the others.
            const count = [...seen].filter((other) => other <= current).length;
            if (seen.has(period) || (period <= current - periods && count >= always)) continue;
            seen.add(period);
            kept.add(name);
        }
    };
    keepNewest((time) => Math.floor(time / day), keptDays, keptAlways);
    // 1970-01-01, day 0, was a Thursday.
    keepNewest((time) => Math.floor((time / day + 3) / 7), keptWeeks, 0);
    return backups.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
}

/**
 * Finds the time of the newest backup where the clock seems to be wrong: more than 35 days later. Backups of the last day do
 * not vouch for a clock that would remove what was kept by the one before.
 */
export async function findClockGap(folder: string, series: string, now: Date): Promise<Date | undefined> {
    const names = await listBackups(folder);
    const times = names.flatMap((name) => {
        const parsed = findBackupName(name);
        return parsed?.series === series && parsed.takenAt <= now ? [parsed.takenAt.getTime()] : [];
    });
    const isGap = (time: number): boolean => Number.isFinite(time) && now.getTime() - time > longestGap;
    const newest = Math.max(...times);
    if (isGap(newest)) return new Date(newest);
    const earlier = Math.max(...times.filter((time) => now.getTime() - time > day));
    if (!isGap(earlier)) return undefined;
    const byEarlier = new Set(planPruning(names, series, new Date(earlier)));
    const isSafe = planPruning(names, series, now).every((name) => byEarlier.has(name));
    return isSafe ? undefined : new Date(earlier);
}

async function listBackups(folder: string): Promise<string[]> {
    const files = await readdir(folder, { withFileTypes: true }).catch(() => []);
    // db:backup creates neither folders nor links.
    return files.filter((file) => file.isFile()).map(({ name }) => name);
}

/** Lists the backups of a series to remove from a folder, as if those named `coming` were there, too. */
export async function listPruned(
    folder: string,
    series: string,
    now: Date,
    coming: readonly string[] = [],
): Promise<string[]> {
    return planPruning([...(await listBackups(folder)), ...coming], series, now);
}

/** Removes the backups of a series that are no longer kept; returns their names. */
export async function prune(folder: string, series: string, now: Date): Promise<string[]> {
    const names = await listPruned(folder, series, now);
    await removeForgotten(folder, series, now);
    // Another run may be removing the same ones.
    for (const name of names) await rm(join(folder, name), { force: true });
    return names;
}

/** A partial file older than this, in milliseconds, belongs to a run that was killed. */
const forgottenLimit = 24 * 3_600_000;

async function removeForgotten(folder: string, series: string, now: Date): Promise<void> {
    for (const name of await readdir(folder)) {
        const [, own] = /^(.+)\.\d+\.partial$/.exec(name) ?? [];
        if (own === undefined || findBackupName(own)?.series !== series) continue;
        const facts = await stat(join(folder, name)).catch(() => undefined);
        const isOld = facts?.isFile() && now.getTime() - facts.mtimeMs > forgottenLimit;
        if (isOld) await rm(join(folder, name), { force: true });
    }
}
