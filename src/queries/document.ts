import type { DocumentedQuery } from "./files.ts";
import { findUsedIndexes } from "./plan.ts";
import type { QueryPlan } from "./usage.ts";

/** The documented queries as Markdown, by table of what each reads or writes first. Pure. */
export function renderQueries(plans: readonly QueryPlan[]): string {
    return plans.map(renderQuery).join("\n");
}

function renderQuery(plan: QueryPlan): string {
    const { query } = plan;
    const indexes = "rows" in plan ? findUsedIndexes(plan.rows) : [];
    const lines = [
        ["For", query.purpose],
        ["Indexes", indexes.length === 0 ? "none" : indexes.map((index) => `\`${index}\``).join(", ")],
        ["Report", query.report],
        ["Scans", query.scans],
        ["Sorts", query.sorts],
    ].flatMap(([label, text]) => (text === undefined ? [] : [`- ${label}: ${text}`]));
    return [`### [${query.name}](../${query.path})`, "", query.title, "", ...lines, ""].join("\n");
}

/** The indexes and the queries that use each, as a Markdown table. Pure. */
export function renderIndexTable(served: ReadonlyMap<string, readonly DocumentedQuery["name"][]>): string {
    const rows = [...served].sort(([one], [other]) => (one < other ? -1 : 1));
    return [
        "| index | queries |",
        "|---|---|",
        ...rows.map(([index, names]) => `| \`${index}\` | ${names.map((name) => `[${name}](#${name})`).join(", ")} |`),
    ].join("\n");
}
