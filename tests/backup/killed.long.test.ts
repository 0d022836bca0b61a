import path from "node:path";
import { createClient } from "@libsql/client";
import { test } from "vitest";
import { makeFolder } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { killRestores, renderKilled } from "./killing.ts";
import { takeBackup } from "./running.ts";

describeTargets("a restore that is killed", (target) => {
    test("a restore that is killed at 20 points leaves an empty or a whole database", {
        timeout: 600_000,
    }, async () => {
        const url = `file:${path.join(makeFolder(), "source.db")}`;
        const client = createClient({ url });
        await client.executeMultiple(renderKilled(4_000));
        client.close();
        await killRestores(target, 20, await takeBackup(url));
    });
});
