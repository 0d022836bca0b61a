import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { deployScratch, readExpectedSchema } from "../../src/planning/shadow.ts";
import { deploy, readAll, refusal } from "../migrations/deploy.ts";
import { readRows } from "../support/contents.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { copyRepository } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const insert =
    "INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel) " +
    "VALUES ('q-1', 'What is a lease?', 'A lock that ends.', 'Because owners die.', 'beginner', 'database', '');\n";
const update = "UPDATE questions SET difficulty = 'advanced' WHERE id = 'q-1';\n";

function readHistory(client: Client): Promise<Record<string, unknown>[]> {
    return readRows(
        client,
        "SELECT event_type, event_source, changed_fields, before_snapshot FROM question_history ORDER BY id",
    );
}

const created = { event_type: "created", event_source: "system", changed_fields: null, before_snapshot: null };
const updated = {
    event_type: "updated",
    event_source: "system",
    changed_fields: '["difficulty"]',
    before_snapshot: '{"difficulty":"beginner"}',
};

describeTargets("a migration that writes rows", (target) => {
    let database: TestDatabase;
    let client: Client;
    let root: string;

    beforeEach(async () => {
        ({ database, client, root } = await createDeployedProject(target, copyRepository()));
        await client.execute(insert);
    });

    test("runs with the history triggers in place", async () => {
        changeProject(root, { "migrations/013.do.raise-difficulty.sql": update });
        await deploy(root, database);
        expect(await readHistory(client)).toEqual([created, updated]);
    });

    test("finds the triggers in place again behind one that takes them away", async () => {
        changeProject(root, {
            "migrations/013.do.rename.sql": "ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\n",
            "migrations/014.do.raise-difficulty.sql": update,
            "migrations/015.do.rename-back.sql": "ALTER TABLE bot_runs RENAME COLUMN digest TO summary;\n",
        });
        expect((await deploy(root, database)).steps).toHaveLength(1);
        expect(await readHistory(client)).toEqual([created, updated]);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("writes the same history into a fresh database, where the triggers are new as well", async () => {
        changeProject(root, {
            "migrations/013.do.add-question.sql": insert,
            "migrations/014.do.raise-difficulty.sql": update,
        });
        const fresh = await target.createDatabase();
        expect((await deploy(root, fresh)).steps).toHaveLength(1);
        expect(await readHistory(fresh.client)).toEqual([created, updated]);
        expect((await deploy(root, fresh)).steps).toEqual([]);
    });

    test("may change the table's structure after its rows", async () => {
        changeProject(root, {
            "migrations/013.do.raise-difficulty.sql": `${update}ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\n`,
        });
        await deploy(root, database);
        expect(await readHistory(client)).toEqual([created, updated]);
    });

    test("may use a helper table of its own on the way", async () => {
        changeProject(root, {
            "migrations/013.do.raise-difficulty.sql":
                "CREATE TABLE helper (id TEXT) STRICT;\nINSERT INTO helper VALUES ('q-1');\n" +
                "UPDATE questions SET difficulty = 'advanced' WHERE id IN (SELECT id FROM helper);\n" +
                "DROP TABLE helper;\nUPDATE questions SET difficulty = 'intermediate' WHERE id = 'q-1';\n",
        });
        await deploy(root, database);
        expect((await readHistory(client)).map((row) => row.event_type)).toEqual(["created", "updated", "updated"]);
    });

    test.each([
        ["a renamed column", `ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\n\n${update}`, 3],
        ["a dropped column", `-- c\nALTER TABLE bot_runs DROP COLUMN summary;\nWITH a AS (SELECT 1)\n${update}`, 3],
        [
            "a table that was renamed and renamed back",
            `ALTER TABLE questions RENAME TO aside;\nALTER TABLE aside RENAME TO questions;\n${update}`,
            3,
        ],
        [
            "a rebuild of the very table",
            `CREATE TABLE q_new AS SELECT * FROM questions;\nDROP TABLE questions;\nALTER TABLE q_new RENAME TO questions;\n${update}`,
            4,
        ],
    ])("is refused where the rows come after %s, because no trigger would see them", async (_, sql, line) => {
        changeProject(root, { "migrations/013.do.both.sql": sql });
        const before = await readAll(client);
        const { error, text } = await refusal(deploy(root, database));
        expect(error.code).toBe("invalid-files");
        expect(text).toContain(
            `migrations/013.do.both.sql:${line}: writes rows of 'questions' after a change that drops its triggers\n` +
                "    move these statements to a migration of their own, so that the triggers fire",
        );
        expect(await readAll(client)).toEqual(before);
    });

    test("is refused alike by a fresh database, whose tables and triggers come from the files", async () => {
        const fresh = await target.createDatabase();
        changeProject(root, {
            "migrations/013.do.both.sql": `ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\n${update}`,
        });
        const [there, here] = [await refusal(deploy(root, database)), await refusal(deploy(root, fresh))];
        expect(here.text).toContain("migrations/013.do.both.sql:2: writes rows of 'questions' after a change");
        expect(here.text).toBe(there.text);
        expect(await readAll(fresh.client)).toEqual({ schema: [] });
        // So nothing is dropped to be made again from such files; a database that has had them is still compared.
        const { sets } = await readFiles(root);
        const files = sets[0]?.migrations ?? [];
        expect((await refusal(deployScratch(sets, files))).text).toBe(there.text);
        expect((await readExpectedSchema(sets, files)).map((row) => row.name)).toContain("questions");
    });

    test("is not refused where no trigger of ours is on the table", async () => {
        await client.execute("CREATE TRIGGER watch AFTER UPDATE ON certifications BEGIN SELECT 1; END");
        changeProject(root, {
            "migrations/013.do.both.sql":
                "ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\nUPDATE bot_runs SET digest = NULL;\n" +
                "UPDATE certifications SET estimated_hours = 1;\n",
        });
        expect((await deploy(root, database)).version).toBe(13);
    });

    test.each([
        ["UPDATE work_queue SET priority = 1;", false],
        ["DELETE FROM work_queue WHERE status = 'completed';", false],
        ["INSERT INTO work_queue (item_type, item_id, action) VALUES ('question', 'q-1', 'verify');", true],
        ["REPLACE INTO work_queue (item_type, item_id, action) VALUES ('question', 'q-1', 'verify');", true],
        [
            "WITH a AS (SELECT 1) INSERT INTO work_queue (item_type, item_id, action) SELECT 'question', 'q', 'verify';",
            true,
        ],
    ])("%s after a change is refused: %s, because the table's trigger is one of inserts", async (write, isRefused) => {
        changeProject(root, {
            "migrations/013.do.both.sql": `ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\n${write}\n`,
        });
        const deployed = deploy(root, database);
        if (isRefused) expect((await refusal(deployed)).text).toContain(":2: writes rows of 'work_queue' after");
        else expect((await deployed).version).toBe(13);
    });

    test("is refused where a foreign key would delete rows of a table whose trigger sees deletions", async () => {
        const tables = `CREATE TABLE par (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE kid (id INTEGER PRIMARY KEY, par INTEGER REFERENCES par (id) ON DELETE CASCADE) STRICT;`;
        const trigger = (name: string, event: string, table: string): string =>
            `CREATE TRIGGER ${name} AFTER ${event} ON ${table} BEGIN SELECT 1; END;`;
        const change = (write: string): Record<string, string> => ({
            "migrations/014.do.both.sql": `ALTER TABLE bot_runs RENAME COLUMN summary TO digest;\n${write}\n`,
        });
        changeProject(root, {
            "migrations/013.do.add.sql": tables,
            "triggers/t_kid.sql": trigger("t_kid", "DELETE", "kid"),
        });
        await deploy(root, database);
        for (const write of ["DELETE FROM par;", "REPLACE INTO par VALUES (1);"]) {
            changeProject(root, change(write));
            expect((await refusal(deploy(root, database))).text).toContain(
                "014.do.both.sql:2: writes rows of 'par' after",
            );
        }
        changeProject(root, change("UPDATE par SET id = 2; REPLACE INTO kid VALUES (1, NULL);"));
        expect((await deploy(root, database)).version).toBe(14);
    });

    test("rolls everything back when one row breaks a rule, and names the rule", async () => {
        const before = await readAll(client);
        changeProject(root, {
            "migrations/013.do.more.sql": "CREATE TABLE more (id TEXT) STRICT;\n",
            "migrations/014.do.break.sql": `${update}\nUPDATE questions\nSET\n    difficulty = 'hard'\nWHERE\n    id = 'q-1';\n`,
        });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain(
            "migrations/014.do.break.sql:3: CHECK constraint failed: questions_difficulty_is_known" +
                ' (difficulty: "beginner", "intermediate", "advanced")\n' +
                "    3 | UPDATE questions\n    4 | SET\n    5 |     difficulty = 'hard'\n",
        );
        expect(text).toContain("Nothing was applied. The database is still at version 12.");
        expect(await readAll(client)).toEqual(before);
    });
});
