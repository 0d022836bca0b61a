import type { Broken } from "../adoption/dangling.ts";
import type { Adoption } from "../adoption/prepare.ts";
import type { AdoptionSurvey } from "../adoption/survey.ts";
import type { Connection } from "../database/connection.ts";
import type { DatabaseState } from "../planning/state.ts";
import type { ObjectDifference } from "../schema/compare.ts";
import { countObjects, listComparable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { describeCheck } from "../sql/checks.ts";
import type { CheckDefinition } from "../sql/create-table.ts";
import { loadCorrected } from "./load-report.ts";
import type { Output } from "./output.ts";
import { countOf, describeSchema, listCounts } from "./report.ts";

const words = { done: "as in the files", missing: "missing, will be created", rebuild: "will be rebuilt" } as const;

/** More indexes are counted instead of named. Triggers are always named, because they have effects. */
const namedAtMost = 3;

/** Prints what an adoption would do: the origin of the database, each table, each reason, the extra tables. */
export function printSurvey(output: Output, adoption: Adoption, { tables }: AdoptionSurvey): void {
    const origins = adoption.origins.map(({ name }) => name).join("; ");
    output.field("Origin", origins || "not recognised; tables and columns are matched by name");
    const counted = (count: number): string => count.toLocaleString("en-US");
    output.table([
        ["table", "rows", "values to convert", "rows to refuse", ""],
        ...tables.map(({ table, state, rows, converted, refused }) => [
            table,
            counted(rows),
            counted(Object.values(converted).reduce((sum, count) => sum + count, 0)),
            counted(refused),
            words[state],
        ]),
    ]);
    for (const { table, converted, reasons, unmapped } of tables) {
        for (const [column, count] of Object.entries(converted)) {
            output.field("Convert", `${table}.${column}: ${counted(count)}`);
        }
        for (const [column, count] of Object.entries(unmapped)) {
            const why = "the files have no such column; schema_adoption keeps the complete rows";
            output.field("Keep", `${table}.${column}: ${counted(count)} (${why})`);
        }
        for (const [reason, count] of Object.entries(reasons)) {
            if (reason.startsWith("merged:")) {
                const equal = reason.slice("merged:".length).replaceAll(",", ", ");
                output.field("Merge", `${table}: ${counted(count)} with the ${equal} of a row that is kept`);
                continue;
            }
            const checks = adoption.tables.find(({ target }) => target.name === table)?.target.checks ?? [];
            output.field("Refuse", `${table}: ${counted(count)} by ${describeReason(reason, checks)}`);
        }
    }
    const dropped = tables.flatMap((table) => table.dropped);
    if (dropped.length > 0) output.field("Drop", `${describeDropped(dropped)} (schema_adoption keeps their SQL)`);
    if (adoption.extra.length > 0) {
        output.field("Extra", `${adoption.extra.map(({ name }) => name).join(", ")} (left unchanged)`);
    }
}

function describeReason(reason: string, checks: readonly CheckDefinition[]): string {
    const [, name] = /^check:(\w+)$/.exec(reason) ?? [];
    return name === undefined ? reason : `check:${describeCheck(name, checks)}`;
}

function describeDropped(dropped: readonly string[]): string {
    const indexes = dropped.filter((object) => object.startsWith("index "));
    const others = dropped.filter((object) => !indexes.includes(object));
    const named = indexes.length > namedAtMost ? [countOf(indexes.length, "index", "indexes")] : indexes;
    return [...named, ...others].join(", ");
}

/** Warns of dangling references, and of views and triggers that no longer work. */
export function printBroken(output: Output, { dangling, views, triggers }: Broken): void {
    for (const { table, parent, rows } of dangling) {
        const verb = rows === 1 ? "refers" : "refer";
        output.warn(`${table}: ${countOf(rows, "row")} ${verb} to missing rows of ${parent}`);
    }
    for (const { view, message } of views) {
        output.warn(`view ${view} cannot be read: ${message}; change or drop it`);
    }
    for (const { table, trigger, message } of triggers) {
        const which = trigger === undefined ? "a trigger that it fires" : `the trigger ${trigger}`;
        output.warn(`${table}: ${which} fails: ${message}; change or drop it`);
    }
}

/** The JSON document of an adoption. */
export function describeAdoption(
    connection: Connection,
    { origins, extra }: Adoption,
    { tables, refused, merged }: AdoptionSurvey,
): Record<string, unknown> {
    return {
        database: connection.target.label,
        origins: origins.map(({ name }) => name),
        tables,
        extra: extra.map(({ name }) => name),
        refused,
        merged,
    };
}

/** A sentence with the number of refused rows. */
export function describeRefused(refused: number, isDone = false): string {
    if (refused === 0) return "No row would be refused.";
    return isDone ? `Refused ${countOf(refused, "row")}.` : `${countOf(refused, "row")} would be refused.`;
}

/** Sentences with the number of rows that were merged; none for 0. */
export function describeMerged(merged: number): string[] {
    return merged === 0 ? [] : [`Merged ${countOf(merged, "row")} into others (schema_adoption keeps them).`];
}

/** Describes an adopted database in one or two sentences; objects that the files lack are counted separately. */
export function describeStanding({ schema }: DatabaseState, differences: readonly ObjectDifference[]): string {
    const others = new Set(
        differences.filter(({ state }) => state === "extra").map(({ type, name }) => `${type} ${name}`),
    );
    const [own, extra] = [false, true].map((isOther) =>
        listComparable(schema).filter(({ type, name }) => others.has(`${type} ${name}`) === isOther),
    );
    const { tables, views } = countObjects(extra ?? []);
    const isOnOurs = (row: SchemaRow): boolean =>
        !extra?.some(({ type, name }) => type === "table" && name === row.table);
    const indexes = extra?.filter((row) => row.type === "index" && isOnOurs(row)).length ?? 0;
    const more = listCounts([tables, "table"], [indexes, "index", "indexes"], [views, "view"]);
    const tail = more === "" ? "" : ` In addition: ${more} that the files lack.`;
    return `The database matches the files: ${describeSchema({ schema: own ?? [] })}.${tail}`;
}

/**
 * Tells how refused rows are corrected.
 *
 * @param byHand the tables among theirs that no loader fills
 * @param isAll whether all of them belong to these
 */
export function describeCorrection(file: string, byHand: readonly string[], isAll: boolean): string {
    if (byHand.length === 0) return loadCorrected(file);
    const names = byHand.join(", ");
    const own = `no loader fills ${names}: insert corrected rows from schema_adoption, as docs/reference/adopting.md shows`;
    return isAll ? own : `${loadCorrected(file)}; ${own}`;
}
