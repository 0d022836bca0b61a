import { expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { changeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, readAll, refusal } from "./deploy.ts";
import { createFamily, recipe } from "./family.ts";

const off = "PRAGMA foreign_keys = OFF;";
const on = "PRAGMA foreign_keys = ON;";

describeTargets("the guard of foreign keys", (target) => {
    test("lets an old violation be, in a table of ours and in one of somebody else", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(
            `${off} INSERT INTO plains (id, parent) VALUES (50, 99);
            CREATE TABLE visitors (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id));
            INSERT INTO visitors (parent) VALUES (1), (77);
            CREATE TABLE guests (id INTEGER PRIMARY KEY, host INTEGER REFERENCES nowhere (id));
            INSERT INTO guests (host) VALUES (1); ${on}`,
        );
        changeProject(root, {
            "migrations/002.do.a.sql": "ALTER TABLE parents ADD COLUMN a TEXT;\nUPDATE parents SET a = code;",
            "migrations/003.do.rebuild.sql": recipe,
        });
        expect((await deploy(root, database)).version).toBe(3);
        const violations = 'SELECT "table", count(*) AS n FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1';
        expect(await readRows(client, violations)).toEqual([
            { table: "guests", n: 1 },
            { table: "plains", n: 1 },
            { table: "visitors", n: 1 },
        ]);
    });

    test("is not stopped by a foreign key of somebody else that cannot work", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(
            "CREATE TABLE hosts (name TEXT); CREATE TABLE guests (host TEXT REFERENCES hosts (name));" +
                "CREATE TABLE twice (a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES hosts (name, name));",
        );
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe });
        expect((await deploy(root, database)).version).toBe(2);
    });

    test("names each row that a rebuild leaves pointing nowhere, and not the old ones of other keys", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(
            `${off} INSERT INTO nulls (id, parent) VALUES (50, 99);
            CREATE TABLE visitors (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id));
            INSERT INTO visitors (id, parent) VALUES (7, 2); ${on}`,
        );
        const before = await readAll(client);
        const move = "UPDATE parents_new SET id = 20 WHERE id = 2;\nUPDATE nulls SET parent = 20 WHERE parent = 2;\n";
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe.replace("DROP TABLE", `${move}DROP TABLE`) });
        const { error, text } = await refusal(deploy(root, database));
        expect(error.code).toBe("would-lose");
        expect(error.message).toBe("migrations/002.do.rebuild.sql: leaves rows that violate a foreign key");
        expect([...error.details].sort()).toEqual(
            [
                "cascades row 2",
                "cascades row 3",
                "plains row 2",
                "plains row 3",
                "restricts row 2",
                "restricts row 3",
                "visitors row 7",
            ].map((row) => `${row} references a row of parents that does not exist`),
        );
        expect(text).toContain("in the same migration, delete these rows or let them reference existing ones");
        expect(await readAll(client)).toEqual(before);
    });

    test("the foreign-key guard sees one more violation where there were some before", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(`${off} INSERT INTO plains (id, parent) VALUES (50, 99); ${on}`);
        const before = await readAll(client);
        const worse = "INSERT INTO plains (id, parent) VALUES (51, 98);\n";
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe + worse });
        const { error } = await refusal(deploy(root, database));
        expect(error.details).toEqual([
            "plains row 51 references a row of parents that does not exist",
            "plains row 50 references a row of parents that does not exist",
        ]);
        expect(await readAll(client)).toEqual(before);
    });

    test("the foreign-key guard lets a rebuild repair what was violated", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(`${off} INSERT INTO plains (id, parent) VALUES (50, 99); ${on}`);
        changeProject(root, { "migrations/002.do.rebuild.sql": `DELETE FROM plains WHERE id = 50;\n${recipe}` });
        await deploy(root, database);
        expect(await readRows(client, "PRAGMA foreign_key_check")).toEqual([]);
    });

    test("in an ordinary file foreign keys are on, and the database itself refuses violations", async () => {
        const { database, client, root } = await createFamily(target);
        const before = await readAll(client);
        changeProject(root, {
            "migrations/002.do.a.sql": "SELECT 1;\n\nINSERT INTO plains (parent) VALUES (99);",
        });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("migrations/002.do.a.sql:3: FOREIGN KEY constraint failed");
        expect(await readAll(client)).toEqual(before);
    });

    test("a refused COMMIT is told from a refused statement, where the guard cannot know the tables", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple(
            `CREATE TABLE hosts (id INTEGER PRIMARY KEY);
            CREATE TABLE guests (host INTEGER REFERENCES hosts (id) DEFERRABLE INITIALLY DEFERRED);`,
        );
        const before = await readAll(client);
        changeProject(root, { "migrations/002.do.a.sql": "INSERT INTO guests VALUES (99);" });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("FOREIGN KEY constraint failed");
        expect(text).toContain("each statement ran, but the transaction as a whole was refused");
        expect(await readAll(client)).toEqual(before);
    });

    test("the foreign-key guard catches a deferred violation before the transaction ends", async () => {
        const { database, client, root } = await createFamily(target);
        const before = await readAll(client);
        changeProject(root, {
            "migrations/002.do.a.sql":
                "CREATE TABLE later (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED) STRICT;\n" +
                "INSERT INTO later VALUES (99);",
        });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("migrations/002.do.a.sql: leaves rows that violate a foreign key");
        expect(text).toContain("later row 1 references a row of parents that does not exist");
        expect(await readAll(client)).toEqual(before);
    });
});
