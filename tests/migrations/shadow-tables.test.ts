import { expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import { readRows } from "../support/contents.ts";
import { runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";

describeTargets("a database with indexes that keep tables of their own", (target) => {
    test("the tables that an index keeps count neither as tables nor as losses", async () => {
        const root = writeProject({
            "migrations/001.do.notes.sql":
                "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, place F32_BLOB(2));\n" +
                "CREATE VIRTUAL TABLE found_notes USING fts5 (body);\n" +
                "CREATE INDEX idx_notes_place ON notes (libsql_vector_idx(place));\n",
            "migrations/001.undo.notes.sql": "DROP TABLE found_notes;\nDROP TABLE notes;\n",
        });
        const database = await target.createDatabase();
        const settings = { root, url: database.url };
        const ran = await runHere((context) => push(context, {}), settings);
        expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining(" version 1: 2 tables, 1 index, 0 views")]);
        await database.client.executeMultiple(
            "INSERT INTO notes (body, place) VALUES ('one', vector('[1,2]')), ('two', vector('[2,1]'));" +
                "INSERT INTO found_notes (body) VALUES ('one');",
        );
        const refused = await runHere((context) => rollback(context, { to: 0 }), settings);
        expect(refused.error?.details).toEqual(["notes: 2 rows", "found_notes: 1 row"]);
        expect(await readRows(database.client, "SELECT count(*) AS count FROM notes")).toEqual([{ count: 2 }]);
    });
});
