import type { Child } from "hono/jsx";
import type { Row, Value } from "../database/connection.ts";
import { Cell, DataTable, Time } from "./parts.tsx";

/** How long a text is shown in a table, in characters. */
export const shownLength = 200;

/** More does not fit into a line of a table. */
const lineLength = 100;

/**
 * Rows as a table: numbers to the right, times to the minute, long texts in one line.
 *
 * @param link the page that a value leads to; undefined for none
 */
export function RowTable({
    caption,
    columns,
    rows,
    titles = {},
    link,
}: {
    readonly caption: string;
    readonly columns: readonly string[];
    readonly rows: readonly Row[];
    /** Titles of columns that are not their names. */
    readonly titles?: Readonly<Record<string, string>>;
    readonly link?: (row: Row, column: string) => string | undefined;
}): Child {
    const isNumber = (column: string): boolean => {
        const values = rows.map((row) => row[column] ?? null).filter((value) => value !== null);
        return values.length > 0 && values.every((value) => typeof value === "number" || typeof value === "bigint");
    };
    const heads = columns.map((name) => ({ name, title: titles[name] ?? name, isNumber: isNumber(name) }));
    return (
        <DataTable caption={caption} columns={heads} kind="rows">
            {rows.map((row) => (
                <tr>
                    {heads.map(({ name, isNumber: isRight }) => {
                        const href = link?.(row, name);
                        const shown = <ShownValue value={row[name]} />;
                        return <td class={isRight ? "n" : undefined}>{href ? <a href={href}>{shown}</a> : shown}</td>;
                    })}
                </tr>
            ))}
        </DataTable>
    );
}

function ShownValue({ value }: { readonly value: Value | undefined }): Child {
    if (typeof value !== "string") return <Cell value={value} />;
    if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(value)) return <Time value={value} />;
    if (value === "") return <span class="null">empty</span>;
    const text = cutText(value);
    return text.length > 24 ? <div class="clip">{text.slice(0, lineLength)}</div> : <span>{text}</span>;
}

/** A text without what is too long for a table, and with visible control characters. */
export function cutText(value: string): string {
    const text = value.length > shownLength ? `${value.slice(0, shownLength)}…` : value;
    // Visible, so that a NUL or an escape does not hide what follows.
    return text.replaceAll(/(?![\t\n\r])\p{Cc}/gu, (sign) => {
        const code = sign.codePointAt(0) ?? 0;
        return code < 32 ? String.fromCodePoint(0x2400 + code) : "\ufffd";
    });
}
