import { expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { deploy, textOf } from "../support/deploying.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";

const files = {
    "migrations/001.do.create.sql":
        "CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT) STRICT;\n" +
        "CREATE TABLE drafts (id INTEGER PRIMARY KEY, name TEXT) STRICT;\n" +
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, user INTEGER REFERENCES Users (id)) STRICT;\n" +
        "INSERT INTO Users VALUES (1, 'user');\nINSERT INTO drafts VALUES (2, 'draft');\nINSERT INTO notes VALUES (1, 1);\n",
    "views/v_names.sql": "CREATE VIEW v_names AS SELECT name AS name FROM users;\n",
};

describeTargets("a migration", (target) => {
    test("renames a table away and back, swaps two tables, and child tables follow", async () => {
        const database = await target.createDatabase();
        const root = writeProject(files);
        expect((await deploy(root, database)).outcome?.version).toBe(1);
        const rename = (...steps: readonly (readonly [string, string])[]): string =>
            steps.map(([from, to]) => `ALTER TABLE ${from} RENAME TO ${to};\n`).join("");
        changeProject(root, {
            "migrations/002.do.lower-case.sql": rename(["Users", "x"], ["x", "users"]),
            "migrations/003.do.swap.sql": rename(["users", "tmp"], ["drafts", "users"], ["tmp", "drafts"]),
        });
        const { outcome, error } = await deploy(root, database);
        expect([textOf(error).trim(), outcome?.version]).toEqual(["", 3]);
        const { client } = database;
        expect(await readRows(client, "SELECT name FROM sqlite_schema WHERE name IN ('users', 'drafts')")).toHaveLength(
            2,
        );
        expect(await readRows(client, "SELECT (SELECT name FROM users) AS u, (SELECT name FROM drafts) AS d")).toEqual([
            { u: "draft", d: "user" },
        ]);
        expect(await readRows(client, "SELECT \"table\" FROM pragma_foreign_key_list('notes')")).toEqual([
            { table: "drafts" },
        ]);
        expect(await readRows(client, "SELECT name FROM v_names")).toEqual([{ name: "draft" }]);

        // A new table in the place of one that was swapped is still the wrong order.
        changeProject(root, {
            "migrations/004.do.wrong.sql": `${rename(["drafts", "x"], ["users", "drafts"], ["x", "y"])}CREATE TABLE users (id INTEGER) STRICT;\n`,
        });
        expect(textOf((await deploy(root, database)).error)).toContain(
            "migrations/004.do.wrong.sql:4: renames 'users' away and creates it again",
        );
    });
});
