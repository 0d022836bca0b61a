import type { Argument, JsonList, Query, Row } from "../database/connection.ts";
import { bindNames } from "../queries/files.ts";
import { tokenize } from "../sql/lexer.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import type { MaintenanceRule } from "./rules.ts";

/** Counts the rows that a rule takes. */
export function countDue(rule: MaintenanceRule, now: string): Query {
    return bindNames(`SELECT count(*) AS counted FROM (\n${rule.takes}\n)`, { now });
}

/** Counts the rows that a rule cannot judge. */
export function countLeft(rule: MaintenanceRule, now: string): Query {
    if (rule.leaves === undefined) return { sql: "SELECT 0 AS counted" };
    return bindNames(`SELECT count(*) AS counted FROM (\n${rule.leaves.sql}\n)`, { now });
}

/** Reads up to `limit` of the rows that a rule takes: their ids, or all columns where they are judged once. */
export function selectDue(rule: MaintenanceRule, now: string, limit: number): Query {
    const columns = rule.judgedOnce ? "found.*" : "found.id AS id";
    return bindNames(`SELECT ${columns} FROM (\n${rule.takes}\n) AS found LIMIT ${limit}`, { now });
}

/**
 * Carries a rule out on rows of selectDue(). Each is judged again, unless the rule says otherwise: rows that no longer
 * qualify are left as they are.
 */
export function writeRows(rule: MaintenanceRule, now: string, rows: readonly Row[]): Query {
    if (rule.judgedOnce) return bindNames(withDue(readColumns(rows[0] ?? {}), rule), { rows: { items: rows } });
    // CROSS JOIN makes SQLite go from the ids to the rows, whatever the planner prefers.
    const due = `SELECT found.* FROM json_each(:ids) AS chunk CROSS JOIN (\n${rule.takes}\n) AS found
ON found.id = chunk.value`;
    return bindNames<Argument | JsonList>(withDue(due, rule), { ids: { items: rows.map(({ id }) => id) }, now });
}

function readColumns(row: Row): string {
    const columns = Object.keys(row).map((column) => {
        const path = `$.${JSON.stringify(column)}`;
        return `chunk.value ->> ${quoteText(path)} AS ${quoteName(column)}`;
    });
    return `SELECT ${columns.join(", ")} FROM json_each(:rows) AS chunk`;
}

function withDue(due: string, { does }: MaintenanceRule): string {
    return `WITH due AS (\n${due}\n)\n${does}`;
}

/** Renders a rule as a script that does the same to all its rows at once: for a reader, or to run it by hand. */
export function renderRule(rule: MaintenanceRule, now: string): string {
    const takes = tokenize(rule.takes).map(({ kind, text }) => (kind === "parameter" ? quoteText(now) : text));
    const statement = withDue(takes.join(""), rule);
    return `-- ${rule.path}: ${rule.title}\nBEGIN IMMEDIATE;\n\n${statement};\n\nCOMMIT;\n`;
}
