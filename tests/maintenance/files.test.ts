import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { type MaintenanceRule, readRules } from "../../src/maintenance/rules.ts";
import { selectDue, writeRows } from "../../src/maintenance/statements.ts";
import { createDeployedDatabase, root } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { time } from "./maintaining.ts";

describe("the files of operations/maintenance/", () => {
    test("each say what they do, after how long, what they leave alone and why", async () => {
        const rules = await readRules(root);
        expect(rules.map(({ name }) => name)).toEqual([
            ...["completed-queue-items", "old-bot-runs", "untouched-sessions", "new-questions", "question-counts"],
        ]);
        for (const { path, title, after, leaves } of rules) {
            expect([path, title]).toEqual([path, expect.stringMatching(/^[A-Z][^.]{20,80}\.$/)]);
            expect([path, after]).toEqual([
                path,
                expect.stringMatching(/^(more than \d+ days|\d+ days|at once)\b.*\.$/),
            ]);
            expect([path, leaves?.reason]).toEqual([path, expect.stringMatching(/^\w.*\.$/)]);
        }
    });

    test("stand in docs/reference/maintenance.md as they are (`npx vitest run tests/maintenance -u` writes the table)", async () => {
        const file = path.join(root, "docs/reference/maintenance.md");
        const rows = (await readRules(root)).map(
            ({ name, title, after, leaves }) => `| \`${name}\` | ${title} | ${after} | ${leaves?.reason ?? ""} |`,
        );
        const table = ["| rule | what it does | after | left alone |", "|---|---|---|---|", ...rows].join("\n");
        const page = readFileSync(file, "utf8").replace(/\| rule \|[\s\S]*?\n(?=\n)/, `${table}\n`);
        await expect(page).toMatchFileSnapshot(file);
    });
});

describe("a file of operations/maintenance/ that is wrong", () => {
    const good =
        "-- Drops old rows.\n--\n-- Takes:\nSELECT id FROM t WHERE at < :now;\n-- Does:\nDELETE FROM t WHERE id IN (SELECT id FROM due);\n";

    async function findProblems(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
        const error = await readRules(writeProject(files)).catch((thrown: unknown) => thrown);
        if (!(error instanceof AppError)) return [];
        expect([error.code, error.exitCode, error.outcome]).toEqual(["invalid-files", 1, "Nothing was changed."]);
        return error.details.filter((line) => !line.startsWith(" "));
    }

    test("a rule file that is right is read", async () => {
        const [rule] = await readRules(
            writeProject({ "operations/maintenance/010-old-rows.sql": good, "maintenance/README.md": "" }),
        );
        expect(rule).toEqual({
            name: "old-rows",
            path: "operations/maintenance/010-old-rows.sql",
            title: "Drops old rows.",
            after: "",
            evaluatedOnce: false,
            takes: "SELECT id FROM t WHERE at < :now",
            leaves: undefined,
            does: "DELETE FROM t WHERE id IN (SELECT id FROM due)",
        });
    });

    test.each([
        ["Old.sql", good, "operations/maintenance/Old.sql:1: is not named as the files of operations/maintenance/ are"],
        ["010-a.sql", "", "operations/maintenance/010-a.sql:1: has no statement"],
        [
            "010-a.sql",
            good.slice(0, good.indexOf("-- Does:")),
            "operations/maintenance/010-a.sql:1: has no statement under 'Does:'",
        ],
        [
            "010-a.sql",
            good.replace("--\n", "-- After: a day.\n-- Or so.\n"),
            "operations/maintenance/010-a.sql:3: belongs to no heading",
        ],
        [
            "010-a.sql",
            good.replace("-- Does:\n", ""),
            "operations/maintenance/010-a.sql:5: does not say what the statement is for",
        ],
        ["010-a.sql", good.replace("Does:", "Takes:"), "operations/maintenance/010-a.sql:6: 'Takes:' appears twice"],
        [
            "010-a.sql",
            good.replace("-- Drops old rows.", "--"),
            "operations/maintenance/010-a.sql:1: does not say what it is",
        ],
        [
            "010-a.sql",
            good.replace("SELECT id FROM t", "DELETE FROM t"),
            "operations/maintenance/010-a.sql:4: is not a query",
        ],
        [
            "010-a.sql",
            good.replace("DELETE FROM t", "SELECT 1 FROM t"),
            "operations/maintenance/010-a.sql:6: 'Does:' changes no row",
        ],
        [
            "010-a.sql",
            good.replace(":now", ":then"),
            "operations/maintenance/010-a.sql:4: the parameter ':then' has no value",
        ],
        [
            "010-a.sql",
            good.replace("FROM due", "FROM due WHERE 1 < :now"),
            "operations/maintenance/010-a.sql:6: the parameter ':now' has no value",
        ],
        [
            "010-a.sql",
            `${good}/* and`,
            "operations/maintenance/010-a.sql:7: the literal, name or comment is never closed",
        ],
    ])("%s, and is refused by file and line (%#)", async (name, text, problem) => {
        expect(await findProblems({ [`operations/maintenance/${name}`]: text })).toContain(problem);
    });

    test("a rule file with the name of another, or none at all, is an error", async () => {
        const doubles = { "operations/maintenance/010-a.sql": good, "operations/maintenance/020-a.sql": good };
        expect(await findProblems(doubles)).toEqual([
            "operations/maintenance/020-a.sql:1: has the same name as operations/maintenance/010-a.sql",
        ]);
        await expect(readRules(writeProject({}))).rejects.toMatchObject({
            code: "usage",
            message: "operations/maintenance/ contains no SQL files",
        });
    });
});

describeTargets("an index finds", (target) => {
    let database: TestDatabase;
    let rules: readonly MaintenanceRule[];

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        rules = await readRules(root);
    });

    test("the example of docs/reference/maintenance.md is a valid rule, and an index finds its rows", async () => {
        const [, example = ""] =
            /```sql file\n([\s\S]*?)```/.exec(readFileSync(path.join(root, "docs/reference/maintenance.md"), "utf8")) ??
            [];
        const [rule] = await readRules(writeProject({ "operations/maintenance/060-failed-runs.sql": example }));
        const { sql, args = [] } = writeRows(rule as MaintenanceRule, time.toISOString(), []);
        expect(await explain(sql, args)).toMatch(/SEARCH bot_runs USING INTEGER PRIMARY KEY/);
    });

    async function explain(sql: string, args: readonly unknown[]): Promise<string> {
        const values = args.map((value) => (typeof value === "string" ? value : "[]"));
        const { rows } = await database.client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: values });
        return rows.map(({ detail }) => String(detail)).join("\n");
    }

    test.each([
        ["completed-queue-items", /SEARCH item USING INDEX idx_work_queue_status_priority_created_at \(status=\?\)/],
        ["old-bot-runs", /SEARCH run USING INDEX idx_bot_runs_started_at \(started_at<\?\)/],
        [
            "untouched-sessions",
            /SEARCH session USING INDEX idx_user_sessions_status_last_accessed_at \(status=\? AND last_accessed_at<\?\)/,
        ],
        [
            "new-questions",
            /SEARCH question USING INTEGER PRIMARY KEY [\s\S]*SCAN marked USING COVERING INDEX idx_questions_channel_difficulty_status_is_new/,
        ],
        [
            "question-counts",
            /SEARCH question USING COVERING INDEX sqlite_autoindex_questions_1 [\s\S]*SCAN active USING COVERING INDEX idx_questions_channel_difficulty_status_is_new[\s\S]*SEARCH shown USING AUTOMATIC COVERING INDEX/,
        ],
    ])("what %s takes, and its rows again when they are written", async (name, plan) => {
        const rule = rules.find((one) => one.name === name) as MaintenanceRule;
        const { sql, args = [] } = selectDue(rule, time.toISOString(), 10);
        expect(await explain(sql, args)).toMatch(plan);
        const write = writeRows(rule, time.toISOString(), [{ id: 1, question_count: 1, recount: 2 }]);
        const written = await explain(write.sql, write.args ?? []);
        // The ids come first, and each row by its key.
        expect(written).toMatch(
            /SCAN chunk VIRTUAL TABLE[\s\S]*SEARCH (item|run|session|question|certifications) USING (INTEGER PRIMARY KEY|INDEX sqlite_autoindex_\w+_1) /,
        );
        expect(written).not.toMatch(
            /SCAN (item|run|session|question|listed|certifications)\b(?! USING COVERING INDEX idx_questions_channel_difficulty_status_is_new)/,
        );
    });
});
