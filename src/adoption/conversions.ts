import type { Column } from "../schema/table.ts";
import type { TextForm } from "./origins.ts";

/**
 * Renders SQL that converts a value to the form of a column without loss: a time to the project's format, numeric text to a
 * number, empty text to NULL in a nullable JSON column, and NULL to the default of a NOT NULL column. A value that cannot
 * be converted is left unchanged and validated by the constraints.
 *
 * @param value SQL of the value, such as a column's quoted name
 */
export function convertValue(column: Column, form: TextForm | undefined, isStrict: boolean, value: string): string {
    const converted = isStrict ? convertType(column, form, value) : value;
    return column.notNull && column.defaultSql !== null ? `coalesce(${converted}, ${column.defaultSql})` : converted;
}

function convertType(column: Column, form: TextForm | undefined, value: string): string {
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
            const isEmptyJson = (form === "json" || form === "any-json") && !column.notNull;
            const written =
                form === "time" ? convertTime(value) : isEmptyJson ? `iif(trim(${value}) = '', NULL, ${value})` : value;
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

/** Renders SQL that converts a time by the same rules as normalizeTime() in loading. Other text is left unchanged. */
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
        `WHEN ${trimmed} GLOB '${date}' AND date(${trimmed}) IS ${trimmed} THEN ${trimmed} || 'T00:00:00.000Z' ` +
        `WHEN ${trimmed} NOT GLOB '${date}[T ]${clock}*' OR date(${day}) IS NOT ${day} THEN ${value} ` +
        `ELSE coalesce(${utc} || '.' || substr(${fraction} || '000', 1, 3) || 'Z', ${value}) END`
    );
}
