import type { Query, Row } from "../database/connection.ts";
import { tokenize } from "../sql/lexer.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import type { Rule } from "./rules.ts";

/** Counts the rows that a rule takes at a time. */
export function countDue(rule: Rule, now: string): Query {
    return toQuery(`SELECT count(*) AS counted FROM (\n${rule.takes}\n)`, now);
}

/** Counts the rows that a rule cannot judge. */
export function countLeft(rule: Rule, now: string): Query {
    if (rule.leaves === undefined) return { sql: "SELECT 0 AS counted" };
    return toQuery(`SELECT count(*) AS counted FROM (\n${rule.leaves.sql}\n)`, now);
}

/** Gives so many of the rows that a rule takes: their ids, and all that is known of those that are judged once. */
export function selectDue(rule: Rule, now: string, limit: number): Query {
    const columns = rule.judgedOnce ? "found.*" : "found.id AS id";
    return toQuery(`SELECT ${columns} FROM (\n${rule.takes}\n) AS found LIMIT ${limit}`, now);
}

/**
 * Carries a rule out on rows of selectDue(). Each is judged anew, unless the rule says otherwise: what has changed since they
 * were read is left as it is.
 */
export function writeRows(rule: Rule, now: string, rows: readonly Row[]): Query {
    if (rule.judgedOnce) return { sql: withDue(readColumns(rows[0] ?? {}), rule), args: [{ items: rows }] };
    // From the ids to the rows, whatever else the planner would think of.
    const due = `SELECT found.* FROM json_each(?1) AS chunk CROSS JOIN (\n${replaceTime(rule.takes, "?2")}\n) AS found
ON found.id = chunk.value`;
    const time = usesTime(rule.takes) ? [now] : [];
    return { sql: withDue(due, rule), args: [{ items: rows.map(({ id }) => id) }, ...time] };
}

function readColumns(row: Row): string {
    const columns = Object.keys(row).map((column) => {
        const path = `$.${JSON.stringify(column)}`;
        return `chunk.value ->> ${quoteText(path)} AS ${quoteName(column)}`;
    });
    return `SELECT ${columns.join(", ")} FROM json_each(?1) AS chunk`;
}

function withDue(due: string, { does }: Rule): string {
    return `WITH due AS (\n${due}\n)\n${does}`;
}

/** Renders a rule as a script that does the same to all its rows at once: for a reader, or to run it by hand. */
export function renderScript(rule: Rule, now: string): string {
    const takes = replaceTime(rule.takes, quoteText(now));
    return [
        `-- ${rule.path}: ${rule.title}`,
        "BEGIN IMMEDIATE;",
        "",
        `${withDue(takes, rule)};`,
        "",
        "COMMIT;",
        "",
    ].join("\n");
}

// A server refuses a value that the statement has no place for.
function toQuery(sql: string, now: string): Query {
    return { sql: replaceTime(sql, "?1"), args: usesTime(sql) ? [now] : [] };
}

function usesTime(sql: string): boolean {
    return tokenize(sql).some(({ kind }) => kind === "parameter");
}

// A server takes a list of values for numbers only, and the one parameter that a rule may have is the time.
function replaceTime(sql: string, by: string): string {
    return tokenize(sql)
        .map(({ kind, text }) => (kind === "parameter" ? by : text))
        .join("");
}
