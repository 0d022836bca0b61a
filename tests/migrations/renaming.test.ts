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

        // Child tables would follow the old one.
        changeProject(root, {
            "migrations/004.do.wrong.sql": `${rename(["drafts", "x"], ["users", "y"], ["x", "z"])}CREATE TABLE drafts (id INTEGER) STRICT;\n`,
        });
        expect(textOf((await deploy(root, database)).error)).toContain(
            "migrations/004.do.wrong.sql:4: renames 'drafts' away and creates it again, so child tables would follow the old one\n" +
                "    put the CREATE TABLE, and the statements after it, into a migration of its own after this one; 'notes' then references 'z'",
        );
    });

    test("keeps an archived table and creates a new one under its name, which no child table references", async () => {
        const database = await target.createDatabase();
        const { client } = database;
        const root = writeProject(files);
        await deploy(root, database);
        changeProject(root, {
            "migrations/002.do.archive.sql":
                "ALTER TABLE notes RENAME TO notes_2023;\nCREATE TABLE notes (id INTEGER PRIMARY KEY, word TEXT) STRICT;\n",
            "migrations/003.do.back.sql":
                "DROP TABLE notes;\nALTER TABLE notes_2023 RENAME TO notes;\nCREATE TABLE notes_2023 (id INTEGER) STRICT;\n",
        });
        expect((await deploy(root, database, { to: 2 })).outcome?.version).toBe(2);
        const counts = "SELECT (SELECT count(*) FROM notes_2023) AS old, (SELECT count(*) FROM notes) AS new";
        expect(await readRows(client, counts)).toEqual([{ old: 1, new: 0 }]);
        expect((await deploy(root, database)).outcome?.version).toBe(3);
        expect(await readRows(client, counts)).toEqual([{ old: 0, new: 1 }]);
        const fresh = await target.createDatabase();
        expect((await deploy(root, fresh)).outcome?.version).toBe(3);
    });

    test("is refused for a child table of an earlier pending migration, as in a database that has it", async () => {
        const database = await target.createDatabase();
        const root = writeProject({
            ...files,
            "migrations/002.do.archive.sql":
                "ALTER TABLE users RENAME TO users_2023;\nCREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT) STRICT;\n",
        });
        expect(textOf((await deploy(root, database)).error)).toContain("'notes' then references 'users_2023'");
        expect(await readRows(database.client, "SELECT name FROM sqlite_schema")).toEqual([]);
    });
});
