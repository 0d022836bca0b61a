import { beforeAll, expect, test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { countWinners, expectDeployedOnce, pushAtOnce } from "./at-once.ts";
import { deployWell } from "./deploying.ts";
import { copyRepository, migrationCount } from "./repository.ts";
import { readSnapshot, type Snapshot, tell, withoutTimes } from "./snapshot.ts";

const rounds = 5;

describeTargets("8 processes that deploy at once, again and again", (target) => {
    const root = copyRepository();
    let undisturbed: Omit<Snapshot, "lock">;

    beforeAll(async () => {
        const database = await target.createDatabase();
        await deployWell(root, database);
        undisturbed = withoutTimes(await readSnapshot(database));
    });

    test("all succeed on a fresh database, and each migration is applied once", async () => {
        for (let round = 0; round < rounds; round++) {
            const database = await target.createDatabase();
            const { applied, migrations } = countWinners(await pushAtOnce(8, root, database.url));
            expect({ applied, migrations }).toEqual({ applied: 1, migrations: migrationCount });
            await expectDeployedOnce(database.url, undisturbed);
            await database.close();
        }
        tell(`${target.name} ${rounds} rounds of 8 processes on a fresh database, 1 applied in each`);
    });

    test.each([[[]], [["--per-file"]]])(
        "all succeed on a database that has tables, where a file is copied aside by each (%j)",
        async (args) => {
            const applied: number[] = [];
            for (let round = 0; round < rounds; round++) {
                const database = await target.createDatabase();
                await deployWell(root, database, { to: 3 });
                const tally = countWinners(await pushAtOnce(8, root, database.url, args));
                expect(tally.migrations).toBe(migrationCount - 3);
                applied.push(tally.applied);
                expect(withoutTimes(await readSnapshot(database))).toEqual(undisturbed);
                await database.close();
            }
            tell(
                `${target.name} ${rounds} rounds on version 3 ${args.join()}: ${applied.join(", ")} of 8 applied something`,
            );
        },
    );
});
