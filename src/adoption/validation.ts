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

/** A table to validate. */
interface Member {
    readonly target: TargetTable;
    /** SQL of the converted rows with their numbers. */
    readonly rows: string;
}

/**
 * Renders the validation of the rows of a table, or of the tables of a circle: first NOT NULL, types and CHECKs of each row,
 * then foreign keys, then rows that are merged into another, then unique keys, of which the newest row is valid, then the
 * foreign keys inside the circle to rows that were refused or merged meanwhile. Each step covers the rows that passed the
 * previous one.
 *
 * @param findParent returns undefined for a table that does not exist; not asked for tables of the circle
 * @returns the validations by the names of the tables
 */
export function validateTogether(
    members: readonly Member[],
    preferred: PreferredRows,
    findParent: (parent: string) => Parent | undefined,
): ReadonlyMap<string, Validation> {
    const isInside = (name: string): boolean => members.some(({ target }) => isSameName(target.name, name));
    const references = members.flatMap(({ target }) => target.foreignKeys);
    const outside = references.filter(({ parent }) => !isInside(parent)).map(({ parent }) => findParent(parent));
    const expressions = [
        ...new Set(outside.flatMap((parent) => parent?.expressions ?? [])),
        ...members.map(({ target, rows }) => {
            const fields = [rowNumber, `${renderReasons(target)} AS ${rowReasons}`, ...fieldsOf(target, preferred)];
            return `${label("validated", target)} AS MATERIALIZED (SELECT ${fields.join(", ")} FROM (${rows}))`;
        }),
    ];
    const validated = (name: string): Parent => ({
        expressions: [],
        selectKept: (columns) => selectKept(label("validated", { name }), columns),
    });
    const passed = members.map(({ target }) => {
        const steps = renderSteps(target, preferred, (name) =>
            isInside(name) ? validated(nameOf(members, name)) : findParent(name),
        );
        expressions.push(...steps);
        return target;
    });
    const links = passed.flatMap((child) =>
        child.foreignKeys.flatMap((reference) => {
            const parent = passed.find(({ name }) => isSameName(name, reference.parent));
            return parent ? [{ child, parent, reference }] : [];
        }),
    );
    if (links.length > 0) expressions.push(renderGone(links, preferred));
    expressions.push(...passed.map((target) => renderVerdict(target, preferred, links)));
    return new Map(passed.map((target) => [target.name, { expressions, verdict: label("verdict", target) }]));
}

function nameOf(members: readonly Member[], wanted: string): string {
    return members.find(({ target }) => isSameName(target.name, wanted))?.target.name ?? wanted;
}

function label(step: string, { name }: Pick<TargetTable, "name">): string {
    return quoteName(`${step} ${name}`);
}

function rulesOf(target: TargetTable, { merged }: PreferredRows): MergedRows[] {
    return merged.filter(({ table }) => isSameName(table, target.name));
}

function fieldsOf(target: TargetTable, preferred: PreferredRows): string[] {
    return listValidated(target, preferred).map((column) => quoteName(column));
}

function renderSteps(
    target: TargetTable,
    preferred: PreferredRows,
    findParent: (parent: string) => Parent | undefined,
): string[] {
    const fields = fieldsOf(target, preferred);
    const expressions: string[] = [];
    let last = label("validated", target);
    const add = (step: string, reasons: readonly string[]): void => {
        if (reasons.length === 0) return;
        const verdict = `iif(${rowReasons} <> '', ${rowReasons}, ${reasons.join(" || ")}) AS ${rowReasons}`;
        expressions.push(
            `${label(step, target)} AS (SELECT ${[rowNumber, verdict, ...fields].join(", ")} FROM ${last})`,
        );
        last = label(step, target);
    };
    add(
        "linked",
        target.foreignKeys.map((reference) => renderDangling(reference, findParent(reference.parent))),
    );
    for (const [at, rule] of rulesOf(target, preferred).entries()) add(`merged ${at}`, [renderMerged(rule)]);
    for (const [at, unique] of listUniqueKeys(target).entries()) {
        add(`counted ${at}`, [renderDuplicate(unique, target, preferred.newest)]);
    }
    expressions.push(`${label("passed", target)} AS MATERIALIZED (SELECT * FROM ${last})`);
    return expressions;
}

/** A foreign key inside a circle. */
interface Link {
    readonly child: TargetTable;
    readonly parent: TargetTable;
    readonly reference: ForeignKey;
}

// The rows that fall with others: those that reference a refused or merged row, those that reference these, and those that
// were merged into these. By now the kept rows of a key are one.
function renderGone(links: readonly Link[], preferred: PreferredRows): string {
    const reasonOf = ({ columns }: ForeignKey): string => quoteReason(`key:${columns.join(",")}`);
    const first = links.map(({ child, parent, reference }) => {
        const isGone = renderMissing(reference, selectKept(label("passed", parent), reference.parentColumns));
        return `SELECT ${quoteText(child.name)}, ${rowNumber}, ${reasonOf(reference)} FROM ${label("passed", child)} WHERE ${rowReasons} = '' AND ${isGone}`;
    });
    const next = links.map(({ child, parent, reference }) => {
        const { columns, parentColumns } = reference;
        const pairs = columns.map(
            (column, at) => `child.${quoteName(column)} = parent.${quoteName(parentColumns[at] ?? "")}`,
        );
        return (
            `SELECT ${quoteText(child.name)}, child.${rowNumber}, ${reasonOf(reference)} FROM ${goneOf(links)} AS gone ` +
            `JOIN ${label("passed", parent)} AS parent ON gone.gone_table = ${quoteText(parent.name)} AND parent.${rowNumber} = gone.gone_row ` +
            `JOIN ${label("passed", child)} AS child ON ${pairs.join(" AND ")} WHERE child.${rowReasons} = ''`
        );
    });
    const twins = [...new Set(links.map(({ child }) => child))].flatMap((target) =>
        rulesOf(target, preferred).map((rule) => renderTwins(target, rule, goneOf(links))),
    );
    return `${goneOf(links)} (gone_table, gone_row, gone_reason) AS (${[...first, ...next, ...twins].join(" UNION ")})`;
}

// The row that is kept for a merged one has fallen, so no kept row says the same.
function renderTwins(target: TargetTable, { columns, where = "TRUE" }: MergedRows, gone: string): string {
    const passed = label("passed", target);
    const same = columns.map((column) => `twin.${quoteName(column)} IS kept.${quoteName(column)}`);
    return (
        `SELECT ${quoteText(target.name)}, twin.${rowNumber}, ${quoteReason(`unique:${columns.join(",")}`)} FROM ${gone} AS gone ` +
        `JOIN (SELECT * FROM ${passed} WHERE ${rowReasons} = '' AND (${where})) AS kept ` +
        `ON gone.gone_table = ${quoteText(target.name)} AND kept.${rowNumber} = gone.gone_row ` +
        `JOIN ${passed} AS twin ON ${[`twin.${rowReasons} = ${quoteReason(`${mergedReason}:${columns.join(",")}`)}`, ...same].join(" AND ")}`
    );
}

function goneOf([link]: readonly Link[]): string {
    return quoteName(`gone ${link?.child.name}`);
}

function renderVerdict(target: TargetTable, preferred: PreferredRows, links: readonly Link[]): string {
    const all = `SELECT * FROM ${label("passed", target)}`;
    if (links.length === 0) return `${label("verdict", target)} AS MATERIALIZED (${all})`;
    const gone = `SELECT gone_row, min(gone_reason) AS gone_reason FROM ${goneOf(links)} WHERE gone_table = ${quoteText(target.name)} GROUP BY gone_row`;
    const reasons = `coalesce(gone_reason, ${rowReasons}) AS ${rowReasons}`;
    const fields = [rowNumber, reasons, ...fieldsOf(target, preferred)].join(", ");
    const from = `${label("passed", target)} LEFT JOIN (${gone}) ON gone_row = ${rowNumber}`;
    return `${label("verdict", target)} AS MATERIALIZED (SELECT ${fields} FROM ${from})`;
}

/** A referenced table that already has the files' form. */
export function parentInPlace(table: string): Parent {
    return { expressions: [], selectKept: (columns) => `SELECT ${quoteNames(columns)} FROM ${quoteName(table)}` };
}

/** A referenced table that is validated in the same query. */
export function parentValidated({ expressions, verdict }: Validation): Parent {
    return {
        expressions,
        selectKept: (columns) => selectKept(verdict, columns),
    };
}

function selectKept(from: string, columns: readonly string[]): string {
    return `SELECT ${quoteNames(columns)} FROM ${from} WHERE ${rowReasons} = ''`;
}

/** SQL that selects the rows that are refused or merged: their numbers, and their reasons as a JSON array. */
export function selectLeftOut({ expressions, verdict }: Validation): string {
    return (
        `WITH ${expressions.join(", ")} ` +
        `SELECT ${rowNumber}, '[' || substr(${rowReasons}, 2) || ']' AS ${rowReasons} FROM ${verdict} WHERE ${rowReasons} <> ''`
    );
}

// The columns needed by the later steps and by tables that reference this one.
function listValidated(target: TargetTable, preferred: PreferredRows): string[] {
    const wanted = [
        ...rulesOf(target, preferred).flatMap(({ columns, where = "", order }) => [
            ...columns,
            ...tokenize([where, ...order].join(" ")).map(readName),
        ]),
        ...listUniqueKeys(target).flatMap(({ columns }) => columns),
        ...target.foreignKeys.flatMap(({ columns }) => columns),
        ...preferred.newest,
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
    const kept = parent?.selectKept(reference.parentColumns);
    return reasonIf(renderMissing(reference, kept), `key:${reference.columns.join(",")}`);
}

// A condition: the row references something, and that is not among the kept rows.
function renderMissing({ columns, parentColumns }: ForeignKey, kept: string | undefined): string {
    const isGiven = columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
    if (kept === undefined) return isGiven;
    const there = parentColumns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
    return `${isGiven} AND ${renderRowValue(columns)} NOT IN (SELECT * FROM (${kept}) WHERE ${there})`;
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
    return reasonIf(`(${where}) AND row_number() OVER (${window}) > 1`, `${mergedReason}:${columns.join(",")}`);
}

// Each reason begins with a comma; without the first comma the list is the content of a JSON array.
function reasonIf(condition: string, reason: string): string {
    return `iif(${condition}, ${quoteReason(reason)}, '')`;
}

function quoteReason(reason: string): string {
    return quoteText(`,${JSON.stringify(reason)}`);
}
