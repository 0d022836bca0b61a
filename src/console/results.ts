import type { ReadResult, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";

/**
 * Takes the rows of a query of a page.
 *
 * @throws AppError `usage` where a table or column is missing, `sql` for another failure
 */
export function takePageRows(result: ReadResult | undefined): readonly Row[] {
    if (result?.ok) return result.rows;
    const message = result?.message ?? "no answer";
    if (/no such (table|column)/.test(message)) {
        throw new AppError("usage", "the schema is not what this page reads", {
            details: [message],
            hint: "see what is missing on the first page, and deploy it with `pnpm db:migrate`",
        });
    }
    throw new AppError("sql", "the database refused a query of this page", {
        details: [message],
        hint: "compare the database with the files: `pnpm db:verify`",
    });
}
