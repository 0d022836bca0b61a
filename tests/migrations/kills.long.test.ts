import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startCommand } from "../support/command.ts";
import { deployWell } from "../support/deploying.ts";
import { readSnapshot, tell, withoutTimes } from "../support/snapshot.ts";
import { describeCutConnection } from "./cut-connection.ts";
import { readUndisturbed, spread, writeSlowRepository } from "./interruptions.ts";
import { describeKilledProcess } from "./killed-process.ts";
import { describeKilledServer } from "./killed-server.ts";

describeKilledProcess(30, 4);
describeKilledServer(20, 4);
describeCutConnection(20, 4);

test("a deployer by files that is killed leaves whole files, in their order, and the next run goes on", async () => {
    const root = writeSlowRepository(4);
    const undisturbed = await readUndisturbed(root);
    const order = undisturbed.versions.map((row) => row.version);
    const reached: number[] = [];
    for (const delay of spread(200, 1_800, 20)) {
        const folder = mkdtempSync(path.join(tmpdir(), "kill-test-"));
        const address = { url: `file:${path.join(folder, "app.db")}` };
        const env = { TURSO_DATABASE_URL: address.url };
        const deployer = startCommand("db:push", ["--per-file"], { cwd: root, env });
        await sleep(delay);
        deployer.kill("SIGKILL");
        await deployer.result;
        const { versions } = await readSnapshot(address);
        expect(versions.map((row) => row.version)).toEqual(order.slice(0, versions.length));
        reached.push(versions.length);
        await deployWell(root, address);
        expect(withoutTimes(await readSnapshot(address))).toEqual(undisturbed);
        rmSync(folder, { recursive: true, force: true });
    }
    tell(`process killed between files: ${reached.length} points, files applied ${[...new Set(reached)].join(", ")}`);
});
