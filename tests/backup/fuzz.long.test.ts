import { test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { bringBackAny } from "./fuzzing.ts";

describeTargets("a backup of any tables with any values", (target) => {
    test("brings each value back with its type, its bytes and its rowid", { timeout: 900_000 }, () =>
        bringBackAny(target, 300),
    );
});
