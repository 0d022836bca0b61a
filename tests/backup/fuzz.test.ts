import { test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { bringBackAny } from "./fuzzing.ts";

describeTargets("a backup of any tables with any values", (target) => {
    test("brings each value back with its type, its bytes and its rowid", { timeout: 60_000 }, () =>
        bringBackAny(target, 6, 1),
    );
});
