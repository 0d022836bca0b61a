import { beforeAll, expect, test } from "vitest";
import type { Connection, Query } from "../../src/database/connection.ts";
import { openConnection } from "../../src/database/open.ts";
import { parseTarget } from "../../src/database/target.ts";
import { type Check, readChecks } from "../../src/doctor/checks.ts";
import { type Examined, examine } from "../../src/doctor/examine.ts";
import { openTestConnection, root } from "../support/deployed.ts";
import { startProxy } from "../support/proxy.ts";
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
        for (const base of ["deployed", "loose", "search"] as const) {
            connections.set(base, await openTestConnection(await createBase(target, base)));
        }
        return () => {
            for (const connection of connections.values()) connection.close();
        };
    });

    /** What checks tell after statements whose changes are taken back. */
    async function examineWith(
        base: Base,
        statements: readonly string[],
        asked: readonly Check[] = checks,
    ): Promise<readonly Examined[]> {
        const connection = connections.get(base) as Connection;
        const read = async (queries: Parameters<Connection["tryOut"]>[1]) => {
            const { message, results } = await connection.tryOut(
                statements.map((sql) => ({ sql })),
                queries,
                { foreignKeysOff: true },
            );
            expect(message).toBeUndefined();
            return results;
        };
        const own = asked.filter(({ set }) => set === undefined || set === base);
        return (await examine(read, own, { examples: 10, atOnce: own.length, signal })).examined;
    }

    test("find nothing in healthy rows of every table", async () => {
        const names = (examined: readonly Examined[]): string[] =>
            examined.filter(({ state }) => state !== "clean").map(({ check }) => check.name);
        expect(names(await examineWith("deployed", []))).toEqual([]);
        expect(names(await examineWith("loose", []))).toEqual(lacksOfLoose);
        expect(names(await examineWith("search", []))).toEqual([]);
    });

    test("offer to drop an index only where one of the files, or an equal one, serves the same", async () => {
        const [found] = await examineWith(
            "deployed",
            [
                // As the original's bots create them.
                "CREATE INDEX idx_relationships_source ON question_relationships (source_question_id)",
                "CREATE INDEX idx_relationships_target ON question_relationships (target_question_id)",
                "CREATE INDEX idx_voice_sessions_channel ON voice_sessions (channel)",
                "CREATE INDEX backwards ON bot_ledger (created_at DESC)",
                "CREATE INDEX partial_one ON bot_runs (date(started_at)) WHERE status = 'running'",
                "CREATE INDEX partial_two ON bot_runs (date(started_at)) WHERE status = 'running'",
                // Served by none.
                "CREATE INDEX other_collation ON voice_sessions (channel COLLATE NOCASE)",
                "CREATE INDEX longer ON voice_sessions (channel, topic, id)",
                "CREATE INDEX mixed ON bot_runs (bot_name, started_at DESC)",
                "CREATE INDEX some ON bot_ledger (created_at) WHERE action = 'flag'",
                "CREATE INDEX more ON bot_ledger (created_at) WHERE action = 'Flag'",
                "CREATE INDEX expression ON bot_ledger (lower(bot_name), created_at)",
                "CREATE UNIQUE INDEX one_each ON bot_ledger (bot_name, id)",
            ],
            checks.filter(({ name }) => name === "redundant-indexes"),
        );
        const rows = found?.state === "found" ? found.examples : [];
        expect(rows.map(({ index, covered_by }) => `${index}: ${covered_by}`)).toEqual([
            "backwards: idx_bot_ledger_created_at",
            "partial_two: partial_one",
            "idx_relationships_source: sqlite_autoindex_question_relationships_1",
            "idx_relationships_target: idx_question_relationships_target_question_id_relationship_type",
            "idx_voice_sessions_channel: idx_voice_sessions_channel_topic",
        ]);
    });

    test.skipIf(target.name === "file:")("that take longer than an answer is waited for fail alone", async () => {
        const proxy = await startProxy((await createBase(target, "deployed")).url);
        let release = (): void => undefined;
        const held = new Promise<void>((resolve) => {
            release = resolve;
        });
        proxy.hooks = { onRequest: (_, body) => (body.includes("pragma_integrity_check") ? held : undefined) };
        const address = parseTarget(proxy.url, "the test's address", undefined, root);
        const connection = await openConnection(address, signal, { answer: 1_000 });
        const read = (queries: readonly Query[]) => connection.readAll(queries);
        const own = checks.filter(({ set }) => set === undefined);
        const { examined } = await examine(read, own, { examples: 1, atOnce: 40, signal });
        release();
        connection.close();
        await proxy.close();
        expect(examined.filter(({ state }) => state !== "clean")).toEqual([
            { check: checks.find(({ isSlow }) => isSlow), state: "failed", reason: "no answer within 1 seconds" },
        ]);
    });

    test.each(faults)("$check finds $plant", async ({ check: name, plant, base = "deployed", sql, tells }) => {
        // That no other check finds it is the same on every target.
        const asked = checks.filter((check) => target.name === "file:" || check.name === name);
        const examined = await examineWith(base, [sql].flat(), asked);
        const found = examined.filter(({ state }) => state === "found" || state === "failed");
        const lacks = base === "loose" && asked.length > 1 ? lacksOfLoose : [];
        const expected = [...lacks, name].sort();
        expect([plant, found.map(({ check }) => check.name)]).toEqual([plant, expected]);
        const finding = found.find(({ check }) => check.name === name);
        expect(finding).toMatchObject({ state: "found", count: 1 });
        expect(JSON.stringify(finding?.state === "found" ? finding.examples : finding)).toContain(tells);
    });
});
