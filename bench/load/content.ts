import { createHash } from "node:crypto";
import { createClient } from "@libsql/client";
import { assertLocal } from "../../tests/support/local.ts";

const PAGE = 1_000;
const tables = [
    { name: "questions", key: "id" },
    { name: "channel_mappings", key: "question_id" },
    { name: "question_history", key: "question_id" },
];

/**
 * Returns a hash of the rows of the three tables, without the AUTOINCREMENT ids: they depend only on the order of writing.
 */
export async function hashContent(url: string): Promise<string> {
    assertLocal(url);
    const client = createClient({ url });
    const hash = createHash("sha256");
    let after = "";
    for (let length = PAGE; length === PAGE; ) {
        const sql = "SELECT id FROM questions WHERE id > ? ORDER BY id LIMIT ?";
        const { rows } = await client.execute({ sql, args: [after, PAGE] });
        length = rows.length;
        // The last page takes all that comes after it, too.
        const last = length === PAGE ? String(rows.at(-1)?.id) : "\u{10ffff}";
        for (const { name, key } of tables) {
            const page = await client.execute({
                sql: `SELECT * FROM ${name} WHERE ${key} > ? AND ${key} <= ?`,
                args: [after, last],
            });
            const isCounted = key !== "id";
            const texts = page.rows.map((row) => JSON.stringify({ ...row, ...(isCounted ? { id: null } : {}) }));
            hash.update(`${name} ${texts.length}\n${texts.sort().join("\n")}\n`);
        }
        after = last;
    }
    client.close();
    return hash.digest("hex");
}
