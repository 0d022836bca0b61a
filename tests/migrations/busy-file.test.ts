import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { type CommandResult, runCommand, startCommand } from "../support/command.ts";
import { deployWell } from "../support/deploying.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { emptySnapshot, readSnapshot, type Snapshot, tell, withoutTimes } from "../support/snapshot.ts";
import { holdLock } from "./writers.ts";

// At the same time, because most of it is waiting.
describe.concurrent("a database file that another program writes to", () => {
    const root = copyRepository();
    let undisturbed: Omit<Snapshot, "lock">;

    beforeAll(() =>
        inFolder(async (address) => {
            await deployWell(root, address);
            undisturbed = withoutTimes(await readSnapshot(address));
        }),
    );

    // Deploys while the lock is held, and waits until it is not.
    async function pushBeside(url: string, lock: "reserved" | "exclusive", time: number): Promise<CommandResult> {
        const holder = await holdLock(url, lock, time);
        const pushed = await runCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: url } });
        expect((await holder.result).code).toBe(0);
        return pushed;
    }

    test("db:push waits for a locked file, says so once, and then deploys", () =>
        inFolder(async (address) => {
            const holder = await holdLock(address.url, "reserved", 100_000);
            const deployer = startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: address.url } });
            while (deployer.printed().stderr === "") await sleep(10);
            // Longer than SQLite waits, so that it asks for the lock again.
            await sleep(6_000);
            holder.release();
            const { code, stdout, stderr } = await deployer.result;
            expect((await holder.result).code).toBe(0);
            expect(stderr).toBe("Waiting: another program is writing\n");
            expect(stdout).toContain(`Applied ${migrationCount} migrations.`);
            expect(code).toBe(0);
            const snapshot = await readSnapshot(address);
            expect(snapshot.lock).toMatchObject([{ generation: 1, owner: null }]);
            expect(withoutTimes(snapshot)).toEqual(undisturbed);
            tell("lock held for two of SQLite's waits: 1 wait said, all versions applied");
        }));

    test("db:push waits for a file that cannot even be read", () =>
        inFolder(async (address) => {
            const { code } = await pushBeside(address.url, "exclusive", 2_500);
            expect(code).toBe(0);
            expect(withoutTimes(await readSnapshot(address))).toEqual(undisturbed);
        }));

    test("db:push waits longer than SQLite does for a file that cannot be read", () =>
        inFolder(async (address) => {
            await deployWell(root, address, { to: 3 });
            const { code, stdout, stderr } = await pushBeside(address.url, "exclusive", 8_000);
            expect([code, stderr]).toEqual([0, ""]);
            expect(stdout).toContain(`Applied ${migrationCount - 3} migrations.`);
            expect(withoutTimes(await readSnapshot(address))).toEqual(undisturbed);
        }));

    test("Ctrl-C ends the wait for a file that cannot be read, and nothing is changed", () =>
        inFolder(async (address) => {
            await deployWell(root, address, { to: 3 });
            const before = await readSnapshot(address);
            const holder = await holdLock(address.url, "exclusive", 8_000);
            const deployer = startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: address.url } });
            while (deployer.printed().stdout === "") await sleep(10);
            deployer.kill("SIGINT");
            const { code, stderr } = await deployer.result;
            expect([code, stderr]).toEqual([130, expect.stringContaining("error: interrupted")]);
            expect((await holder.result).code).toBe(0);
            expect(await readSnapshot(address)).toEqual(before);
        }));

    test("Ctrl-C ends the wait for a locked file, and nothing is changed", () =>
        inFolder(async (address) => {
            const holder = await holdLock(address.url, "reserved", 8_000);
            const deployer = startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: address.url } });
            while (deployer.printed().stdout === "") await sleep(10);
            deployer.kill("SIGINT");
            const { code, stderr } = await deployer.result;
            expect(stderr).toContain("error: interrupted");
            expect(stderr).toContain("Nothing was applied. The database is still at version 0.");
            expect(code).toBe(130);
            expect((await holder.result).code).toBe(0);
            expect(await readSnapshot(address)).toEqual(emptySnapshot);
        }));
});

async function inFolder(body: (address: { url: string }) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(path.join(tmpdir(), "busy-test-"));
    try {
        await body({ url: `file:${path.join(folder, "app.db")}` });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
