import type { Connection, Row } from "../database/connection.ts";
import { bindQuery, type DocumentedQuery } from "./files.ts";
import { findUsedIndexes } from "./plan.ts";

/** A query's plan, or why the database cannot make one: mostly a missing table. */
export type QueryPlan =
    | { readonly query: DocumentedQuery; readonly rows: readonly Row[] }
    | { readonly query: DocumentedQuery; readonly problem: string };

/** Reads the plans of queries in one request. None of the queries runs. */
export async function readQueryPlans(
    connection: Pick<Connection, "readAll">,
    queries: readonly DocumentedQuery[],
): Promise<QueryPlan[]> {
    const explained = queries.map((query) => ({ ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` }));
    const results = await connection.readAll(explained.map((query) => bindQuery(query)));
    return queries.map((query, at) => {
        const result = results[at];
        return result?.ok ? { query, rows: result.rows } : { query, problem: result?.message ?? "no plan" };
    });
}

/** Groups the names of queries by the index that they use. */
export function groupByIndex(plans: readonly QueryPlan[]): Map<string, string[]> {
    const served = new Map<string, string[]>();
    for (const plan of plans) {
        for (const index of "rows" in plan ? findUsedIndexes(plan.rows) : []) {
            served.set(index, [...(served.get(index) ?? []), plan.query.name]);
        }
    }
    return served;
}
