import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { Step } from "../planning/plan.ts";
import type { ScriptPart } from "../planning/script.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { readFact } from "../sql/statement-facts.ts";

/**
 * Adds to the error of a rebuild whose copy was refused how many rows of the old table are in the way, and the remedy.
 *
 * @param message of the database: `NOT NULL constraint failed: t_new.c`, or `cannot store TEXT value in INTEGER column t_new.c`
 * @returns the same error where no row is found
 */
export async function explainRowsInTheWay(
    connection: Connection,
    step: Step,
    { path }: ScriptPart,
    message: string,
    error: AppError,
): Promise<AppError> {
    const pattern = /^(?:NOT NULL constraint failed:|cannot store (\w+) value in (\w+) column) (.+)\.([^.]+)$/;
    const [, kind, type, copy = "", column = ""] = pattern.exec(message) ?? [];
    const facts = step.actions.flatMap((action) => (action.does === "migrate" ? action.statements.map(readFact) : []));
    const renamed = facts.find((fact) => fact.does === "rename-table" && isSameName(fact.table, copy));
    const table = renamed?.does === "rename-table" ? renamed.to : undefined;
    if (table === undefined || !step.rebuilt.some((name) => isSameName(name, table))) return error;
    const name = quoteName(column);
    const refused = kind === undefined ? `${name} IS NULL` : `typeof(${name}) = '${kind.toLowerCase()}'`;
    const sql = `SELECT count(*) AS n FROM ${quoteName(table)} WHERE ${refused}`;
    const [result] = await connection.readAll([{ sql }]);
    const count = result?.ok ? Number(result.rows[0]?.n ?? 0) : 0;
    if (count === 0) return error;
    const rows = count === 1 ? "1 row" : `${count.toLocaleString("en-US")} rows`;
    const change = kind === undefined ? `coalesce(${column}, …)` : `CAST(${column} AS ${type})`;
    return new AppError(error.code, error.message, {
        details: [
            ...error.details,
            `${rows} of '${table}' ${count === 1 ? "has" : "have"} ${kind ?? "NULL"} in '${column}'`,
        ],
        hint: `write \`${change}\` in the copy in ${path}, or change the values in a migration before it; then run the command again`,
        outcome: error.outcome,
        cause: error.cause,
    });
}
