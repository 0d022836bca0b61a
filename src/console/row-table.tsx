import type { Child } from "hono/jsx";
import type { ReadResult, Row, Value } from "../database/connection.ts";
import { Cell, DataTable, Time } from "./parts.tsx";

/** How long a text is shown in a table, in characters. */
export const shownLength = 200;

/** More does not fit into a line of a table, in characters. */
export const lineLength = 100;
/** What the line of a table shows of a long text, in characters: a longer one can be unfolded. */
const foldedLength = 40;
/** How much may be folded on a page, in bytes. */
const mostFolded = 50_000;

/**
 * Rows as a table: numbers to the right, times to the minute, long texts in one line.
 *
 * @param isFolded long texts can be unfolded, as far as the size of a page allows: for rows that have no page of their own
 * @param link the page that a value leads to; undefined for none
 */
export function RowTable({
    caption,
    columns,
    rows,
    titles = {},
    isFolded = false,
    link,
}: {
    readonly caption: string;
    readonly columns: readonly string[];
    readonly rows: readonly Row[];
    /** Titles of columns that are not their names. */
    readonly titles?: Readonly<Record<string, string>>;
    readonly isFolded?: boolean;
    readonly link?: (row: Row, column: string) => string | undefined;
}): Child {
    const isNumber = (column: string): boolean => {
        const values = rows.map((row) => row[column] ?? null).filter((value) => value !== null);
        return values.length > 0 && values.every((value) => typeof value === "number" || typeof value === "bigint");
    };
    const heads = columns.map((name) => ({ name, title: titles[name] ?? name, isNumber: isNumber(name) }));
    const isLong = isFolded ? chooseFolded(rows, columns) : undefined;
    return (
        <>
            <DataTable caption={caption} columns={heads} kind="rows">
                {rows.map((row) => (
                    <tr>
                        {heads.map(({ name, isNumber: isRight }) => {
                            const href = link?.(row, name);
                            const value = row[name];
                            const shown = isLong?.has(row, name) ? (
                                <Folded text={String(value)} />
                            ) : (
                                <ShownValue value={value} most={isFolded ? foldedLength : lineLength} />
                            );
                            return (
                                <td class={isRight ? "n" : undefined}>{href ? <a href={href}>{shown}</a> : shown}</td>
                            );
                        })}
                    </tr>
                ))}
            </DataTable>
            {isLong?.isCut && (
                <p class="mut sm mt">{`More than this page can hold: some values are cut to ${foldedLength} characters. The form JSON has them whole.`}</p>
            )}
        </>
    );
}

interface FoldedValues {
    has(row: Row, column: string): boolean;
    /** Whether a long text is neither whole nor folded. */
    readonly isCut: boolean;
}

// The first long texts whose sizes together fit into a page.
function chooseFolded(rows: readonly Row[], columns: readonly string[]): FoldedValues {
    const chosen = new Map<Row, Set<string>>();
    let [left, isCut] = [mostFolded, false];
    for (const row of rows) {
        const names = columns.filter((name) => {
            const value = row[name];
            if (typeof value !== "string" || value.length <= foldedLength) return false;
            // Signs of markup are written as up to six characters.
            const size = value.length > left ? value.length : Buffer.byteLength(value.replaceAll(/[<>&"']/g, "&quot;"));
            if (size > left) {
                isCut = true;
                return false;
            }
            left -= size;
            return true;
        });
        chosen.set(row, new Set(names));
    }
    return { has: (row, column) => chosen.get(row)?.has(column) ?? false, isCut };
}

function Folded({ text }: { readonly text: string }): Child {
    return (
        <details>
            <summary>{`${showControls(text.slice(0, foldedLength)).replaceAll(/\s+/g, " ")}… (${text.length.toLocaleString("en-US")} characters)`}</summary>
            <div class="text">{showControls(text)}</div>
        </details>
    );
}

function ShownValue({ value, most }: { readonly value: Value | undefined; readonly most: number }): Child {
    if (typeof value !== "string") return <Cell value={value} />;
    if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(value)) return <Time value={value} />;
    if (value === "") return <span class="null">empty</span>;
    const text = cutText(value);
    if (text.length <= 24) return <span>{text}</span>;
    return <div class="clip">{text.length > most ? `${text.slice(0, most)}…` : text}</div>;
}

/** A text without what is too long for a table, and with visible control characters. */
export function cutText(value: string): string {
    return showControls(value.length > shownLength ? `${value.slice(0, shownLength)}…` : value);
}

/** The names of the columns of an answer, in order. */
export function takeColumns(result: ReadResult | undefined): readonly string[] {
    if (!result?.ok) return [];
    return result.columns ?? Object.keys(result.rows[0] ?? {});
}

// A NUL or an escape must not hide what follows.
function showControls(text: string): string {
    return text.replaceAll(/(?![\t\n\r])\p{Cc}/gu, (sign) => {
        const code = sign.codePointAt(0) ?? 0;
        return code < 32 ? String.fromCodePoint(0x2400 + code) : "\ufffd";
    });
}
