import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { deployWell } from "../support/deploying.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { readSnapshot, tell } from "../support/snapshot.ts";
import { holdLock } from "./writers.ts";

test("a file that another program lets nobody read for over a minute is given up, and nothing is changed", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "busy-test-"));
    const address = { url: `file:${path.join(folder, "app.db")}` };
    const root = copyRepository();
    await deployWell(root, address, { to: 3 });
    const before = await readSnapshot(address);
    const holder = await holdLock(address.url, "exclusive", 80_000);
    const { code, stderr } = await runCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: address.url } });
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${address.url} is locked by another writer (database is locked)`);
    expect(stderr).toContain("hint: run it again when the other program is done");
    expect(stderr).toContain("Nothing was changed.");
    expect((await holder.result).code).toBe(0);
    expect(await readSnapshot(address)).toEqual(before);
    rmSync(folder, { recursive: true, force: true });
});

test("a file that another program keeps locked for over a minute is given up, and nothing is changed", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "busy-test-"));
    const address = { url: `file:${path.join(folder, "app.db")}` };
    const root = copyRepository();
    await deployWell(root, address, { to: 3 });
    const before = await readSnapshot(address);
    const holder = await holdLock(address.url, "reserved", 80_000);
    const { code, stderr } = await runCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: address.url } });
    expect(code).toBe(1);
    expect(stderr.match(/^Waiting: .*$/gm)).toEqual(["Waiting: another program is writing"]);
    expect(stderr).toContain(`error: ${address.url} is locked by another writer (database is locked)`);
    expect(stderr).toContain("Nothing was applied. The database is still at version 3.");
    expect((await holder.result).code).toBe(0);
    expect(await readSnapshot(address)).toEqual(before);
    await deployWell(root, address);
    expect((await readSnapshot(address)).versions).toHaveLength(migrationCount);
    tell("lock held for 80 s: given up, 0 traces left");
    rmSync(folder, { recursive: true, force: true });
});
