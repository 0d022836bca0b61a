import type { Connection } from "../src/database/connection.ts";

/** Rows per request: takes far less than the 5 seconds after which a server may end a transaction. */
const rowsPerRequest = 5_000;

interface ItemTable {
    readonly table: string;
    readonly questionType: "question" | "test" | "coding";
    readonly summary: string;
}

const itemTables: readonly ItemTable[] = [
    { table: "questions", questionType: "question", summary: "'Question added to ' || item.channel || ' channel'" },
    { table: "tests", questionType: "test", summary: "'Test added'" },
    { table: "coding_challenges", questionType: "coding", summary: "'Coding challenge added'" },
];

export interface CreatedEvents {
    /** Number of events added, by table. */
    readonly added: ReadonlyMap<string, number>;
    /** Tables that this database lacks. */
    readonly skipped: readonly string[];
}

/**
 * Adds a 'created' event, with the item's time of creation, for every item without history. Running it again adds nothing.
 * Tests and coding challenges belong to the application and are skipped if it has not created their tables.
 */
export async function addCreatedEvents(connection: Connection): Promise<CreatedEvents> {
    const [columns] = await connection.readAll([
        {
            sql:
                "SELECT t.name AS \"table\", max(c.name = 'created_at') AS dated FROM sqlite_schema AS t, " +
                "pragma_table_info(t.name) AS c WHERE t.type = 'table' GROUP BY t.name",
        },
    ]);
    const dated = new Map((columns?.ok ? columns.rows : []).map((row) => [String(row.table), row.dated === 1]));
    const added = new Map<string, number>();
    for (const item of itemTables) {
        if (dated.has(item.table))
            added.set(item.table, await addFor(connection, item, dated.get(item.table) ?? false));
    }
    return { added, skipped: itemTables.map(({ table }) => table).filter((table) => !dated.has(table)) };
}

async function addFor(connection: Connection, item: ItemTable, isDated: boolean): Promise<number> {
    const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
    const sql = `
        INSERT INTO question_history
            (question_id, question_type, event_type, event_source, source_name, changes_summary, created_at)
        SELECT item.id, ?, 'created', 'system', 'db:migrate:history', ${item.summary},
            ${isDated ? `coalesce(item.created_at, ${now})` : now}
        FROM ${item.table} AS item
        WHERE NOT EXISTS (
            SELECT 1 FROM question_history AS known
            WHERE known.question_id = item.id AND known.question_type = ?
        )
        LIMIT ${rowsPerRequest}`;
    const count = "SELECT changes() AS n";
    for (let total = 0; ; ) {
        const args = [item.questionType, item.questionType];
        const [, counted] = await connection.write([{ sql, args }, { sql: count }]);
        const written = Number(counted?.[0]?.n ?? 0);
        if (written === 0) return total;
        total += written;
    }
}
