import type { ForeignKey } from "../schema/table.ts";
import { readName, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteNames, quoteText, renderRowValue } from "../sql/quoting.ts";
import { rowNumber } from "./fills.ts";
import type { MergedRows, Origins } from "./origins.ts";
import { rowReasons } from "./reading.ts";
import { listUniqueKeys, type TargetTable, type UniqueKey } from "./target-tables.ts";

/** A query that validates rows against the constraints of their table, as a chain of common table expressions. */
export interface Validation {
    /** Common table expressions, in order, without WITH. */
    readonly expressions: readonly string[];
    /** Name of the last one, with the columns `adopted_row`, `adopted_reasons` (empty for a valid row) and the keys. */
    readonly verdict: string;
}

/** Which of several rows is kept. */
export type PreferredRows = Pick<Origins, "newest" | "merged">;

/** What the only reason of a merged row begins with. */
const mergedReason = "merged";

/** SQL: whether the reasons of a row that is not kept, as a JSON array, say that it was merged into another. */
export function isMerged(reasons: string): string {
    return `${reasons} LIKE '["${mergedReason}:%'`;
}

/** How to select the keys of a referenced table. */
export interface Parent {
    readonly expressions: readonly string[];
    /** SQL that selects columns of the valid rows. */
    readonly selectKept: (columns: readonly string[]) => string;
}

/**
 * Renders the validation of rows: first NOT NULL, types and CHECKs of each row, then foreign keys, then rows that are merged
 * into another, then unique keys, of which the newest row is valid. Each step covers the rows that passed the previous one.
 *
 * @param rows SQL of the converted rows with their numbers
 * @param findParent returns undefined for a table that does not exist
 */
export function validateRows(
    target: TargetTable,
    rows: string,
    preferred: PreferredRows,
    findParent: (parent: string) => Parent | undefined,
): Validation {
    const parents = target.foreignKeys.map((reference) => ({ reference, parent: findParent(reference.parent) }));
    const { newest } = preferred;
    const merged = preferred.merged.filter(({ table }) => isSameName(table, target.name));
    const used = listValidated(target, newest, merged);
    const label = (step: string): string => quoteName(`${step} ${target.name}`);
    const fields = used.map((column) => quoteName(column));
    const expressions = [
        ...new Set(parents.flatMap(({ parent }) => parent?.expressions ?? [])),
        `${label("validated")} AS MATERIALIZED (SELECT ${[rowNumber, `${renderReasons(target)} AS ${rowReasons}`, ...fields].join(", ")} FROM (${rows}))`,
    ];
    let last = label("validated");
    const add = (step: string, reasons: readonly string[]): void => {
        if (reasons.length === 0) return;
        const verdict = `iif(${rowReasons} <> '', ${rowReasons}, ${reasons.join(" || ")}) AS ${rowReasons}`;
        expressions.push(`${label(step)} AS (SELECT ${[rowNumber, verdict, ...fields].join(", ")} FROM ${last})`);
        last = label(step);
    };
    const dangling = parents.map(({ reference, parent }) => renderDangling(reference, parent));
    add("linked", dangling);
    for (const [at, rule] of merged.entries()) add(`merged ${at}`, [renderMerged(rule)]);
    for (const [at, unique] of listUniqueKeys(target).entries()) {
        add(`counted ${at}`, [renderDuplicate(unique, target, newest)]);
    }
    expressions.push(`${label("verdict")} AS MATERIALIZED (SELECT * FROM ${last})`);
    return { expressions, verdict: label("verdict") };
}

/** A referenced table that already has the files' form. */
export function parentInPlace(table: string): Parent {
    return { expressions: [], selectKept: (columns) => `SELECT ${quoteNames(columns)} FROM ${quoteName(table)}` };
}

/** A referenced table that is validated in the same query. */
export function parentValidated({ expressions, verdict }: Validation): Parent {
    return {
        expressions,
        selectKept: (columns) => `SELECT ${quoteNames(columns)} FROM ${verdict} WHERE ${rowReasons} = ''`,
    };
}

/** SQL that selects the rows that are refused or merged: their numbers, and their reasons as a JSON array. */
export function selectLeftOut({ expressions, verdict }: Validation): string {
    return (
        `WITH ${expressions.join(", ")} ` +
        `SELECT ${rowNumber}, '[' || substr(${rowReasons}, 2) || ']' AS ${rowReasons} FROM ${verdict} WHERE ${rowReasons} <> ''`
    );
}

// The columns needed by the later steps and by tables that reference this one.
function listValidated(target: TargetTable, newest: readonly string[], merged: readonly MergedRows[]): string[] {
    const wanted = [
        ...merged.flatMap(({ columns, where = "", order }) => [
            ...columns,
            ...tokenize([where, ...order].join(" ")).map(readName),
        ]),
        ...listUniqueKeys(target).flatMap(({ columns }) => columns),
        ...target.foreignKeys.flatMap(({ columns }) => columns),
        ...newest,
    ];
    return target.columns.map((column) => column.name).filter((own) => wanted.some((other) => isSameName(own, other)));
}

function renderReasons(target: TargetTable): string {
    const reasons = target.columns.flatMap((column) => {
        const own = quoteName(column.name);
        const isRequired = column.notNull || (target.isStrict && column.key > 0 && column.name !== target.rowidColumn);
        return [
            ...(isRequired ? [reasonIf(`${own} IS NULL`, `null:${column.name}`)] : []),
            ...(target.isStrict ? findTypeReason(column.type, column.name) : []),
        ];
    });
    const checks = target.checks.map(({ name: check, expression }) =>
        reasonIf(`NOT (${expression})`, `check:${check ?? expression.replace(/\s+/g, " ")}`),
    );
    return [...reasons, ...checks].join(" || ") || "''";
}

function findTypeReason(type: string, column: string): string[] {
    const stored = { INT: "integer", INTEGER: "integer", REAL: "real", TEXT: "text", BLOB: "blob" }[type];
    if (stored === undefined) return [];
    return [reasonIf(`typeof(${quoteName(column)}) NOT IN ('${stored}', 'null')`, `type:${column}`)];
}

function renderDangling(reference: ForeignKey, parent: Parent | undefined): string {
    const { columns, parentColumns } = reference;
    const reason = `key:${columns.join(",")}`;
    const isGiven = columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
    if (!parent) return reasonIf(isGiven, reason);
    const kept = parent.selectKept(parentColumns);
    const there = parentColumns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
    const isMissing = `${renderRowValue(columns)} NOT IN (SELECT * FROM (${kept}) WHERE ${there})`;
    return reasonIf(`${isGiven} AND ${isMissing}`, reason);
}

function renderDuplicate({ columns, collations }: UniqueKey, target: TargetTable, newest: readonly string[]): string {
    const keys = columns.map((column, at) => `${quoteName(column)} COLLATE ${quoteName(collations[at] ?? "BINARY")}`);
    const isGiven = columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
    const order = newest
        .filter((column) => target.columns.some((own) => isSameName(own.name, column)))
        .map((column) => `${quoteName(column)} DESC NULLS LAST`);
    const window = `PARTITION BY ${[`${rowReasons} = ''`, ...keys].join(", ")} ORDER BY ${[...order, rowNumber].join(", ")}`;
    return reasonIf(`${isGiven} AND row_number() OVER (${window}) > 1`, `unique:${columns.join(",")}`);
}

function renderMerged({ columns, where = "TRUE", order }: MergedRows): string {
    const keys = [`${rowReasons} = ''`, `(${where})`, ...columns.map((column) => quoteName(column))];
    const window = `PARTITION BY ${keys.join(", ")} ORDER BY ${[...order, rowNumber].join(", ")}`;
    return reasonIf(`${where} AND row_number() OVER (${window}) > 1`, `${mergedReason}:${columns.join(",")}`);
}

// Each reason begins with a comma; without the first comma the list is the content of a JSON array.
function reasonIf(condition: string, reason: string): string {
    return `iif(${condition}, ${quoteText(`,${JSON.stringify(reason)}`)}, '')`;
}
