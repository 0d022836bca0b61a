import { expect, test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { killWorkers } from "./killing.ts";

const full = { jobs: 3_000, workers: 8, every: 300, lease: 3 };

/** In milliseconds. Each kill starts a process, which takes a third of a second of a core. */
const longest = 400_000;

describeTargets("the queue under eight workers that are killed", (target) => {
    test(
        "loses none of 3,000 jobs and has every effect once",
        async () => {
            const found = await killWorkers(target, { ...full, stalls: 0.002 });
            expect(found.kills).toBeGreaterThan(0);
            expect(found).toMatchObject({ completed: 3_000, lost: 0, doubled: 0 });
        },
        longest,
    );

    test(
        "has effects twice without the fence, so that this would be found",
        async () => {
            const found = await killWorkers(target, { ...full, stalls: 0.02, unfenced: true });
            expect(found.doubled).toBeGreaterThan(0);
        },
        longest,
    );
});
