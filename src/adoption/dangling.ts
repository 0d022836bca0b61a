import type { Connection } from "../database/connection.ts";
import type { Adoption } from "./prepare.ts";

/** How many rows of an extra table point to rows that are not there. */
export interface Dangling {
    readonly table: string;
    readonly parent: string;
    readonly rows: number;
}

/** Finds what the extra tables point to in vain: rows that were refused, or that never were there. Reads only. */
export async function findDangling(connection: Connection, { extra }: Pick<Adoption, "extra">): Promise<Dangling[]> {
    const results = await connection.readAll(
        extra.map(({ name }) => ({
            sql: "SELECT parent, count(*) AS count FROM pragma_foreign_key_check(?) GROUP BY parent",
            args: [name],
        })),
    );
    // SQLite cannot check a foreign key to a column without a unique index; that is not this command's concern.
    return results.flatMap((result, at) =>
        (result.ok ? result.rows : []).map((row) => ({
            table: extra[at]?.name ?? "",
            parent: String(row.parent),
            rows: Number(row.count),
        })),
    );
}
