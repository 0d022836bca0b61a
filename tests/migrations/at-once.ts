import { beforeAll, expect, test } from "vitest";
import { type CommandResult, runCommand } from "../support/command.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { deployWell } from "../support/deploying.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { readSnapshot, type Snapshot, tell, withoutTimes } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";

/**
 * The tests of processes that deploy at once.
 *
 * @param deployers how many there are
 * @param rounds how often each is repeated, in a database of its own
 * @param argsOnTables the arguments of db:push with which the same is tried on a database that has tables
 */
export function describeDeploysAtOnce(
    deployers: number,
    rounds: number,
    argsOnTables: readonly (readonly string[])[] = [],
): void {
    /** Lets processes run db:push at the same time, and gives how each of them ended. */
    function pushAtOnce(root: string, url: string, args: readonly string[] = []): Promise<CommandResult[]> {
        const env = { TURSO_DATABASE_URL: url };
        return Promise.all(
            Array.from({ length: deployers }, () => runCommand("db:push", [...args], { cwd: root, env })),
        );
    }

    describeTargets(`${deployers} processes that deploy at once`, (target) => {
        const root = copyRepository();
        let undisturbed: Omit<Snapshot, "lock">;

        beforeAll(async () => {
            const { database } = await createDeployedProject(target, root);
            undisturbed = withoutTimes(await readSnapshot(database));
        });

        test("all succeed on a fresh database, and each migration is applied once", async () => {
            for (let round = 0; round < rounds; round++) {
                const database = await target.createDatabase();
                const { applied, migrations } = countWinners(await pushAtOnce(root, database.url));
                expect({ applied, migrations }).toEqual({ applied: 1, migrations: migrationCount });
                await expectDeployedOnce(database.url, undisturbed);
                await database.close();
            }
            tell(`${target.name} ${rounds} × ${deployers} processes on a fresh database, 1 applied in each`);
        });

        test.each(argsOnTables.map((args) => [args]))(
            "all succeed on a database that has tables, where a file is copied aside by each (%j)",
            async (args) => {
                const applied: number[] = [];
                for (let round = 0; round < rounds; round++) {
                    const database = await target.createDatabase();
                    await deployWell(root, database, { to: 3 });
                    const tally = countWinners(await pushAtOnce(root, database.url, args));
                    expect(tally.migrations).toBe(migrationCount - 3);
                    applied.push(tally.applied);
                    expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
                    await database.close();
                }
                const counts = `${applied.join(", ")} of ${deployers} applied something`;
                tell(`${target.name} ${rounds} rounds on version 3 ${args.join()}: ${counts}`);
            },
        );
    });
}

/** What so many deployers did together. */
interface Tally {
    /** How many of them applied something. */
    readonly applied: number;
    /** How many migrations they applied, all of them together. */
    readonly migrations: number;
}

/** Counts who applied something. Fails where a deployer failed, or did neither. */
function countWinners(results: readonly CommandResult[]): Tally {
    const failed = results.filter(({ code }) => code !== 0).map(({ code, stderr }) => `${code}: ${stderr}`);
    expect(failed).toEqual([]);
    const counts = results.flatMap(({ stdout }) => /^Applied (\d+) migrations?\./m.exec(stdout)?.[1] ?? []).map(Number);
    const applied = counts.length;
    const done = results.filter(({ stdout }) => /^Nothing to do\./m.test(stdout)).length;
    expect({ applied, done, output: results[0]?.stdout }).toMatchObject({ done: results.length - applied });
    return { applied, migrations: counts.reduce((sum, count) => sum + count, 0) };
}

/** Asserts that the repository's schema was deployed once, in one transaction, and is what an undisturbed deploy makes. */
async function expectDeployedOnce(url: string, undisturbed: Omit<Snapshot, "lock">): Promise<void> {
    const snapshot = await readSnapshot({ url });
    expect(snapshot.versions).toHaveLength(migrationCount);
    expect(snapshot.lock).toMatchObject([{ id: 1, generation: 1, owner: null }]);
    expect(withoutTimes(snapshot)).toEqual(undisturbed);
}
