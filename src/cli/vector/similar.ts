import { AppError } from "../../errors.ts";
import { readSearch, readSearchStatements, type SearchSite } from "../../search/site.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { conclude, countOf } from "../report.ts";

export interface VectorSimilarOptions {
    readonly limit?: number;
    /** Ask the vector index. */
    readonly index?: boolean;
}

/** vector:similar: lists the texts that are most like one. */
export async function listSimilar(
    context: Context,
    { limit = 10, index = false }: VectorSimilarOptions,
    site: SearchSite,
): Promise<void> {
    const { root, args, output } = context;
    const [id = ""] = args;
    if (limit < 1 || limit > 1_000) throw new AppError("usage", "--limit must be 1 to 1000");
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const rows = await readSearch(connection, statements, index ? "similarIndexed" : "similar", { id, limit });
        if (rows.length === 0) {
            throw new AppError("usage", `'${id}' has no vector, or is no ${site.noun}`, {
                hint: "check the id; `pnpm vector:sync` makes missing vectors",
            });
        }
        for (const row of rows) {
            output.line(
                `${Number(row.similarity).toFixed(2)}  ${row.id}  ${site.labels.map((label) => row[label]).join(", ")}`,
            );
            output.line(`      ${String(row.text).replaceAll(/\s+/g, " ")}`);
        }
        conclude(context, connection, `Found ${countOf(rows.length, site.noun)}.`, {
            database: connection.target.label,
            id,
            similar: rows,
        });
    });
}
