import type { Connection } from "../database/connection.ts";
import type { SchemaRow } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import type { Adoption } from "./prepare.ts";

/** How many rows of a table point to rows that are not there. */
export interface Dangling {
    readonly table: string;
    readonly parent: string;
    readonly rows: number;
}

/**
 * Finds what is pointed to in vain, because it was refused or never was there: by extra tables, and by those of the files
 * that had their form before, with foreign keys off. Reads only.
 */
export async function findDangling(
    connection: Connection,
    { extra, tables }: Pick<Adoption, "extra" | "tables">,
): Promise<Dangling[]> {
    const own = tables.map(({ target }) => target).filter(({ references }) => references.length > 0);
    const asked = [...own, ...extra];
    const results = await connection.readAll(
        asked.map((table) => ({
            sql: "SELECT parent, count(*) AS count FROM pragma_foreign_key_check(?) GROUP BY parent",
            args: [table.name],
        })),
    );
    // SQLite cannot check a foreign key to a column without a unique index; that is not this command's concern.
    return results.flatMap((result, at) =>
        (result.ok ? result.rows : []).map((row) => ({
            table: asked[at]?.name ?? "",
            parent: String(row.parent),
            rows: Number(row.count),
        })),
    );
}

/** Finds the views of others that read what is not there any more. Reads only. */
export async function findBrokenViews(
    connection: Connection,
    { state, target }: Pick<Adoption, "state" | "target">,
): Promise<{ view: string; message: string }[]> {
    const own = new Set(target.schema.map((row) => row.name.toLowerCase()));
    const views = state.schema.filter((row) => row.type === "view" && !own.has(row.name.toLowerCase()));
    const results = await connection.readAll(
        views.map((row) => ({ sql: `SELECT * FROM ${quoteName(row.name)} LIMIT 0` })),
    );
    return results.flatMap((result, at) =>
        result.ok ? [] : [{ view: views[at]?.name ?? "", message: result.message }],
    );
}

/** Finds the extra tables whose triggers do not work any more: one error for each. Writes nothing that stays. */
export async function findBrokenTriggers(
    connection: Connection,
    { state, extra }: Pick<Adoption, "state" | "extra">,
): Promise<{ table: string; message: string }[]> {
    const broken: { table: string; message: string }[] = [];
    for (const table of extra) {
        const isOfTable = ({ type, table: owner }: SchemaRow): boolean =>
            type === "trigger" && isSameName(owner, table.name);
        if (!state.schema.some(isOfTable)) continue;
        const own = quoteName(table.name);
        const column = quoteName(table.columns.find(({ isGenerated }) => !isGenerated)?.name ?? "");
        // To explain a statement is to prepare it, with the triggers that it would set off.
        const tried = await connection.tryOut([
            { sql: `EXPLAIN INSERT INTO ${own} DEFAULT VALUES` },
            { sql: `EXPLAIN UPDATE ${own} SET ${column} = ${column}` },
            { sql: `EXPLAIN DELETE FROM ${own}` },
        ]);
        if (tried.failedIndex !== undefined) broken.push({ table: table.name, message: tried.message ?? "" });
    }
    return broken;
}
