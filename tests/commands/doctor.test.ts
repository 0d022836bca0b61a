import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { examineHealth } from "../../src/cli/commands/doctor.ts";
import { maintain } from "../../src/cli/commands/maintain.ts";
import { createBase } from "../doctor/bases.ts";
import { checkCount, doctor, namesOf, readReport } from "../doctor/examining.ts";
import { hashContents, readRows } from "../support/contents.ts";
import { deployInto, root } from "../support/deployed.ts";
import { migrateHere, type Ran, runHere } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

describeTargets("db:doctor", (target) => {
    let healthy: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        healthy = await createBase(target, "deployed");
    });
    beforeEach(async () => {
        database = await target.createCopy(healthy);
        return () => database.close();
    });

    test("finds nothing in a fresh database, in few requests, and writes nothing", async () => {
        const fresh = await target.createDatabase();
        await deployInto(fresh);
        const before = await hashContents(fresh.client);
        const { code, stdout, stderr } = await doctor(fresh.url);
        expect([code, stderr]).toEqual([0, ""]);
        expect(stdout).toMatch(new RegExp(`\\nNothing found: ${checkCount} checks\\. [\\d,]+ ms`));
        expect(await hashContents(fresh.client)).toEqual(before);
        expect(stdout).not.toContain("skipped");
        const { requests, rowsWritten, checks } = await readReport(fresh.url);
        expect(checks.find(({ name }) => name === "search-vectors")).toMatchObject({
            state: "skipped",
            reason: "the set 'search' is not installed",
        });
        expect(rowsWritten).toBe(0);
        // One to see whether there are tables, one for the check that looks at every page, and the others by twelve.
        expect(requests).toBeLessThanOrEqual(target.name === "sqld" ? 2 + Math.ceil(checks.length / 12) : 0);
    });

    test("finds nothing in the bundled data, nor two years after it was loaded", async () => {
        const bundled = await target.createDatabase();
        const settings = { root: copyProject({ seeds: true }), url: bundled.url };
        expect((await migrateHere(settings, { data: ["all"] })).code).toBe(0);
        expect((await runHere((context) => migrateHistory(context, {}), settings)).code).toBe(0);
        expect(namesOf(await readReport(bundled.url))).toEqual([]);
        await moveBackTimes(bundled.client, "-2 years");
        expect(namesOf(await readReport(bundled.url))).toEqual([]);
        expect((await doctor(bundled.url)).stdout).toContain(`\nNothing found: ${checkCount} checks. `);
    });

    test("tells what, how many, examples, why, the query and the remedy, the worst first", async () => {
        await database.client.executeMultiple(`
            UPDATE learning_paths SET question_ids = '["q-1","q-8","q-9"]' WHERE id = 'p-1';
            UPDATE work_queue SET action = 'placeholder_content' WHERE id = 1;
            UPDATE history_writer SET source = 'bot', source_name = 'verifier';`);
        const { code, stdout, stderr } = await doctor(database.url, { examples: 1 });
        expect([code, stderr]).toEqual([4, ""]);
        const lines = stdout.split("\n");
        const at = lines.findIndex((line) => line.startsWith("warning: "));
        expect(lines.slice(at, at + 7)).toEqual([
            "warning: learning-paths-questions: Missing questions of learning paths (2)",
            "    id   position  missing_id",
            "    p-1  1         q-8",
            "    … and 1 more",
            "    Why:    The path shows a gap, and counts a question that cannot be answered.",
            "    Query:  operations/checks/learning-paths-questions.sql",
            "    Remedy: Load the missing questions, or remove their ids from learning_paths.question_ids.",
        ]);
        const order = lines.filter((line) => /^(error|warning|note): /.test(line)).map((line) => line.split(":")[1]);
        expect(order).toEqual([" history-writer", " learning-paths-questions", " work-queue-actions"]);
        expect(stdout).toMatch(new RegExp(`\\nFound 1 error, 1 warning, 1 note: ${checkCount} checks\\. `));
    });

    test("ends with 0 where there are notes alone", async () => {
        await database.client.execute("UPDATE work_queue SET action = 'placeholder_content' WHERE id = 1");
        const { code, stdout } = await doctor(database.url);
        expect([code, stdout]).toEqual([
            0,
            expect.stringMatching(new RegExp(`\\nFound 1 note: ${checkCount} checks\\. `)),
        ]);
    });

    test("gives every row and the query itself under --json", async () => {
        await database.client.execute("UPDATE voice_sessions SET total_questions = 7");
        const { checks, warnings } = await readReport(database.url);
        expect(warnings).toBe(1);
        const [first] = checks;
        expect(first).toMatchObject({
            name: "voice-sessions-total",
            state: "found",
            level: "warning",
            count: 1,
            examples: [{ id: "v-1", total_questions: 7, listed: 2 }],
            path: "operations/checks/voice-sessions-total.sql",
        });
        const { rows } = await database.client.execute(first?.sql ?? "");
        expect(rows).toHaveLength(1);
    });

    test("prints queries that can be run by hand under --show-sql, and the rest on stderr", async () => {
        await database.client.execute("UPDATE voice_sessions SET total_questions = 7");
        const printed: Ran = await runHere(
            (context) => {
                context.output.divert();
                return examineHealth(context, { showSql: true });
            },
            { root, url: database.url },
        );
        expect(printed.stderr).toContain("warning: voice-sessions-total: ");
        expect(printed.stdout).toMatch(/^-- voice-sessions-total: Voice sessions without questions, .*\nSELECT\n/);
        await database.client.executeMultiple(printed.stdout);
    });

    test("runs only the checks that are named, by name or path", async () => {
        const { checks } = await readReport(database.url, {
            check: ["tables", "operations/checks/general/foreign-keys.sql"],
        });
        expect(checks.map(({ name, state }) => `${name}: ${state}`)).toEqual(["foreign-keys: clean", "tables: clean"]);
    });

    test("leaves out what looks at every page under --quick", async () => {
        const { checks } = await readReport(database.url, { quick: true });
        expect(checks.map(({ name }) => name)).not.toContain("integrity");
        expect(checks.length).toBe((await readReport(database.url)).checks.length - 1);
    });

    test("never shows a password", async () => {
        await database.client.execute("UPDATE users SET password = 'sesame-open'");
        for (const json of [false, true]) {
            const { code, stdout, stderr } = await doctor(database.url, { showSql: true }, { json });
            expect(code).toBe(4);
            if (json) expect(() => JSON.parse(stdout)).not.toThrow();
            expect(stdout).toContain("users-passwords");
            expect(stdout + stderr).not.toContain("sesame");
        }
    });

    test("gives the terminal no signs that steer it", async () => {
        const title = "'\u001b[2J' || char(10) || 'gone'";
        await database.client.execute(`UPDATE learning_paths SET id = ${title}, question_ids = '[]' WHERE id = 'p-1'`);
        const { stdout } = await doctor(database.url, { check: ["learning-paths-empty"] });
        expect(stdout).toContain("?[2J gone");
        expect(stdout).not.toContain("\u001b");
    });

    test("passes over what the database lacks, with the reason, and goes on", async () => {
        await database.client.executeMultiple(
            "DROP VIEW v_bot_run_success; DROP VIEW v_table_growth; DROP TABLE bot_runs;" +
                " DROP INDEX idx_work_queue_status_assigned_to_priority_run_after; DROP VIEW v_queue_health;" +
                " ALTER TABLE work_queue DROP COLUMN assigned_to",
        );
        const { code, stdout } = await doctor(database.url, {}, { root });
        expect(code).toBe(4);
        expect(stdout).toContain("error: tables: Tables of the schema that are missing (1)\n    table\n    bot_runs\n");
        expect(stdout).toMatch(/\nskipped: no such table: (?:main\.)?bot_runs: bot-runs-ends, .*bot-runs-values\n/);
        expect(stdout).toMatch(
            /\nskipped: no such column: item\.assigned_to: work-queue-stuck, work-queue-takers, work-queue-waiting\n/,
        );
        expect(stdout).toMatch(new RegExp(`\\nFound 1 error, 1 warning: ${checkCount - 8} checks, 8 skipped\\. `));
    });

    test("examines a database of somebody else, too", async () => {
        const other = await target.createDatabase();
        await other.client.executeMultiple("CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('a')");
        const found = await readReport(other.url);
        expect(namesOf(found).slice(0, 2)).toEqual(["tables", "primary-keys"]);
        expect(found.checks.filter(({ state }) => state === "failed")).toEqual([]);
    });

    test("sends to db:maintain only for what that puts right", async () => {
        await database.client.executeMultiple(`
            UPDATE questions SET created_at = '2026-01-05T04:00:00.000Z' WHERE id = 'q-3';
            UPDATE certifications SET question_count = 70 WHERE id = 'c-1';
            UPDATE user_sessions SET last_accessed_at = '2026-01-05T04:00:00.000Z' WHERE id = 's-1';`);
        const found = await readReport(database.url);
        expect(namesOf(found)).toEqual(["certifications-question-count", "questions-is-new", "user-sessions-idle"]);
        for (const { state, remedy } of found.checks)
            if (state === "found") expect(remedy).toContain("`pnpm db:maintain`");
        const settings = { root, url: database.url };
        expect((await runHere((context) => maintain(context, {}), settings)).code).toBe(0);
        expect(namesOf(await readReport(database.url))).toEqual([]);
    });

    test("recounts certifications that share channels without reading the questions anew for each", async () => {
        await database.client.executeMultiple(`
            UPDATE history_writer SET source = 'self';
            INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                SELECT 'n-' || value, value, 'A', 'E', 'beginner', 'sre', 'p' || (value % 2) FROM generate_series(1, 300);
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id)
                SELECT 'sre', sub_channel, id FROM questions WHERE channel = 'sre';
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('linux', '', 'n-1'), ('linux', '', 'n-2');
            INSERT INTO certifications (id, name, provider, description, difficulty, category, channel_mappings)
                SELECT 'm-' || value, value, 'P', 'D', 'beginner', 'data',
                    '[{"channel":"sre","subChannel":"p1"},{"channel":"linux"}]' FROM generate_series(1, 100);
            UPDATE history_writer SET source = NULL;`);
        const report = await readReport(database.url, { check: ["certifications-question-count"] });
        expect(report.checks[0]).toMatchObject({ state: "found", count: 100, examples: [{ recount: 151 }, {}, {}] });
        // Each certification against each question would be 30,000.
        if (target.name === "sqld") expect(report.rowsRead).toBeLessThan(10_000);
    });

    test("refuses a database without tables", async () => {
        const empty = await target.createDatabase();
        const { code, error } = await doctor(empty.url);
        expect([code, error?.message]).toEqual([4, "this database has no tables, so there is nothing to examine"]);
        expect((await empty.client.execute("SELECT count(*) AS n FROM sqlite_schema")).rows[0]?.n).toBe(0);
    });

    test("stops at Ctrl-C and says so", async () => {
        const { code, error } = await doctor(database.url, {}, { signal: AbortSignal.abort() });
        expect([code, error?.message]).toEqual([130, expect.stringContaining("interrupted")]);
    });
});

/** Leaves a database as if all that happened in it had happened so much earlier: `-2 years`. */
async function moveBackTimes(client: Client, by: string): Promise<void> {
    const columns = await readRows(
        client,
        `SELECT object.name AS "table", column.name AS "column"
        FROM sqlite_schema AS object JOIN pragma_table_info(object.name) AS column
        WHERE object.type = 'table' AND object.name NOT LIKE 'schema%'
        AND (column.name LIKE '%_at' OR column.name = 'last_updated')`,
    );
    expect(columns.length).toBeGreaterThan(15);
    // Triggers would write the time of today.
    const triggers = await readRows(client, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
    await client.batch(
        [
            ...triggers.map(({ name }) => `DROP TRIGGER ${name}`),
            ...columns.map(
                ({ table, column }) =>
                    `UPDATE ${table} SET ${column} = strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, '${by}')`,
            ),
            ...triggers.map(({ sql }) => String(sql)),
        ],
        "write",
    );
}
