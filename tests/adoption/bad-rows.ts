import { type Client, createClient } from "@libsql/client";
import { readFiles } from "../../src/planning/files.ts";
import { readRows } from "../support/contents.ts";
import { deployInto, root } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";

/** A row of the original that differs from a good one in one value. */
export interface PlantedRow {
    readonly table: string;
    readonly column: string;
    readonly value: null | string | number | Uint8Array;
    readonly row: Readonly<Record<string, null | string | number | Uint8Array>>;
}

const good: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
    users: { username: "planted", password: "hash" },
    questions: {
        question: "Why?",
        answer: "So.",
        explanation: "",
        difficulty: "beginner",
        channel: "linux",
        sub_channel: "shell",
    },
    channel_mappings: { channel_id: "linux", sub_channel: "planted", question_id: "q-1" },
    work_queue: { item_type: "question", item_id: "q-1", action: "improve" },
    bot_ledger: { bot_name: "creator", action: "create", item_type: "question", item_id: "q-1" },
    bot_runs: { bot_name: "creator", started_at: "2025-01-01T00:00:00.000Z" },
    question_relationships: { source_question_id: "q-1", target_question_id: "q-2", relationship_type: "related" },
    question_history: { question_id: "q-1", event_type: "created", event_source: "bot" },
    certifications: { name: "CKA", provider: "CNCF", description: "", difficulty: "expert", category: "cloud" },
    learning_paths: {
        title: "Start",
        description: "",
        path_type: "skill",
        difficulty: "beginner",
        question_ids: "[]",
        channels: "[]",
    },
    voice_sessions: {
        topic: "Shells",
        channel: "linux",
        difficulty: "beginner",
        question_ids: "[]",
        total_questions: 1,
    },
    user_sessions: { session_type: "test", session_key: "linux", title: "Linux", total_items: 1 },
};

const values = [null, "", "nonsense", "[]", "{}", -1, 101, "5", 2.5, new Uint8Array([0, 255])];

/** For each column of each table, the good row with one of many values in that column. */
export async function plantRows(client: Client): Promise<PlantedRow[]> {
    const planted: PlantedRow[] = [];
    let number = 1000;
    for (const [table, base] of Object.entries(good)) {
        const columns = await readRows(client, `SELECT name, type, pk FROM pragma_table_info('${table}')`);
        const isNumbered = columns.some((column) => column.pk === 1 && column.type === "INTEGER");
        for (const { name } of columns) {
            const column = String(name);
            if (column === "id" && isNumbered) continue;
            for (const value of values) {
                number++;
                const own =
                    table === "users"
                        ? { username: `user-${number}` }
                        : table === "channel_mappings"
                          ? { sub_channel: `part-${number}` }
                          : table === "question_relationships"
                            ? { target_question_id: `target-${number}` }
                            : table === "work_queue"
                              ? { item_id: `item-${number}` }
                              : {};
                const row = { id: isNumbered ? number : `${table}-${number}`, ...base, ...own, [column]: value };
                planted.push({ table, column, value, row });
            }
        }
    }
    const there = new Set<PlantedRow>();
    await client.execute(insertTargets(planted));
    const results = await client.batch(planted.map(insert), "write");
    results.forEach((result, at) => {
        if (result.rowsAffected === 1) there.add(planted[at] as PlantedRow);
    });
    return planted.filter((row) => there.has(row));
}

/** Each planted relationship is of another question. */
function insertTargets(planted: readonly PlantedRow[]): string {
    const ids = planted.flatMap(({ row: { target_question_id: id } }) => (/^target-/.test(String(id)) ? [id] : []));
    return `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
        VALUES ${ids.map((id) => `('${id}', 'a', 'b', 'c', 'beginner', 'd', 'e')`).join(", ")}`;
}

function insert({ table, row }: Pick<PlantedRow, "table" | "row">) {
    const columns = Object.keys(row);
    return {
        sql: `INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
        args: Object.values(row).map((value) => (Number.isInteger(value) ? BigInt(value as number) : value)),
    };
}

/**
 * The planted rows that a deployed database refuses, found by inserting each as an import would: NULL takes the default,
 * and empty text is no JSON.
 */
export async function findRefused(planted: readonly PlantedRow[]): Promise<Map<PlantedRow, string>> {
    const url = `file:${writeProject({})}/oracle.db`;
    await deployInto({ url });
    const client = createClient({ url });
    const { required, json } = await readColumns(client);
    await client.executeMultiple(`
        INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
        VALUES ('q-1', 'a', 'b', 'c', 'beginner', 'd', 'e'), ('q-2', 'a', 'b', 'c', 'beginner', 'd', 'e')`);
    await client.execute(insertTargets(planted));
    const refused = new Map<PlantedRow, string>();
    const transaction = await client.transaction("write");
    for (const one of planted) {
        const row = Object.fromEntries(
            Object.entries(one.row).flatMap(([column, value]) => {
                const place = `${one.table}.${column}`;
                const given = value === "" && json.has(place) && !required.has(place) ? null : value;
                return given === null && required.get(place) === true ? [] : [[column, given] as const];
            }),
        );
        const { sql, args } = insert({ table: one.table, row });
        try {
            await transaction.execute({ sql: sql.replace("OR IGNORE ", ""), args });
        } catch (error) {
            refused.set(one, String(error));
        }
    }
    transaction.close();
    client.close();
    return refused;
}

// Required columns, and whether they have a default; those that a CHECK wants to hold JSON.
async function readColumns(client: Client): Promise<{ required: Map<string, boolean>; json: Set<string> }> {
    const required = new Map<string, boolean>();
    const json = new Set<string>();
    for (const table of Object.keys(good)) {
        for (const row of await readRows(client, `SELECT * FROM pragma_table_info('${table}')`)) {
            if (row.notnull === 1) required.set(`${table}.${row.name}`, row.dflt_value !== null);
        }
        const [made] = await readRows(client, `SELECT sql FROM sqlite_schema WHERE name = '${table}'`);
        for (const [, column] of String(made?.sql).matchAll(/json_valid\((\w+)\)/g)) json.add(`${table}.${column}`);
    }
    return { required, json };
}

/** The names of every CHECK of the files' tables that hold content. */
export async function listChecks(): Promise<string[]> {
    const { sets } = await readFiles(root);
    const text = (sets[0]?.migrations ?? []).flatMap((file) => file.statements.map(({ sql }) => sql)).join("\n");
    return (
        [...text.matchAll(/CONSTRAINT (\w+) CHECK/g)]
            .map(([, name]) => String(name))
            // The original has no such columns, and the last is about two columns.
            .filter((name) => !/^(history_writer_|work_queue_(max_)?attempts_)|_is_another_question$/.test(name))
    );
}
