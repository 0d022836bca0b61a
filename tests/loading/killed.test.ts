import { test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { killLoads } from "./killing.ts";

describeTargets("a load that is killed", (target) => {
    test("a load that is killed at 3 points is finished by the same command, to the content of an undisturbed one", () =>
        killLoads(target, 3, 1_000));
});
