import type { Value } from "../../../src/database/connection.ts";
import { findJson } from "../../../src/text/json.ts";
import { writeJson } from "../../../src/text/written.ts";

/** The reasons why a job failed, the latest first, from its result; a result that is not JSON is a reason by itself. */
export function readErrors(result: Value | undefined): string[] {
    if (typeof result !== "string" || result === "") return [];
    const parsed = findJson(result);
    if (typeof parsed !== "object" || parsed === null) return [result];
    const { errors, error, cancelled, by, reason } = parsed as Readonly<Record<string, unknown>>;
    const listed = Array.isArray(errors) ? errors.map(toText) : [];
    if (listed.length > 0) return listed;
    if (error !== undefined && error !== null) return [toText(error)];
    if (cancelled === true) return [`cancelled by ${toText(by)}: ${toText(reason)}`];
    return reason === undefined || reason === null ? [] : [toText(reason)];
}

function toText(value: unknown): string {
    return typeof value === "string" ? value : writeJson(value);
}
