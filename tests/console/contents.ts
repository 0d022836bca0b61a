import type { Client } from "@libsql/client";
import { migrateHere } from "../support/here.ts";
import type { Target, TestDatabase } from "../support/targets.ts";
import { linkProject } from "./running.ts";

/** What stands in for a password's hash; no page may show it. */
export const seededHash = "$argon2id$v=19$m=65536,t=3,p=4$c2VlZGVkLXNhbHQ$Zm91cnR5LXR3by1zZWNyZXQtY2hhcmFjdGVycw";

/** Gives a database with all bundled data and two users. */
export function createFilledDatabase(target: Target): Promise<TestDatabase> {
    return target.createPrepared("bundled data for the console", async ({ url }) => {
        const ran = await migrateHere({ root: linkProject(), url }, { data: ["all"] });
        if (ran.code !== 0) throw new Error(ran.stderr);
        const { createClient } = await import("@libsql/client");
        const client = createClient({ url });
        await client.batch(
            ["reader", "writer"].map((name) => ({
                sql: "INSERT INTO users (id, username, password) VALUES (?, ?, ?)",
                args: [`user-${name}`, name, seededHash],
            })),
        );
        client.close();
    });
}

/** Hostile, whether it lands in a text, an attribute or a script. */
export const hostile = `'"></script><img src=x onerror=alert(1)>`;

/** Appends the hostile text to every text of every table, keys included. @returns the columns in which it stands now */
export async function poison(client: Client, isChecked: boolean): Promise<string[]> {
    const { rows } = await client.execute(
        "SELECT m.name AS tab, c.name AS col FROM sqlite_schema AS m, pragma_table_info(m.name) AS c " +
            "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'schema%' AND upper(c.type) = 'TEXT' ORDER BY m.name, c.cid",
    );
    const poisoned: string[] = [];
    for (const { tab, col } of rows) {
        const [table, column] = [`"${tab}"`, `"${col}"`];
        const forms = isChecked
            ? [`coalesce(${column}, '') || :text`, "json_array(:text)"]
            : [`coalesce(${column}, '') || :text`];
        for (const form of forms) {
            const before = isChecked ? [] : ["PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"];
            const sql = `UPDATE OR IGNORE ${table} SET ${column} = ${form}`;
            try {
                for (const pragma of before) await client.execute(pragma);
                const { rowsAffected } = await client.execute({ sql, args: { text: hostile } });
                if (rowsAffected === 0) continue;
                poisoned.push(`${tab}.${col}`);
                break;
            } catch {
                // A CHECK or a key refuses it: then no page can meet it.
            }
        }
    }
    return poisoned;
}
