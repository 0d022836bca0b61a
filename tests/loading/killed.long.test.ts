import { test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { killLoads } from "./killing.ts";

describeTargets("a load that is killed", (target) => {
    test(
        "at 50 points is finished by the same command, to the content of an undisturbed one",
        () => killLoads(target, 50, target.name === "sqld" ? 3_000 : 9_000),
        1_200_000,
    );
});
