import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { pushLong } from "./deployers.ts";
import { deployWell } from "./deploying.ts";
import { measurePace, prepareLongMigration } from "./long-migrations.ts";
import { ask, readSnapshot, tell } from "./snapshot.ts";

const binary = findSqld();

describe.skipIf(binary === undefined)(
    binary === undefined ? "sqld (no binary here)" : "3 deployers of a migration that takes 12 seconds",
    () => {
        test("all succeed within a minute, and it is applied once", async () => {
            const directory = mkdtempSync(path.join(tmpdir(), "long-test-"));
            const server = await startSqld({ directory });
            const plan = { pace: await measurePace(server.url), seconds: 12, statements: 12 };
            const root = await prepareLongMigration(server.url, plan, (first) => deployWell(first, server));

            const startedAt = performance.now();
            const deployers = await pushLong(3, root, server.url);
            const seconds = (performance.now() - startedAt) / 1000;

            expect(deployers.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)).toEqual([]);
            expect(seconds).toBeLessThan(60);
            const attempts = deployers.map((deployer) => deployer.attempts);
            expect(Math.max(...attempts)).toBeLessThanOrEqual(3);
            const { versions, lock } = await readSnapshot(server);
            expect(versions.map((row) => row.version)).toEqual([1, 2, 3]);
            expect(lock).toMatchObject([{ owner: null, expires_at: null }]);
            const [counted] = await ask(server, "SELECT count(*) AS pairs, count(DISTINCT pair) AS apart FROM filled");
            expect(counted?.pairs).toBe(counted?.apart);
            tell(`3 deployers, sent ${attempts.join(", ")} times, ended in ${seconds.toFixed(0)} s`);
            await server.stop();
            rmSync(directory, { recursive: true, force: true });
        });
    },
);
