import { findBackupName } from "./names.ts";

const day = 24 * 3_600_000;
const keptDays = 30;
const keptWeeks = 52;
/** A clock that was years ahead for one night would else take all. */
const keptAlways = 7;

/**
 * Chooses the backups of one series that are no longer kept: all but the newest of each of the last 30 days and of each of
 * the last 52 weeks (from Monday on, UTC). Of the newest 7 days that have a backup one stays, however old it is; a file of
 * another series or name is never chosen.
 *
 * @param names of all files of a folder
 * @param series what the names of the series begin with
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
            if (seen.has(period) || (period <= current - periods && seen.size >= always)) continue;
            seen.add(period);
            kept.add(name);
        }
    };
    keepNewest((time) => Math.floor(time / day), keptDays, keptAlways);
    // The first day that is counted, the 1st of January 1970, was a Thursday.
    keepNewest((time) => Math.floor((time / day + 3) / 7), keptWeeks, 0);
    return backups.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
}
