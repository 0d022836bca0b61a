import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { runCommand } from "../support/command.ts";
import { deployWell } from "../support/deploying.ts";
import { ask, readSnapshot, tell } from "../support/snapshot.ts";
import { expectAppliedOnce } from "./deployers.ts";
import { long, measureCounting, measurePace, prepareLongMigration, writeCountingProject } from "./long-migrations.ts";
import { keepWriting } from "./writers.ts";

const title = findSqld() === undefined ? "sqld (no binary here)" : "a migration that takes long";

describe.skipIf(findSqld() === undefined)(title, { timeout: 400_000 }, () => {
    let directory: string;
    let server: Sqld;

    beforeEach(async () => {
        directory = mkdtempSync(path.join(tmpdir(), "long-test-"));
        server = await startSqld({ directory });
    });

    afterEach(async () => {
        await server.stop();
        rmSync(directory, { recursive: true, force: true });
    });

    const deployTo = (root: string) => deployWell(root, server);

    test("is applied once by 3 deployers when it is one statement of 12 seconds over an app's rows", async () => {
        const plan = { pace: await measurePace(server.url), seconds: 12, statements: 1 };
        await expectAppliedOnce(3, await prepareLongMigration(server.url, plan, deployTo), server.url);
    });

    test("is applied once by 3 deployers when it is one statement of 12 seconds in a fresh database", async () => {
        await expectAppliedOnce(3, writeCountingProject(await measureCounting(server.url), 12), server.url);
    });

    test("is applied once by 3 deployers within a minute when it is 12 statements of a second each", async () => {
        const plan = { pace: await measurePace(server.url), seconds: 12, statements: 12 };
        const root = await prepareLongMigration(server.url, plan, deployTo);
        expect(await expectAppliedOnce(3, root, server.url)).toBeLessThan(60);
    });

    test("is applied once by 5 deployers", async () => {
        const plan = { pace: await measurePace(server.url), seconds: 8, statements: 8 };
        await expectAppliedOnce(5, await prepareLongMigration(server.url, plan, deployTo), server.url);
    });

    test("is refused with the advice to split it while an app keeps writing, and the app's rows stay", async () => {
        const plan = { pace: await measurePace(server.url), seconds: 10, statements: 10 };
        const root = await prepareLongMigration(server.url, plan, deployTo);
        const app = await keepWriting(server.url, 100);
        const { code, stdout, stderr } = await runCommand("db:push", [], {
            cwd: root,
            env: { TURSO_DATABASE_URL: server.url },
        });
        const written = await app.stop();
        expect(code).toBe(1);
        expect(stderr).toContain(`error: ${long}: takes over 5 seconds, and others wait to write`);
        expect(stderr).toContain("hint: split it into smaller migrations, or run it when there are no other writers");
        expect(stderr).toContain("Nothing was applied. The database is still at version 1.");
        expect(stdout).not.toContain("Applied");
        const { versions, lock } = await readSnapshot(server);
        expect(versions.map((row) => row.version)).toEqual([1]);
        expect(lock).toMatchObject([{ owner: null }]);
        expect(await ask(server, "SELECT count(*) AS n FROM app_rows")).toEqual([{ n: written }]);
        expect(await ask(server, "SELECT name FROM sqlite_schema WHERE name = 'filled'")).toEqual([]);
        await deployWell(root, server);
        tell(`refused while an app wrote ${written} rows; applied when it was done`);
    });
});
