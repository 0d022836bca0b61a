import { expect, test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { killWorkers } from "./killing.ts";

describeTargets("the queue under workers that are killed", (target) => {
    test("loses no job and has every effect once", async () => {
        const found = await killWorkers(target, { jobs: 120, workers: 3, every: 300, lease: 0.7, stalls: 0.01 });
        expect(found.kills).toBeGreaterThan(0);
        expect(found).toMatchObject({ completed: 120, lost: 0, doubled: 0 });
    });
});
