import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { createDeployedProject, root as repository } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, readColumn, rollback } from "./deploy.ts";

const readme = readFileSync(path.join(repository, "migrations/README.md"), "utf8");

/** The examples by name: each begins with the name that its file would have. */
const examples = new Map(
    [...readme.matchAll(/```sql file\n-- NNN\.do\.([\w-]+)\.sql\n([\s\S]*?)```/g)].map(([, name = "", sql = ""]) => [
        name,
        sql,
    ]),
);

function number(after: number): string {
    return String(migrationCount + after).padStart(3, "0");
}

describeTargets("the examples of migrations/README.md", (target) => {
    test("run one after another over a database with rows, and lose nothing", async () => {
        expect([...examples.keys()]).toEqual([
            "add-bot-run-host",
            "create-teams",
            "limit-sub-channels",
            "retag-postgresql",
            "add-ledger-size",
            "finish-ledger-size",
        ]);
        const { database, client, root } = await createDeployedProject(target, copyRepository());
        const rebuilt = "migrations/003.do.create-channel-mappings.sql";
        const old = readFileSync(path.join(root, rebuilt), "utf8");
        await client.executeMultiple(
            `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel, tags)
            VALUES ('q-1', 'Why?', 'So.', 'Because.', 'beginner', 'database', 'sql', '["pg","sql"]'),
                ('q-2', 'How?', 'So.', 'Because.', 'beginner', 'database', 'sql', '["sql"]');
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id)
            VALUES ('database', 'sql', 'q-1'), ('backend', '${"long ".repeat(20)}', 'q-1'), ('database', 'sql', 'q-2');
            DELETE FROM channel_mappings WHERE id = 3;`,
        );

        [...examples].forEach(([name, sql], at) => {
            changeProject(root, { [`migrations/${number(at + 1)}.do.${name}.sql`]: sql });
        });
        const { steps, version } = await deploy(root, database);
        expect([steps.length, version]).toEqual([3, migrationCount + examples.size]);

        const columns = await readColumn(client, "SELECT sql FROM sqlite_schema WHERE name = 'bot_runs'");
        expect(columns[0]).toContain("host /* The machine that the bot ran on. */ TEXT");
        expect(await readRows(client, "SELECT id, channel_id, sub_channel, question_id FROM channel_mappings")).toEqual(
            [
                { id: 1, channel_id: "database", sub_channel: "sql", question_id: "q-1" },
                { id: 2, channel_id: "backend", sub_channel: "long ".repeat(16), question_id: "q-1" },
            ],
        );
        await client.execute(
            "INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('a', '', 'q-2')",
        );
        expect(await readColumn(client, "SELECT max(id) FROM channel_mappings")).toEqual([4]);
        const long = `INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('a', '${"x".repeat(81)}', 'q-2')`;
        await expect(client.execute(long)).rejects.toThrow("channel_mappings_sub_channel_has_at_most_80_characters");
        expect(await readColumn(client, "SELECT tags FROM questions ORDER BY id")).toEqual([
            '["postgresql","sql"]',
            '["sql"]',
        ]);
        expect(
            await readRows(client, "SELECT question_id, event_type, source_name FROM question_history WHERE id > 2"),
        ).toEqual([{ question_id: "q-1", event_type: "updated", source_name: "migration retag-postgresql" }]);
        expect(await readRows(client, "SELECT source, source_name FROM history_writer")).toEqual([
            { source: null, source_name: null },
        ]);

        // The table is the one that the repository has, but for the new rule and its name in the quoting of a rename.
        const [now] = await readColumn(client, "SELECT sql FROM sqlite_schema WHERE name = 'channel_mappings'");
        const rule = /\n {4}CONSTRAINT channel_mappings_sub_channel_has.*/;
        const before = old.slice(old.indexOf("CREATE TABLE"), old.indexOf(";\n"));
        expect(String(now).replace(rule, "").replace('"channel_mappings"', "channel_mappings")).toBe(before);
    });

    test("say of the undo file of a rebuild what is true", async () => {
        const { database, client, root } = await createDeployedProject(target, copyRepository());
        const sql = examples.get("limit-sub-channels") ?? "";
        changeProject(root, {
            [`migrations/${number(1)}.do.limit-sub-channels.sql`]: sql,
            [`migrations/${number(1)}.undo.limit-sub-channels.sql`]: sql.replace(
                /\n {4}CONSTRAINT channel_mappings_sub_channel_has.*/,
                "",
            ),
        });
        await deploy(root, database);
        expect((await rollback(root, database, migrationCount)).version).toBe(migrationCount);
        const [now] = await readColumn(client, "SELECT sql FROM sqlite_schema WHERE name = 'channel_mappings'");
        expect(now).not.toContain("has_at_most_80");
    });
});
