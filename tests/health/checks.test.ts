import { beforeAll, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { readChecks } from "../../src/health/checks.ts";
import { type Examined, examine } from "../../src/health/examine.ts";
import { openTestConnection, root } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { type Base, createBase, lacksOfLoose } from "./bases.ts";
import { faults } from "./faults/index.ts";

const checks = await readChecks(root);
const { signal } = new AbortController();

test("every check has a fault that is planted, and every planted fault its check", () => {
    const planted = new Set(faults.map(({ check }) => check));
    expect([...planted].sort()).toEqual(checks.map(({ name }) => name).sort());
});

describeTargets("the checks", (target) => {
    const connections = new Map<Base, Connection>();

    beforeAll(async () => {
        for (const base of ["deployed", "loose"] as const) {
            connections.set(base, await openTestConnection(await createBase(target, base)));
        }
        return () => {
            for (const connection of connections.values()) connection.close();
        };
    });

    /** What all checks tell after statements whose changes are taken back. */
    async function examineWith(base: Base, statements: readonly string[]): Promise<readonly Examined[]> {
        const connection = connections.get(base) as Connection;
        const read = async (queries: Parameters<Connection["rehearse"]>[1]) => {
            const { message, results } = await connection.rehearse(statements, queries, { foreignKeysOff: true });
            expect(message).toBeUndefined();
            return results;
        };
        return (await examine(read, checks, { examples: 10, atOnce: checks.length, signal })).examined;
    }

    test("find nothing in healthy rows of every table", async () => {
        const names = (examined: readonly Examined[]): string[] =>
            examined.filter(({ state }) => state !== "clean").map(({ check }) => check.name);
        expect(names(await examineWith("deployed", []))).toEqual([]);
        expect(names(await examineWith("loose", []))).toEqual(lacksOfLoose);
    });

    test.each(faults)("$check finds $plant", async ({ check: name, plant, base = "deployed", sql, tells }) => {
        const examined = await examineWith(base, Array.isArray(sql) ? sql : [sql]);
        const found = examined.filter(({ state }) => state === "found" || state === "failed");
        const expected = base === "loose" ? [...lacksOfLoose, name].sort() : [name];
        expect([plant, found.map(({ check }) => check.name)]).toEqual([plant, expected]);
        const finding = found.find(({ check }) => check.name === name);
        expect(finding).toMatchObject({ state: "found", count: 1 });
        expect(JSON.stringify(finding?.state === "found" ? finding.examples : finding)).toContain(tells);
    });
});
