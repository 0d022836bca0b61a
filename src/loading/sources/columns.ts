import { countRepeatedKeys, getWritten, parseJson } from "../../text/json.ts";
import { endOfString } from "../../text/scan.ts";

/** The result of a query: the names of its columns once, and the values of each row in their order. */
interface Grid {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly unknown[])[];
}

/**
 * Turns `{"columns": […], "rows": [[…]]}` into an array of objects, and an object of such results by table into one of arrays.
 * Any other value is returned as it is, as is one with a row of another length, or a repeated key.
 */
export function toRecords(value: unknown): unknown {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    if (isGrid(value)) return countRepeatedKeys(value) > 0 ? value : toObjects(value);
    // The first value tells, so that an object of many records is not searched.
    for (const key in value) {
        if (!isGrid((value as Readonly<Record<string, unknown>>)[key]) || countRepeatedKeys(value) > 0) return value;
        break;
    }
    const tables = Object.entries(value);
    if (tables.length === 0 || !tables.every(([, table]) => isGrid(table))) return value;
    return Object.fromEntries(tables.map(([table, grid]) => [table, toObjects(grid as Grid)]));
}

function isGrid(value: unknown): value is Grid {
    if (value === null || typeof value !== "object" || !("columns" in value) || !("rows" in value)) return false;
    const { columns, rows } = value;
    if (!Array.isArray(columns) || !Array.isArray(rows) || new Set(columns).size !== columns.length) return false;
    return (
        columns.every((column) => typeof column === "string" && column !== "__proto__") &&
        rows.every((row) => Array.isArray(row) && row.length === columns.length)
    );
}

function toObjects({ columns, rows }: Grid): unknown[] {
    return rows.map((row) => {
        const written = getWritten(row);
        if (written !== undefined) return toWrittenObject(columns, written);
        const record: Record<string, unknown> = {};
        for (let at = 0; at < columns.length; at++) record[columns[at] ?? ""] = row[at];
        return record;
    });
}

// With numbers as they are written, which the values of the row no longer tell.
function toWrittenObject(columns: readonly string[], row: string): unknown {
    const values = listElements(row);
    return parseJson(`{${columns.map((column, at) => `${JSON.stringify(column)}:${values[at]}`).join()}}`);
}

/** The elements of an array that is written without white space. */
function listElements(array: string): string[] {
    const elements: string[] = [];
    let [from, depth] = [1, 0];
    for (let at = 1; at < array.length; at++) {
        const sign = array.charAt(at);
        if (sign === '"') at = endOfString(array, at + 1);
        else if (sign === "{" || sign === "[") depth++;
        else if (depth > 0 && (sign === "}" || sign === "]")) depth--;
        else if (depth === 0 && (sign === "," || sign === "]")) {
            elements.push(array.slice(from, at));
            from = at + 1;
        }
    }
    return elements;
}
