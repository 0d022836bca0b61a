import type { Adoption } from "../adoption/prepare.ts";
import type { TableSurvey } from "../adoption/survey.ts";
import type { Output } from "../output.ts";

const words = { done: "as in the files", missing: "missing, will be made", rebuild: "will be rebuilt" } as const;

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
    if (dropped.length > 0) output.field("Drop", `${dropped.join(", ")} (their SQL stays in schema_adoption)`);
    if (adoption.extra.length > 0) {
        output.field("Extra", `${adoption.extra.map(({ name }) => name).join(", ")} (left as they are)`);
    }
}
