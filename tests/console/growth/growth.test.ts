import { beforeAll, expect, test } from "vitest";
import { documentSite } from "../../../site/documents.ts";
import { consoleSite } from "../../../site/screens.ts";
import { listWeeks } from "../../../src/console/growth/figures.ts";
import { readTimedQueries } from "../../../src/console/growth/latency.ts";
import { listCountedTables, renderWeeks } from "../../../src/console/growth/read.ts";
import { growthScreen } from "../../../src/console/growth/screen.tsx";
import type { ConsoleMemory, ConsolePage } from "../../../src/console/site.ts";
import type { Target } from "../../../src/database/target.ts";
import { fillVolumes, readVolumes } from "../../../src/queries/volumes.ts";
import { createDeployedDatabase, deployInto, openTestConnection, root } from "../../support/deployed.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { openTestConsole } from "../consoles.ts";

const now = "2026-11-29T10:00:00.000Z";
const fromElsewhere = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

interface Growth {
    readonly weeks: readonly string[];
    readonly isWhole: boolean;
    readonly tables: readonly {
        readonly table: string;
        readonly rows: number | null;
        readonly weeks: readonly number[] | null;
        readonly rate: number | null;
        readonly reached: string;
    }[];
}

test("the tables are those of the files, with their documented size, growth and time", async () => {
    const tables = await listCountedTables(root, documentSite);
    const find = (name: string) => tables.find(({ table }) => table === name);
    expect(find("questions")).toEqual({
        ...{ table: "questions", large: 5_000, expected: 50 },
        time: { column: "created_at", index: "first" },
    });
    expect(find("bot_runs")?.time).toEqual({ column: "started_at", index: "first" });
    expect(find("work_queue")?.time).toEqual({ column: "created_at", index: "inside" });
    expect(find("voice_sessions")?.time).toEqual({ column: "created_at", index: "none" });
    expect(find("users")?.time).toBeUndefined();
    expect(find("history_writer")).toBeUndefined();
});

test("the queries that are timed only read, and none reads a masked column", async () => {
    const queries = await readTimedQueries(root, consoleSite.masked);
    expect(queries.length).toBeGreaterThan(60);
    expect(queries.filter(({ sql }) => /^(INSERT|UPDATE|DELETE)|password/m.test(sql))).toEqual([]);
    const others = await readTimedQueries(root, [{ table: "QUESTIONS", column: "secret" }]);
    expect(others.length).toBeLessThan(queries.length);
    expect(others.filter(({ sql }) => /\bquestions\b/.test(sql) && sql.includes("(*)"))).toEqual([]);
});

describeTargets("growth", (target) => {
    let filled: TestDatabase;

    beforeAll(async () => {
        filled = await target.createPrepared("growth", async (address) => {
            await deployInto(address);
            const connection = await openTestConnection(address);
            await fillVolumes(connection, await readVolumes(root), 0.1).finally(() => connection.close());
        });
    });

    const open = (at = now) => openTestConsole(filled, { now: at });

    test("is one request, counts the stored rows by week, and is kept for a minute", async () => {
        const console = open();
        const page = await console.read("/growth");
        expect(page).toMatch(/>1 request, \d+ statements in one transaction\./);
        const { tables, weeks } = (await console.readJson("/growth")) as Growth;
        for (const { table, rows, weeks: added } of tables) {
            const counted = await filled.client.execute(`SELECT count(*) FROM ${table}`);
            expect([table, rows]).toEqual([table, Number(Object.values(counted.rows[0] ?? {})[0])]);
            if (!added) continue;
            const column = table === "bot_runs" ? "started_at" : "created_at";
            for (const at of [1, 20, 50]) {
                const { rows } = await filled.client.execute(
                    `SELECT count(*) AS n FROM ${table} WHERE date(${column}) >= '${weeks[at]}' AND date(${column}) < date('${weeks[at]}', '+7 days')`,
                );
                expect([table, at, added[at]]).toEqual([table, at, Number(rows[0]?.n)]);
            }
        }
        expect(await console.read("/growth")).toContain("The database was not asked.");
        console.close();
    });

    test("counts both stored forms of a time in their week", async () => {
        const database = await createDeployedDatabase(target);
        const times = [
            "2026-11-22T23:59:59.999Z",
            "2026-11-22 23:59:59",
            "2026-11-23 00:00:00",
            "2026-11-29T09:00:00Z",
        ];
        for (const [at, time] of times.entries())
            await database.client.execute({
                sql: "INSERT INTO bot_runs (bot_name, started_at, status) VALUES (?, ?, 'running')",
                args: [`bot-${at}`, time],
            });
        const console = openTestConsole(database, { now });
        const { tables } = (await console.readJson("/growth")) as Growth;
        expect(tables.find(({ table }) => table === "bot_runs")?.weeks?.slice(-3)).toEqual([0, 2, 2]);
        console.close();
    });

    test("counts tables without an index on a click of its own page alone", async () => {
        const console = open();
        const own = (await console.readJson("/growth?all=1")) as Growth;
        expect(own.isWhole).toBe(true);
        expect(own.tables.find(({ table }) => table === "voice_sessions")?.weeks).toHaveLength(52);
        const response = await console.get("/growth?all=1", fromElsewhere);
        expect(await response.text()).toContain("A link from elsewhere does not start that");
        console.close();
    });

    test("says that deleted rows are missing, what is not counted, and what is missing in the database", async () => {
        const database = await createDeployedDatabase(target);
        await database.client.executeMultiple("DROP TABLE bot_runs; CREATE TABLE by_hand (a INTEGER) STRICT;");
        const console = openTestConsole(database, { now });
        const page = await console.read("/growth");
        expect(page).toContain("Deleted rows are missing");
        expect(page).toContain("no such table: bot_runs");
        expect(page).toContain("not counted: by_hand.");
        expect(page).toContain("No table has rows that keep a time");
        console.close();
    });

    test("measures the documented queries on a click of its own page alone, and keeps the times", async () => {
        const console = open();
        const response = await console.get("/growth?measure=1", fromElsewhere);
        const refused = await response.text();
        expect(refused).toContain("A link from elsewhere does not start it");
        expect(refused).toContain("Not measured since the console was started.");
        const page = await console.read("/growth?measure=1");
        expect(page).toContain("questions-by-channel");
        expect(page).toContain("50 ms are promised");
        const { latency } = (await console.readJson("/growth")) as {
            latency: { link: number; queries: { problem?: string }[] };
        };
        expect(latency.link).toBeGreaterThan(0);
        expect(latency.queries.filter(({ problem }) => problem !== undefined)).toEqual([]);
        expect(await console.read("/growth")).toContain("Measure again");
        console.close();
    });

    test("reads sizes on a click of its own page alone, or says that there are none", async () => {
        const console = open();
        expect(await console.read("/growth")).toContain("Not read: the sizes come from every page");
        const refused = await (await console.get("/growth?sizes=1", fromElsewhere)).text();
        expect(refused).toContain("A link from elsewhere does not start it");
        expect(refused).not.toMatch(/(FROM|from) dbstat/);
        const { sizes } = (await console.readJson("/growth?sizes=1")) as {
            sizes: { rows?: { name: string; bytes: number }[]; problem?: string };
        };
        const page = await console.read("/growth?sizes=1");
        tell(`${target.name}: ${sizes.problem ?? `${sizes.rows?.length} sizes`}`);
        if (sizes.rows) {
            expect(sizes.rows.map(({ name }) => name)).toEqual(
                expect.arrayContaining(["questions", "idx_bot_ledger_item_id_item_type_created_at"]),
            );
            const whole = sizes.rows.reduce((sum, { bytes }) => sum + bytes, 0);
            const { rows } = await filled.client.execute(
                "SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size",
            );
            expect(whole).toBeLessThanOrEqual(Number(rows[0]?.n));
            expect(whole).toBeGreaterThan(0.8 * Number(rows[0]?.n));
        } else expect(page).toContain("This database gives no sizes");
        console.close();
    });

    test("counts on a server elsewhere on a click of its own page alone, and keeps it", async () => {
        const connection = await openTestConnection(filled);
        const memory: ConsoleMemory = {};
        const target = { kind: "server", label: "libsql://elsewhere", local: false } as unknown as Target;
        const visit = (query: string, isOwn: boolean, at: string): Promise<ConsolePage> =>
            growthScreen.routes[0]?.show({
                ...{ root, site: consoleSite, path: "/growth", query: new URLSearchParams(query), parameters: {} },
                ...{ isOwn, memory, now: at, connection, connect: () => connection },
                ...{ getConnection: () => connection, getLastingConnection: () => connection, patience: 60_000 },
                database: { target, readOnlyBy: undefined, notes: [], schemaVersion: "" },
            }) ?? Promise.reject(new Error("no route"));
        for (const query of ["", "count=1", "all=1"])
            expect(String((await visit(query, false, now)).body)).toContain("Not counted yet.");
        expect(memory.growth).toBeUndefined();
        expect(String((await visit("count=1", true, now)).body)).toContain("Count again");
        const [counted, later] = [memory.growth, "2026-11-29T12:00:00.000Z"];
        expect(String((await visit("", true, later)).body)).toContain("2026-11-29 10:00");
        expect(memory.growth).toBe(counted);
        await visit("count=1", true, later);
        expect(memory.growth?.at).toBe(later);
        connection.close();
    });

    test("reads by an index what it reads without a click", async () => {
        const connection = await openTestConnection(filled);
        const counted = (await listCountedTables(root, documentSite)).filter(({ large }) => large !== undefined);
        const weeks = listWeeks(now);
        const timed = counted.flatMap(({ table, time }) => (time && time.index !== "none" ? [{ table, time }] : []));
        expect(timed.map(({ table }) => table)).toEqual([
            ...["questions", "question_history", "bot_ledger", "work_queue", "bot_runs", "learning_paths"],
        ]);
        // count(*) alone reads the smallest of the table and its indexes; its plan does not tell which.
        const queries = timed.map(({ table, time }) => renderWeeks(table, time, weeks));
        const plans = await connection.readAll(
            queries.map((query) => ({ ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` })),
        );
        connection.close();
        for (const [at, plan] of plans.entries()) {
            const steps = plan.ok ? plan.rows.map(({ detail }) => String(detail)) : [];
            const name = timed[at]?.table;
            const step = steps.find((detail) => new RegExp(`(SCAN|SEARCH) ${name}\\b`).test(detail));
            expect(step, queries[at]?.sql).toContain("USING COVERING INDEX");
        }
    });
});
