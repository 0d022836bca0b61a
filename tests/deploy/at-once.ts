import { expect } from "vitest";
import { type CommandResult, runCommand } from "../support/command.ts";
import { migrationCount } from "./repository.ts";
import type { Snapshot } from "./snapshot.ts";
import { readSnapshot, withoutTimes } from "./snapshot.ts";

/** Lets `count` processes run db:push at the same time, and gives how each of them ended. */
export function pushAtOnce(
    count: number,
    root: string,
    url: string,
    args: readonly string[] = [],
): Promise<CommandResult[]> {
    const env = { TURSO_DATABASE_URL: url };
    return Promise.all(Array.from({ length: count }, () => runCommand("db:push", [...args], { cwd: root, env })));
}

/** What so many deployers did together. */
export interface Tally {
    /** How many of them applied something. */
    readonly applied: number;
    /** How many found it done. */
    readonly done: number;
    /** How many migrations they applied, all of them together. */
    readonly migrations: number;
}

/** Counts who applied something. Fails where a deployer failed, or did neither. */
export function countWinners(results: readonly CommandResult[]): Tally {
    const failed = results.filter(({ code }) => code !== 0).map(({ code, stderr }) => `${code}: ${stderr}`);
    expect(failed).toEqual([]);
    const counts = results.flatMap(({ stdout }) => /^Applied (\d+) migrations?\./m.exec(stdout)?.[1] ?? []).map(Number);
    const applied = counts.length;
    const done = results.filter(({ stdout }) => /^Nothing to do\./m.test(stdout)).length;
    expect({ applied, done, output: results[0]?.stdout }).toMatchObject({ done: results.length - applied });
    return { applied, done, migrations: counts.reduce((sum, count) => sum + count, 0) };
}

/** Asserts that the repository's schema was deployed once, in one transaction, and is what an undisturbed deploy makes. */
export async function expectDeployedOnce(url: string, undisturbed: Omit<Snapshot, "lock">): Promise<void> {
    const snapshot = await readSnapshot({ url });
    expect(snapshot.versions).toHaveLength(migrationCount);
    expect(snapshot.lock).toMatchObject([{ id: 1, generation: 1, owner: null }]);
    expect(withoutTimes(snapshot)).toEqual(undisturbed);
}
