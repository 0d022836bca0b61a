import type { Adoption } from "../../adoption/prepare.ts";
import type { TableSurvey } from "../../adoption/survey.ts";
import type { Output } from "../output.ts";
import { countOf } from "../report.ts";

const words = { done: "as in the files", missing: "missing, will be made", rebuild: "will be rebuilt" } as const;

/** Triggers do something, and so each is named; more indexes than these are counted. */
const namedAtMost = 3;

/** Prints what an adoption would do: where the database comes from, each table, each reason, the extra tables. */
export function printSurvey(output: Output, adoption: Adoption, surveys: readonly TableSurvey[]): void {
    const origins = adoption.origins.map(({ name }) => name).join("; ");
    output.field("Origin", origins || "not recognised; tables and columns are matched by name");
    const counted = (count: number): string => count.toLocaleString("en-US");
    output.table([
        ["table", "rows", "values to convert", "rows to refuse", ""],
        ...surveys.map(({ table, state, rows, converted, refused }) => [
            table,
            counted(rows),
            counted(Object.values(converted).reduce((sum, count) => sum + count, 0)),
            counted(refused),
            words[state],
        ]),
    ]);
    for (const { table, converted, reasons, homeless } of surveys) {
        for (const [column, count] of Object.entries(converted)) {
            output.field("Convert", `${table}.${column}: ${counted(count)}`);
        }
        for (const [column, count] of Object.entries(homeless)) {
            output.field(
                "Keep",
                `${table}.${column}: ${counted(count)} (no column here; the rows also stay whole in schema_adoption)`,
            );
        }
        for (const [reason, count] of Object.entries(reasons)) {
            output.field("Refuse", `${table}: ${counted(count)} by ${reason}`);
        }
    }
    const dropped = surveys.flatMap((survey) => survey.dropped);
    if (dropped.length > 0) output.field("Drop", `${describeDropped(dropped)} (their SQL stays in schema_adoption)`);
    if (adoption.extra.length > 0) {
        output.field("Extra", `${adoption.extra.map(({ name }) => name).join(", ")} (left as they are)`);
    }
}

function describeDropped(dropped: readonly string[]): string {
    const indexes = dropped.filter((object) => object.startsWith("index "));
    const others = dropped.filter((object) => !indexes.includes(object));
    return [
        ...(indexes.length > namedAtMost ? [countOf(indexes.length, "index", "indexes")] : indexes),
        ...others,
    ].join(", ");
}
