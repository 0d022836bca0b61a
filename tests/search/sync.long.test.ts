import { test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { killAndContinue } from "./kills.ts";

describeTargets("a sync", (target) => {
    test("that was killed at 20 points is continued by the next one, to the same rows", () =>
        killAndContinue(target, 20));
});
