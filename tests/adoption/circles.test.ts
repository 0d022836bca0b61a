import { expect, test } from "vitest";
import type { Origins } from "../../src/adoption/origins.ts";
import { adopt } from "../../src/cli/commands/adopt.ts";
import { readRows } from "../support/contents.ts";
import { runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, listRefused } from "./adopting.ts";

const files = {
    "migrations/001.do.create-topics.sql":
        "CREATE TABLE topics (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES topics (id), name TEXT NOT NULL UNIQUE) STRICT;\n" +
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL REFERENCES Topics (id)) STRICT;\n",
    "migrations/002.do.create-teams.sql":
        "CREATE TABLE teams (id TEXT PRIMARY KEY, lead_id INTEGER REFERENCES people (id)) STRICT;\n" +
        "CREATE TABLE people (id INTEGER PRIMARY KEY, team_id TEXT NOT NULL REFERENCES teams (id), boss_id INTEGER REFERENCES people (id)) STRICT;\n" +
        "CREATE TABLE desks (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people (id)) STRICT;\n",
};

const theirs = `
    CREATE TABLE topics (id INTEGER PRIMARY KEY, parent_id INTEGER, name TEXT);
    INSERT INTO topics VALUES
        (1, 1, 'its own'), (2, 1, 'b'), (3, 2, 'c'), (4, 99, 'dangling'), (5, 4, 'falls'), (6, 5, 'falls too'),
        (7, 8, 'each'), (8, 7, 'other'), (9, NULL, NULL), (10, 9, 'below a refused one'), (11, NULL, 'b'), (12, 11, 'below a twin');
    CREATE TABLE notes (id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL);
    INSERT INTO notes VALUES (1, 3), (2, 6), (3, 8), (4, 12);
    CREATE TABLE teams (id TEXT PRIMARY KEY, lead_id INTEGER);
    CREATE TABLE people (id INTEGER PRIMARY KEY, team_id TEXT, boss_id INTEGER);
    CREATE TABLE desks (id INTEGER PRIMARY KEY, person_id INTEGER);
    INSERT INTO teams VALUES ('a', 1), ('b', 3), ('c', 77), ('d', NULL);
    INSERT INTO people VALUES (1, 'a', NULL), (2, 'a', 1), (3, 'c', 2), (4, 'b', 1), (5, 'd', 4), (6, 'd', 6);
    INSERT INTO desks VALUES (1, 2), (2, 5), (3, 6);`;

const refused = [
    'topics 4: ["key:parent_id"]',
    'topics 5: ["key:parent_id"]',
    'topics 6: ["key:parent_id"]',
    'topics 9: ["null:name"]',
    'topics 10: ["key:parent_id"]',
    'topics 11: ["unique:name"]',
    'topics 12: ["key:parent_id"]',
    'notes 2: ["key:topic_id"]',
    'notes 4: ["key:topic_id"]',
    'teams b: ["key:lead_id"]',
    'teams c: ["key:lead_id"]',
    'people 3: ["key:team_id"]',
    'people 4: ["key:team_id"]',
    'people 5: ["key:boss_id"]',
    'desks 2: ["key:person_id"]',
];

const dated = {
    "migrations/001.do.create-tasks.sql":
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES tasks (id), title TEXT NOT NULL, " +
        "event_id INTEGER REFERENCES events (id), created_at TEXT NOT NULL) STRICT;\n" +
        "CREATE TABLE events (id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks (id), at TEXT NOT NULL) STRICT;\n",
};

const undated = `
    CREATE TABLE tasks (id INTEGER PRIMARY KEY, parent_id INTEGER, title TEXT, event_id INTEGER, created_at TEXT);
    INSERT INTO tasks VALUES
        (1, NULL, 'root', 1, NULL), (2, 1, 'a', 2, ' '), (3, 1, 'a', NULL, NULL), (4, 3, 'below a merged one', NULL, NULL),
        (5, 4, 'falls', NULL, NULL), (6, 99, 'dangling', NULL, NULL), (7, 6, 'twin', NULL, NULL), (8, 6, 'twin', NULL, NULL),
        (9, NULL, 'open', NULL, NULL), (10, NULL, 'open', NULL, NULL);
    CREATE TABLE events (id INTEGER PRIMARY KEY, task_id INTEGER, at TEXT);
    INSERT INTO events VALUES
        (1, 1, '2024-03-02 10:00:00'), (2, 1, '2024-03-01 10:00:00'), (3, 2, '2024-03-03 10:00:00'), (4, 9, NULL), (5, 10, NULL);`;

const datedOrigins: Origins = {
    known: [],
    columns: [],
    forms: new Map([
        ["tasks", new Map([["created_at", "time"]])],
        ["events", new Map([["at", "time"]])],
    ]),
    newest: [],
    loaded: [],
    filled: [
        {
            table: "tasks",
            column: "created_at",
            sources: [
                { table: "events", earliest: "at", match: { column: "task_id", own: "id" } },
                { table: "events", earliest: "at" },
            ],
        },
        { table: "events", column: "at", sources: [{ table: "events", earliest: "at" }] },
    ],
    merged: [{ table: "tasks", columns: ["parent_id", "title"], order: ["id"] }],
};

describeTargets("adoption of tables that reference themselves or each other", (target) => {
    test("keeps the rows whose references hold, quarantines the others and those that fall with them", async () => {
        const { url, client } = await target.createDatabase();
        await client.executeMultiple(theirs);
        const root = writeProject(files);
        const checked = await adoptHere(url, { check: true }, { root });
        expect([checked.code, checked.error]).toEqual([5, undefined]);
        expect(checked.stdout).toContain(`${refused.length} rows`);
        expect(await readRows(client, "SELECT 1 FROM sqlite_schema WHERE sql LIKE '%STRICT%'")).toEqual([]);

        const adopted = await adoptHere(url, { yes: true, rejects: `${root}/rejects.ndjson` }, { root });
        expect([adopted.code, adopted.error]).toEqual([5, undefined]);
        const rowids = (await readRows(client, "SELECT rowid AS row, id FROM teams")).length;
        expect(rowids).toBe(2);
        expect(
            (await listRefused(client)).map((line) =>
                line.replace("teams 2:", "teams b:").replace("teams 3:", "teams c:"),
            ),
        ).toEqual(refused);
        const ids = async (table: string): Promise<unknown[]> =>
            (await readRows(client, `SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
        expect(await Promise.all(["topics", "notes", "teams", "people", "desks"].map(ids))).toEqual([
            [1, 2, 3, 7, 8],
            [1, 3],
            ["a", "d"],
            [1, 2, 6],
            [1, 3],
        ]);
        expect(await readRows(client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        const again = await adoptHere(url, { check: true }, { root });
        expect(again.stdout).toContain("Nothing to adopt");
    });

    test("fills their missing times, and calls no row merged whose twin falls", async () => {
        const { url, client } = await target.createDatabase();
        await client.executeMultiple(undated);
        const root = writeProject(dated);
        const run = (options: Parameters<typeof adopt>[1], json = false): ReturnType<typeof runHere> =>
            runHere((context) => adopt(context, options, datedOrigins), { root, url, json });
        const checked = await run({ check: true }, true);
        expect([checked.code, JSON.parse(checked.stdout)]).toEqual([
            5,
            expect.objectContaining({ refused: 6, merged: 2 }),
        ]);
        const adopted = await run({ yes: true, rejects: `${root}/rejects.ndjson` });
        expect([adopted.code, adopted.error]).toEqual([5, undefined]);
        expect(await listRefused(client)).toEqual([
            'tasks 4: ["key:parent_id"]',
            'tasks 5: ["key:parent_id"]',
            'tasks 6: ["key:parent_id"]',
            'tasks 7: ["key:parent_id"]',
            'tasks 8: ["unique:parent_id,title"]',
            'events 5: ["key:task_id"]',
        ]);
        const merged = "SELECT source_row AS id, reasons FROM schema_adoption WHERE outcome = 'merged' ORDER BY id";
        expect(await readRows(client, merged)).toEqual(
            [3, 10].map((id) => ({ id, reasons: '["merged:parent_id,title"]' })),
        );
        const first = "2024-03-01T10:00:00.000Z";
        expect(await readRows(client, "SELECT id, parent_id, event_id, created_at FROM tasks ORDER BY id")).toEqual([
            { id: 1, parent_id: null, event_id: 1, created_at: first },
            { id: 2, parent_id: 1, event_id: 2, created_at: "2024-03-03T10:00:00.000Z" },
            { id: 9, parent_id: null, event_id: null, created_at: first },
        ]);
        expect(await readRows(client, "SELECT id, at FROM events ORDER BY id")).toEqual([
            { id: 1, at: "2024-03-02T10:00:00.000Z" },
            { id: 2, at: first },
            { id: 3, at: "2024-03-03T10:00:00.000Z" },
            { id: 4, at: first },
        ]);
        expect(await readRows(client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
    });
});
