import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { deploy, deployWell } from "./deploying.ts";
import { copyRepository, migrationCount } from "./repository.ts";
import { readSnapshot, tell, withoutTimes } from "./snapshot.ts";
import { holdLock } from "./writers.ts";

describe("a database file that another program writes to", () => {
    let folder: string;
    let address: { url: string };
    const root = copyRepository();

    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "busy-test-"));
        address = { url: `file:${path.join(folder, "app.db")}` };
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    test("is waited for, which is said once, and then deployed to", async () => {
        const holder = await holdLock(address.url, "reserved", 5_500);
        const { outcome, waits } = await deploy(root, address);
        expect(outcome?.version).toBe(migrationCount);
        expect(waits).toEqual(["another program is writing"]);
        expect((await holder.result).code).toBe(0);
        const snapshot = await readSnapshot(address);
        expect(snapshot.lock).toMatchObject([{ generation: 1, owner: null }]);
        expect(snapshot.versions).toHaveLength(migrationCount);
        tell("lock held for 5.5 s: 1 wait said, all versions applied");
    });

    test("is waited for while it cannot even be read", async () => {
        const undisturbed = { url: `file:${path.join(folder, "other.db")}` };
        await deployWell(root, undisturbed);
        const holder = await holdLock(address.url, "exclusive", 2_500);
        await deployWell(root, address);
        expect((await holder.result).code).toBe(0);
        expect(withoutTimes(await readSnapshot(address))).toEqual(withoutTimes(await readSnapshot(undisturbed)));
    });

    test("is named when it stays locked for too long, and nothing is changed", async () => {
        await deployWell(root, address, { to: 3 });
        const before = await readSnapshot(address);
        const holder = await holdLock(address.url, "exclusive", 7_000);
        const env = { TURSO_DATABASE_URL: address.url };
        const { code, stdout, stderr } = await runCommand("db:push", [], { cwd: root, env });
        expect(code).toBe(1);
        expect(stderr).toContain(`error: ${address.url} is locked by another writer (database is locked)`);
        expect(stderr).toContain("hint: wait until the other program is done, or end it, then run it again");
        expect(stdout).not.toContain("Applied");
        expect((await holder.result).code).toBe(0);
        expect(await readSnapshot(address)).toEqual(before);
    });
});
