import type { Connection } from "../database/connection.ts";
import { findScans, findSorts, listSteps, type PlanStep, readPlan } from "../queries/plan.ts";
import type { SchemaRow } from "../schema/row.ts";
import type { Table } from "../schema/table.ts";
import { listAllowedValues } from "../sql/checks.ts";
import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import { quoteName, quoteNames } from "../sql/quoting.ts";
import type { Explained } from "./statement.ts";

interface AdviceInput {
    readonly explained: Explained;
    readonly plan: readonly PlanStep[];
    /** Returns the table that a step of the plan names. */
    readonly findTable: (source: string) => Table | undefined;
    /** Number of rows by table, if known. */
    readonly rowCounts: ReadonlyMap<string, number>;
    readonly rowsRead: number | undefined;
    readonly rowsReturned: number | undefined;
}

/** Renders sentences about what makes the plan expensive, with the reasons from the query's file. */
export function giveAdvice(input: AdviceInput): string[] {
    const { explained, plan, findTable, rowCounts, rowsRead = 0, rowsReturned = 0 } = input;
    const advice: string[] = [];
    const addReason = (reason: string | undefined): void => {
        if (reason) advice.push(`The file gives the reason: ${reason}`);
    };
    for (const { source = "" } of findScans(plan)) {
        const table = findTable(source)?.name ?? source;
        const rows = rowCounts.get(table);
        advice.push(`It scans '${table}'${rows === undefined ? "" : `, which has ${formatCount(rows)} rows`}.`);
    }
    addReason(explained.query?.scans);
    if (findSorts(plan).length > 0) {
        advice.push("It sorts or groups rows in memory.");
        addReason(explained.query?.sorts);
    }
    if (listSteps(plan).some(({ detail }) => detail.includes(" AUTOMATIC "))) {
        advice.push("SQLite builds an index each time the statement runs: a permanent one would save that.");
    }
    if (rowsRead > 1_000 && rowsRead > 100 * Math.max(1, rowsReturned)) {
        const [read, returned] = [rowsRead, rowsReturned].map(formatCount);
        advice.push(`It reads ${read} rows to return ${returned}; Turso bills the rows read.`);
    }
    return advice;
}

function formatCount(count: number): string {
    return count.toLocaleString("en-US");
}

/**
 * Looks for an index that would save the scan of a statement on one table: over the columns that it compares with `=`.
 * Suggests it only if SQLite uses it in an empty copy of the schema, for which `scratch` is an empty database in memory.
 */
export async function findMissingIndex(
    { explained, plan, findTable }: Pick<AdviceInput, "explained" | "plan" | "findTable">,
    schema: readonly SchemaRow[],
    scratch: Pick<Connection, "readAll" | "runAlone">,
): Promise<string | undefined> {
    const [scan, ...more] = findScans(plan);
    const table = scan && findTable(scan.source ?? "");
    if (!table || more.length > 0 || plan.length > 2) return undefined;
    // An index on a column with few values visits nearly as many rows as a scan.
    const columns = listCompared(explained.tokens).filter((column) => listAllowedValues(table, column).length === 0);
    if (columns.length === 0) return undefined;
    for (const { sql, type } of schema) {
        if (sql !== null && (type === "table" || type === "index")) await scratch.runAlone(sql).catch(() => undefined);
    }
    const name = "tried_by_explain";
    const index = `CREATE INDEX ${name} ON ${quoteName(table.name)} (${quoteNames(columns)})`;
    await scratch.runAlone(index).catch(() => undefined);
    const [result] = await scratch.readAll([{ sql: `EXPLAIN QUERY PLAN ${explained.sql}` }]);
    const steps = result?.ok ? readPlan(result.rows) : [];
    if (!steps.some((step) => step.kind === "search" && step.index === name)) return undefined;
    return `An index on ${table.name} (${columns.join(", ")}) would save the scan: SQLite used one in an empty copy of the schema. Each index makes every write more expensive.`;
}

// Columns that WHERE compares with a value by `=`; none if an OR or a parenthesis makes that uncertain.
function listCompared(tokens: readonly Token[]): string[] {
    const words = tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");
    const start = words.findIndex((token) => isKeyword(token, "WHERE"));
    if (start === -1 || words.filter((token) => isKeyword(token, "SELECT")).length > 1) return [];
    const end = words.findIndex(
        (token, at) => at > start && ["GROUP", "ORDER", "LIMIT", "RETURNING"].some((word) => isKeyword(token, word)),
    );
    const condition = words.slice(start, end === -1 ? undefined : end);
    if (condition.some((token) => isKeyword(token, "OR") || token.text === "(")) return [];
    const columns = condition.filter((_, at) => {
        const isEqual = condition[at + 1]?.text === "=" || condition[at + 1]?.text === "==";
        return isEqual && ["parameter", "string", "number"].includes(condition[at + 2]?.kind ?? "");
    });
    return [...new Set(columns.map(readName))];
}
