import type { Connection } from "../../../src/database/connection.ts";

/** The encoder of most vectors; undefined without vectors. Vectors of two encoders cannot be compared. */
export async function findVectorModel(connection: Connection): Promise<string | undefined> {
    const [found] = await connection.readAll([
        { sql: "SELECT model FROM question_vectors GROUP BY model ORDER BY count(*) DESC, model LIMIT 1" },
    ]);
    // Without the set of the search there is no such table.
    const model = found?.ok ? found.rows[0]?.model : undefined;
    return typeof model === "string" ? model : undefined;
}
