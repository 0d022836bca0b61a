import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createDeployedProject, deployInto, root as repository, type TestProject } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { describeTargets, type Target } from "../support/targets.ts";
import { deploy, readColumn, refusal } from "./deploy.ts";

const readme = readFileSync(path.join(repository, "migrations/README.md"), "utf8");
const hasShell = spawnSync("sqlite3", ["--version"]).status === 0;

function findExample(name: string): string {
    const [, sql = ""] = new RegExp(`\`\`\`\\w+ file\\n-- ${name}\\n([^\`]*)\`\`\``).exec(readme) ?? [];
    expect(sql, name).not.toBe("");
    return sql;
}

const first = `migrations/0${migrationCount + 1}.do.add-ledger-size.sql`;
const last = `migrations/0${migrationCount + 2}.do.finish-ledger-size.sql`;
const left = "SELECT count(*) FROM bot_ledger WHERE after_size IS NULL";

/** A ledger with 1,250 rows before the first part of the move was deployed, which it is now. */
async function createLedger(target: Target): Promise<TestProject> {
    const project = await createDeployedProject(target, copyRepository());
    await project.client.execute(
        `INSERT INTO bot_ledger (bot_name, action, item_type, item_id, after_state)
        SELECT 'bot', 'create', 'question', 'q-' || value, iif(value % 2, NULL, '{"n":' || value || '}')
        FROM generate_series(1, 1250)`,
    );
    changeProject(project.root, { [first]: findExample("NNN.do.add-ledger-size.sql") });
    await deployInto(project.database, project.root);
    return project;
}

const insertLate =
    "INSERT INTO bot_ledger (bot_name, action, item_type, item_id, after_state) VALUES ('bot', 'create', 'question', 'late', '{}')";

describeTargets("moving many rows", (target) => {
    test("goes on in batches of 500 that may stop anywhere, and ends with the last migration", async () => {
        const { client, database, root } = await createLedger(target);
        const batch = findExample("batch.sql");
        const counts: unknown[] = [];
        for (let at = 0; at < 2; at++) counts.push((await client.execute(batch)).rowsAffected);
        // Others write meanwhile.
        await client.execute(insertLate);
        expect(await readColumn(client, left)).toEqual([251]);
        for (let at = 0; at < 2; at++) counts.push((await client.execute(batch)).rowsAffected);
        expect(counts).toEqual([500, 500, 251, 0]);

        await client.execute(insertLate);
        changeProject(root, { [last]: findExample("NNN.do.finish-ledger-size.sql") });
        expect((await deploy(root, database)).version).toBe(migrationCount + 2);
        expect(await readColumn(client, left)).toEqual([0]);
        expect(await readColumn(client, "SELECT DISTINCT after_size FROM bot_ledger ORDER BY 1")).toEqual([
            0, 2, 7, 8, 9, 10,
        ]);
        expect(await readColumn(client, "SELECT name FROM sqlite_schema WHERE name LIKE '%counted'")).toEqual([]);
    });

    test("finds the rows of a batch by the index, whatever the table holds", async () => {
        const { client } = await createLedger(target);
        const steps = await client.execute(`EXPLAIN QUERY PLAN ${findExample("batch.sql")}`);
        const plan = steps.rows.map((row) => `${row.detail}`);
        expect(plan.filter((step) => step.includes("SCAN"))).toEqual([
            "SCAN bot_ledger USING INDEX idx_bot_ledger_to_be_counted",
        ]);
        const count = await client.execute(`EXPLAIN QUERY PLAN ${left}`);
        expect(`${count.rows[0]?.detail}`).toContain("idx_bot_ledger_to_be_counted");
    });

    test("a move in eight files continues where a run broke off", async () => {
        const { client, database, root } = await createLedger(target);
        const name = (at: number): string => `migrations/0${migrationCount + 2 + at}.do.count-part-${at + 1}.sql`;
        const part = (at: number): string =>
            findExample("NNN.do.finish-ledger-size.sql").replace(
                /WHERE\s+after_size IS NULL;[\s\S]*/,
                `WHERE\n    id % 8 = ${at};\n`,
            );
        const parts = Array.from({ length: 8 }, (_, at) => [name(at), part(at)] as const);
        changeProject(root, { ...Object.fromEntries(parts), [name(3)]: part(3).replace("bot_ledger", "nowhere") });
        const { text } = await refusal(deploy(root, database, { perFile: true }));
        expect(text).toContain("no such table: nowhere");
        expect(await readColumn(client, `${left} AND id % 8 < 3`)).toEqual([0]);
        expect(await readColumn(client, `${left} AND id % 8 > 2`)).toEqual([1250 - 470]);

        changeProject(root, { [name(3)]: part(3) });
        const { steps } = await deploy(root, database, { perFile: true });
        expect(steps.map(({ migrations }) => migrations.length)).toEqual([1, 1, 1, 1, 1]);
        expect(await readColumn(client, left)).toEqual([0]);
    });
});

describe.skipIf(!hasShell)("the loop that runs the batches", () => {
    test("the loop of batches ends when nothing is left, and when a batch fails", async () => {
        const root = copyRepository({
            "batch.sql": findExample("batch.sql"),
            [first]: findExample("NNN.do.add-ledger-size.sql"),
        });
        await deployInto({ url: `file:${path.join(root, "code-reels")}` }, root);
        const shell = (sql: string): string =>
            spawnSync("sqlite3", ["code-reels", sql], { cwd: root, encoding: "utf8" }).stdout;
        const rows = Array(1250).fill("('bot', 'create', 'question', 'q')").join(", ");
        shell(`INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ${rows}`);
        // Stands in for `turso db shell <database> [sql]`, and counts its calls.
        const stand = '#!/bin/sh\nshift 2\necho . >> calls\nexec sqlite3 -header "$@"\n';
        writeFileSync(path.join(root, "turso"), stand);
        chmodSync(path.join(root, "turso"), 0o755);
        const [, loop = ""] = /```sh file\n(until [^`]*)```/.exec(readme) ?? [];
        const run = (): string => {
            const env = { PATH: `${root}:${process.env.PATH}` };
            spawnSync("sh", ["-c", loop], { cwd: root, env, timeout: 60_000 });
            const calls = readFileSync(path.join(root, "calls"), "utf8").length / 2;
            writeFileSync(path.join(root, "calls"), "");
            return `${calls} calls, ${shell(left).trim()} left`;
        };
        expect(run()).toBe("7 calls, 0 left");
        expect(run()).toBe("1 calls, 0 left");
        shell("UPDATE bot_ledger SET after_size = NULL WHERE id < 9");
        writeFileSync(path.join(root, "batch.sql"), "UPDATE nowhere SET a = 1;");
        expect(run()).toBe("2 calls, 8 left");
    });
});
