import type { Argument, JsonList, Query, Row } from "../database/connection.ts";
import { bindNames } from "../queries/files.ts";
import { tokenize } from "../sql/lexer.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import type { MaintenanceRule } from "./rules.ts";

/** Counts the due rows of a rule. */
export function countDue(rule: MaintenanceRule, now: string): Query {
    return bindNames(`SELECT count(*) AS counted FROM (\n${rule.takes}\n)`, { now });
}

/** Counts the rows that a rule cannot decide about. */
export function countLeft(rule: MaintenanceRule, now: string): Query {
    if (rule.leaves === undefined) return { sql: "SELECT 0 AS counted" };
    return bindNames(`SELECT count(*) AS counted FROM (\n${rule.leaves.sql}\n)`, { now });
}

/** Selects up to `limit` due rows of a rule: their ids, or all columns if they are evaluated once. */
export function selectDue(rule: MaintenanceRule, now: string, limit: number): Query {
    const columns = rule.evaluatedOnce ? "found.*" : "found.id AS id";
    return bindNames(`SELECT ${columns} FROM (\n${rule.takes}\n) AS found LIMIT ${limit}`, { now });
}

/** Runs a rule on rows of selectDue(). Unless the rule is evaluated once, rows that are no longer due stay unchanged. */
export function writeRows(rule: MaintenanceRule, now: string, rows: readonly Row[]): Query {
    if (rule.evaluatedOnce) return bindNames(withDue(readColumns(rows[0] ?? {}), rule), { rows: { items: rows } });
    // CROSS JOIN makes SQLite look the rows up by id.
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

/** Renders a rule as a script that changes all its rows at once, for reading or for running by hand. */
export function renderRule(rule: MaintenanceRule, now: string): string {
    const takes = tokenize(rule.takes).map(({ kind, text }) => (kind === "parameter" ? quoteText(now) : text));
    const statement = withDue(takes.join(""), rule);
    return `-- ${rule.path}: ${rule.title}\nBEGIN IMMEDIATE;\n\n${statement};\n\nCOMMIT;\n`;
}
