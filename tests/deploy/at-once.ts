import { expect } from "vitest";
import { type CommandResult, runCommand } from "../support/command.ts";
import { migrationCount } from "./repository.ts";
import type { Snapshot } from "./snapshot.ts";
import { readSnapshot, withoutTimes } from "./snapshot.ts";

/** Lets `count` processes run db:push at the same time, and gives how each of them ended. */
export function pushAtOnce(count: number, root: string, url: string): Promise<CommandResult[]> {
    const env = { TURSO_DATABASE_URL: url };
    return Promise.all(Array.from({ length: count }, () => runCommand("db:push", [], { cwd: root, env })));
}

/** How many of them applied something, and how many found it done. Fails where one did neither. */
export function countWinners(results: readonly CommandResult[]): { applied: number; done: number } {
    const failed = results.filter(({ code }) => code !== 0).map(({ code, stderr }) => `${code}: ${stderr}`);
    expect(failed).toEqual([]);
    const applied = results.filter(({ stdout }) => /^Applied \d+ migrations?\./m.test(stdout)).length;
    const done = results.filter(({ stdout }) => /^Nothing to do\./m.test(stdout)).length;
    expect({ applied, done, output: results[0]?.stdout }).toMatchObject({ done: results.length - applied });
    return { applied, done };
}

/** Asserts that the repository's schema was deployed once, in one transaction, and is what an undisturbed deploy makes. */
export async function expectDeployedOnce(url: string, undisturbed: Omit<Snapshot, "lock">): Promise<void> {
    const snapshot = await readSnapshot({ url });
    expect(snapshot.versions).toHaveLength(migrationCount);
    expect(snapshot.lock).toMatchObject([{ id: 1, generation: 1, owner: null }]);
    expect(withoutTimes(snapshot)).toEqual(undisturbed);
}
