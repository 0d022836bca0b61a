import type { Connection, Row } from "../database/connection.ts";
import { bindQuery, type DocumentedQuery } from "./files.ts";
import { findUsedIndexes } from "./plan.ts";

/** A query's plan, or why the database cannot make one: a table that is not there, mostly. */
export type QueryPlan =
    | { readonly query: DocumentedQuery; readonly rows: readonly Row[] }
    | { readonly query: DocumentedQuery; readonly problem: string };

/** Asks a database for the plans of queries, in one request. None of them runs. */
export async function readQueryPlans(
    connection: Pick<Connection, "readAll">,
    queries: readonly DocumentedQuery[],
): Promise<QueryPlan[]> {
    const asked = queries.map((query) => {
        const { sql, args } = bindQuery(query);
        return { sql: `EXPLAIN QUERY PLAN ${sql}`, args };
    });
    const results = await connection.readAll(asked);
    return queries.map((query, at) => {
        const result = results[at];
        return result?.ok ? { query, rows: result.rows } : { query, problem: result?.message ?? "no plan" };
    });
}

/** The indexes that plans use, each with the names of the queries that do. */
export function groupByIndex(plans: readonly QueryPlan[]): Map<string, string[]> {
    const served = new Map<string, string[]>();
    for (const plan of plans) {
        for (const index of "rows" in plan ? findUsedIndexes(plan.rows) : []) {
            served.set(index, [...(served.get(index) ?? []), plan.query.name]);
        }
    }
    return served;
}
