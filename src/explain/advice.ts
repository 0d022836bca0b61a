import type { Connection } from "../database/connection.ts";
import { findScans, findSorts, type PlanStep, readPlan } from "../queries/plan.ts";
import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import type { SchemaFacts } from "./schema.ts";
import type { Explained } from "./statement.ts";

/** What the advice rests on. */
export interface AdviceInput {
    readonly explained: Explained;
    readonly plan: readonly PlanStep[];
    readonly schema: SchemaFacts;
    readonly findTable: (source: string) => string | undefined;
    /** How many rows a table holds, where that is known. */
    readonly countRows: (table: string) => number | undefined;
    readonly rowsRead: number | undefined;
    readonly rowsGiven: number | undefined;
}

/** Sentences about what the plan costs, each with the file's own reason where it gives one. Pure. */
export function giveAdvice(input: AdviceInput): string[] {
    const { explained, plan, findTable, countRows, rowsRead, rowsGiven } = input;
    const advice: string[] = [];
    const sorts = findSorts(plan);
    const sortsAll = sorts.some(({ detail }) => / FOR (?:ORDER|GROUP) BY$/.test(detail));
    const hasLimit = explained.tokens.some((token) => isKeyword(token, "LIMIT"));
    const mayEnd = hasLimit && !sortsAll && !isAggregate(explained.tokens);
    for (const step of findScans(plan)) {
        const table = findTable(step.source ?? "") ?? step.source ?? "";
        const rows = countRows(table);
        const all = rows === undefined ? "all rows" : `all ${rows.toLocaleString("en-US")} rows`;
        const end = mayEnd ? ", unless the LIMIT ends it earlier" : "";
        advice.push(`It goes through ${all} of '${table}'${end}.`);
    }
    if (explained.query?.scans) advice.push(`The file gives the reason: ${explained.query.scans}`);
    if (sortsAll) advice.push("It sorts in memory, which takes all rows before the first one is given.");
    else if (sorts.length > 0) advice.push("It keeps rows in memory, to sort those of one group or to drop doubles.");
    if (sorts.length > 0 && explained.query?.sorts) {
        advice.push(`The file gives the reason: ${explained.query.sorts}`);
    }
    if (/ AUTOMATIC /.test(JSON.stringify(plan))) {
        advice.push("It builds an index each time it runs: one that stays would do that once.");
    }
    if (
        rowsRead !== undefined &&
        rowsGiven !== undefined &&
        rowsRead > 1_000 &&
        rowsRead > 100 * Math.max(1, rowsGiven)
    ) {
        const read = rowsRead.toLocaleString("en-US");
        advice.push(`It reads ${read} rows to give ${rowsGiven.toLocaleString("en-US")}; Turso bills the rows read.`);
    }
    return advice;
}

const aggregates = ["COUNT", "SUM", "TOTAL", "AVG", "GROUP_CONCAT", "JSON_GROUP_ARRAY", "JSON_GROUP_OBJECT"];

// One row for all there are is known when all were read, whatever the LIMIT.
function isAggregate(tokens: readonly Token[]): boolean {
    const words = tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");
    if (words.some((token) => isKeyword(token, "GROUP") || isKeyword(token, "OVER"))) return false;
    return words.some((token, at) => words[at + 1]?.text === "(" && aggregates.some((name) => isKeyword(token, name)));
}

/** An index that was tried, and that the planner takes. */
export interface Suggestion {
    readonly table: string;
    readonly columns: readonly string[];
}

/**
 * Looks for an index that would spare a statement on one table its scan: one over the columns that it compares with `=`.
 * It is suggested only where SQLite, given it in an empty copy of the schema, takes it.
 *
 * @param scratch a database in memory that nobody else uses
 */
export async function findMissingIndex(
    { explained, plan, schema, findTable }: Pick<AdviceInput, "explained" | "plan" | "schema" | "findTable">,
    scratch: Pick<Connection, "readAll" | "runAlone">,
): Promise<Suggestion | undefined> {
    const [scan, ...more] = findScans(plan);
    const table = scan && findTable(scan.source ?? "");
    if (!scan || !table || more.length > 0 || plan.length > 2) return undefined;
    const columns = listCompared(explained.tokens).filter((column) => !hasFewValues(schema, table, column));
    if (columns.length === 0) return undefined;
    for (const { sql, type } of schema.statements) {
        if (type !== "view") await scratch.runAlone(sql).catch(() => undefined);
    }
    const list = columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(", ");
    const name = "tried_by_explain";
    const made = await scratch.runAlone(`CREATE INDEX ${name} ON "${table.replaceAll('"', '""')}" (${list})`).then(
        () => true,
        () => false,
    );
    if (!made) return undefined;
    const [result] = await scratch.readAll([{ sql: `EXPLAIN QUERY PLAN ${explained.sql}` }]);
    const steps = result?.ok ? readPlan(result.rows) : [];
    return steps.some((step) => step.kind === "search" && step.index === name) ? { table, columns } : undefined;
}

// Columns of WHERE … AND … that stand left of `=` and a value; none where an OR or a parenthesis makes that uncertain.
function listCompared(tokens: readonly Token[]): string[] {
    const words = tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");
    const start = words.findIndex((token) => isKeyword(token, "WHERE"));
    if (start === -1 || words.filter((token) => isKeyword(token, "SELECT")).length > 1) return [];
    const end = words.findIndex(
        (token, at) => at > start && ["GROUP", "ORDER", "LIMIT", "RETURNING"].some((word) => isKeyword(token, word)),
    );
    const condition = words.slice(start, end === -1 ? undefined : end);
    if (condition.some((token) => isKeyword(token, "OR") || token.text === "(")) return [];
    const columns = condition.flatMap((token, at) => {
        const value = condition[at + 2];
        const isValue = value && ["parameter", "string", "number"].includes(value.kind);
        return (condition[at + 1]?.text === "=" || condition[at + 1]?.text === "==") && isValue
            ? [readName(token)]
            : [];
    });
    return [...new Set(columns)];
}

// An index on a column of a handful of values visits nearly as many rows as a scan, one by one.
function hasFewValues(schema: SchemaFacts, table: string, column: string): boolean {
    const sql = schema.statements.find(({ type, name }) => type === "table" && name === table)?.sql ?? "";
    return new RegExp(`\\b${column.replace(/\W/g, "\\$&")}"?\\s+IN\\s*\\(`, "i").test(sql);
}
