import { beforeAll, expect, test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { countWinners, expectDeployedOnce, pushAtOnce } from "./at-once.ts";
import { deployWell } from "./deploying.ts";
import { copyRepository, migrationCount } from "./repository.ts";
import { readSnapshot, type Snapshot, tell, withoutTimes } from "./snapshot.ts";

describeTargets("8 processes that deploy a fresh database at once", (target) => {
    const root = copyRepository();
    let undisturbed: Omit<Snapshot, "lock">;

    beforeAll(async () => {
        const database = await target.createDatabase();
        await deployWell(root, database);
        undisturbed = withoutTimes(await readSnapshot(database));
    });

    test("all succeed, and each migration is applied once", async () => {
        const database = await target.createDatabase();
        const { applied, done } = countWinners(await pushAtOnce(8, root, database.url));
        expect(applied).toBe(1);
        await expectDeployedOnce(database.url, undisturbed);
        tell(`${target.name} 8 processes: ${applied} applied ${migrationCount} migrations, ${done} found them done`);
    });
});
