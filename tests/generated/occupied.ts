import { existsSync, readFileSync } from "node:fs";
import { deployWell } from "../support/deploying.ts";
import { copyRepository } from "../support/repository.ts";
import type { TestDatabase } from "../support/targets.ts";

/** A database that holds something already. */
export interface Occupied {
    readonly name: string;
    readonly prepare: (database: TestDatabase) => Promise<unknown>;
}

// Facts about the databases that exist; they lie beside a checkout of the team, not in it.
const facts = new URL("../../../shared/data/original-schema.json", import.meta.url);

/** Whether the facts about the original schema are here. */
export const hasOriginal = existsSync(facts);

const question = "'q-1', 'Why?', 'So.', 'It is so.', 'beginner', 'linux', ''";
const insertQuestion = `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
    VALUES (${question});`;

/** Databases over which the schema file must change nothing. */
export const occupied: readonly Occupied[] = [
    {
        name: "one with tables of others",
        prepare: ({ client }) =>
            client.executeMultiple(`
                CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
                CREATE INDEX notes_body ON notes (body);
                CREATE VIEW short_notes AS SELECT substr(body, 1, 9) AS body FROM notes;
                CREATE TRIGGER notes_lower AFTER INSERT ON notes BEGIN UPDATE notes SET body = lower(body); END;
                INSERT INTO notes (body) VALUES ('One'), ('Two');`),
    },
    {
        name: "one with a table of others that is called questions",
        prepare: ({ client }) =>
            client.executeMultiple(`
                CREATE TABLE questions (number INTEGER PRIMARY KEY, body TEXT);
                INSERT INTO questions (body) VALUES ('Who?'), ('When?');`),
    },
    {
        name: "one with a table of others that is called schemaversion",
        prepare: ({ client }) =>
            client.executeMultiple(`
                CREATE TABLE schemaversion (version INTEGER PRIMARY KEY, name TEXT, md5 TEXT, run_at TEXT, checksum TEXT);
                INSERT INTO schemaversion (version, name) VALUES (1, 'theirs');`),
    },
    {
        name: "one with nothing but a view",
        prepare: ({ client }) => client.executeMultiple("CREATE VIEW one AS SELECT 1 AS value;"),
    },
    {
        name: "one with all our bookkeeping tables and nothing else",
        prepare: ({ client }) =>
            client.executeMultiple(`
                CREATE TABLE schemaversion (version INTEGER PRIMARY KEY);
                CREATE TABLE schema_objects (name TEXT PRIMARY KEY);
                CREATE TABLE schema_lock (id INTEGER PRIMARY KEY, generation INTEGER);
                CREATE TABLE schema_seeds (name TEXT PRIMARY KEY);
                CREATE TABLE history_writer (id INTEGER PRIMARY KEY);`),
    },
    {
        name: "an up-to-date one with rows",
        prepare: async ({ url, client }) => {
            await deployWell(copyRepository(), { url });
            await client.executeMultiple(insertQuestion);
        },
    },
    {
        name: "one that is at version 5",
        prepare: async ({ url, client }) => {
            await deployWell(copyRepository(), { url }, { to: 5 });
            await client.executeMultiple(insertQuestion);
        },
    },
];

interface Facts {
    readonly tables: Readonly<
        Record<
            string,
            readonly {
                readonly name: string;
                readonly type: string;
                readonly primaryKey?: boolean;
                readonly notNull?: boolean;
                readonly default?: string;
                readonly references?: string;
            }[]
        >
    >;
    readonly indexes: Readonly<Record<string, { readonly table: string; readonly columns: readonly string[] }>>;
}

/** A database as the original SQL file made it, with a few rows. */
export const original: Occupied = {
    name: "one made from the original schema",
    prepare: ({ client }) => {
        const { tables, indexes } = JSON.parse(readFileSync(facts, "utf8")) as Facts;
        const statements = Object.entries(tables).map(([table, columns]) => {
            const definitions = columns.map(({ name, type, primaryKey, notNull, default: value, references }) =>
                [
                    name,
                    type,
                    primaryKey ? "PRIMARY KEY" : "",
                    notNull ? "NOT NULL" : "",
                    value === undefined ? "" : `DEFAULT ${value}`,
                    references === undefined ? "" : `REFERENCES ${references}`,
                ].join(" "),
            );
            return `CREATE TABLE ${table} (${definitions.join(", ")});`;
        });
        for (const [name, { table, columns }] of Object.entries(indexes)) {
            statements.push(`CREATE INDEX ${name} ON ${table} (${columns.join(", ")});`);
        }
        return client.executeMultiple(`${statements.join("\n")}\n${insertQuestion}`);
    },
};
