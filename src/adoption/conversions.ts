import type { FieldKind } from "../loading/loader.ts";
import type { Column } from "./live-tables.ts";

/**
 * The SQL that brings a value into the form that a column of the files has, without losing anything of it: a time into
 * the one form, a number out of a text that is nothing else, empty text where JSON is expected into NULL, and NULL into
 * the default where the column may not be null. What cannot be converted stays as it is, for the constraints to judge.
 *
 * @param value SQL of the value; a column's quoted name
 */
export function convertValue(column: Column, kind: FieldKind | undefined, isStrict: boolean, value: string): string {
    const converted = isStrict ? convertType(column, kind, value) : value;
    return column.notNull && column.defaultSql !== null ? `coalesce(${converted}, ${column.defaultSql})` : converted;
}

function convertType(column: Column, kind: FieldKind | undefined, value: string): string {
    switch (column.type) {
        case "INT":
        case "INTEGER": {
            const whole = `CAST(${value} AS INTEGER)`;
            return (
                `CASE typeof(${value}) WHEN 'text' THEN iif(CAST(${whole} AS TEXT) = ${value}, ${whole}, ${value}) ` +
                `WHEN 'real' THEN iif(${whole} = ${value}, ${whole}, ${value}) ELSE ${value} END`
            );
        }
        case "REAL": {
            const real = `CAST(${value} AS REAL)`;
            return (
                `CASE typeof(${value}) WHEN 'text' THEN iif(CAST(${real} AS TEXT) = ${value}, ${real}, ${value}) ` +
                `WHEN 'integer' THEN iif(CAST(${real} AS INTEGER) = ${value}, ${real}, ${value}) ELSE ${value} END`
            );
        }
        case "TEXT": {
            const digits = `CAST(${value} AS TEXT)`;
            const isEmptyJson = kind === "json" && !column.notNull;
            const written =
                kind === "time" ? convertTime(value) : isEmptyJson ? `iif(trim(${value}) = '', NULL, ${value})` : value;
            return (
                `CASE typeof(${value}) WHEN 'text' THEN ${written} WHEN 'integer' THEN ${digits} ` +
                `WHEN 'real' THEN iif(CAST(${digits} AS REAL) = ${value}, ${digits}, ${value}) ELSE ${value} END`
            );
        }
        default:
            return value;
    }
}

const digit = "[0-9]";
const date = `${digit.repeat(4)}-${digit.repeat(2)}-${digit.repeat(2)}`;
const clock = `${digit.repeat(2)}:${digit.repeat(2)}:${digit.repeat(2)}`;
const sign = "[-+]";
const normalForm = `${date}T${clock}.${digit.repeat(3)}Z`;

/**
 * The SQL that brings a time into the form `YYYY-MM-DDTHH:MM:SS.sssZ`, by the same rules as normalizeTime(). Text that is
 * no time stays as it is.
 */
export function convertTime(value: string): string {
    const trimmed = `trim(${value}, char(32, 9, 10, 13))`;
    const rest = `substr(${trimmed}, 20)`;
    const hasFraction = `${rest} GLOB '.${digit}*'`;
    const zone = `iif(${hasFraction}, ltrim(substr(${rest}, 2), '0123456789'), ${rest})`;
    const fraction = `iif(${hasFraction}, substr(${rest}, 2, length(${rest}) - 1 - length(${zone})), '')`;
    const offset = `(substr(${zone}, 1, 3) || ':' || substr(replace(${zone}, ':', '') || '00', 4, 2))`;
    const zones = ["", `${digit.repeat(2)}`, `:${digit.repeat(2)}`].map(
        (minutes) => `${zone} GLOB '${sign}${digit.repeat(2)}${minutes}'`,
    );
    const utc =
        `strftime('%Y-%m-%dT%H:%M:%S', substr(${trimmed}, 1, 19) || ` +
        `CASE WHEN ${zone} IN ('', 'Z') THEN '' WHEN ${zones.join(" OR ")} THEN ${offset} ELSE '?' END)`;
    const day = `substr(${trimmed}, 1, 10)`;
    return (
        `CASE WHEN ${value} GLOB '${normalForm}' THEN ${value} ` +
        `WHEN ${trimmed} NOT GLOB '${date}[T ]${clock}*' OR date(${day}) IS NOT ${day} THEN ${value} ` +
        `ELSE coalesce(${utc} || '.' || substr(${fraction} || '000', 1, 3) || 'Z', ${value}) END`
    );
}
