import type { Child } from "hono/jsx";
import type { Value } from "../database/connection.ts";
import { describeBlob } from "./forms.ts";

/** A state as a shape and a word, so that it is not told by colour alone. */
export type Mark = "ok" | "warn" | "bad" | "run" | "off";

/** A word with the shape of its state. */
export function State({ mark, children }: { readonly mark: Mark; readonly children: Child }): Child {
    return <span class={`s ${mark}`}>{children}</span>;
}

/** A command to copy: the console itself changes nothing. */
export function Command({ text }: { readonly text: string }): Child {
    return (
        <div class="cmd">
            <code>{text}</code>
        </div>
    );
}

/** What stands where there is nothing: what is missing, and the next step. */
export function Empty({ children }: { readonly children: Child }): Child {
    return <p class="none">{children}</p>;
}

/** The title of a section, with a note at its end. */
export function Heading({
    title,
    id,
    note,
}: {
    readonly title: string;
    readonly id?: string;
    readonly note?: Child;
}): Child {
    return (
        <div class="hd2">
            <h2 id={id}>{title}</h2>
            {note !== undefined && <span class="mut sm">{note}</span>}
        </div>
    );
}

export interface ColumnHead {
    readonly title: string;
    /** Shown to readers of the screen only. */
    readonly isHidden?: boolean;
    readonly isNumber?: boolean;
}

/**
 * A table in a region that scrolls sideways where it is wider than the window.
 *
 * @param isStacked on a narrow window, each row becomes a block: cells name themselves by `data-l`
 */
export function DataTable({
    caption,
    columns,
    isStacked = false,
    kind = "",
    children,
}: {
    readonly caption: string;
    readonly columns: readonly ColumnHead[];
    readonly isStacked?: boolean;
    readonly kind?: string;
    readonly children: Child;
}): Child {
    return (
        // A region that scrolls must be reached by the keyboard.
        // biome-ignore lint/a11y/useSemanticElements: a section is a part of the page, not of a table
        <div class="scroll" role="region" tabindex={0} aria-label={caption}>
            <table class={[isStacked ? "stack" : "", kind].join(" ").trim()}>
                <caption class="vh">{caption}</caption>
                <thead>
                    <tr>
                        {columns.map(({ title, isHidden, isNumber }) => (
                            <th scope="col" class={isNumber ? "n" : undefined}>
                                {isHidden ? <span class="vh">{title}</span> : title}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>{children}</tbody>
            </table>
        </div>
    );
}

/** One of several values in a form, or none of them: a value of the address that is not listed is kept. */
export function Choice(props: {
    readonly name: string;
    readonly label: string;
    readonly all: string;
    readonly values: readonly string[];
    readonly value: string;
}): Child {
    const { name, label, all, value } = props;
    const values = value === "" || props.values.includes(value) ? props.values : [value, ...props.values];
    return (
        <>
            <label class="vh" for={name}>
                {label}
            </label>
            <select id={name} name={name}>
                <option value="">{all}</option>
                {values.map((one) => (
                    <option value={one} selected={one === value}>
                        {one}
                    </option>
                ))}
            </select>
        </>
    );
}

/** A time as stored (ISO-8601 or SQLite's form, UTC), shown to the minute. */
export function Time({ value }: { readonly value: Value | undefined }): Child {
    if (typeof value !== "string" || value === "") return <Cell value={value ?? null} />;
    const shown = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value) ? value.slice(0, 16).replace("T", " ") : value;
    return (
        <time datetime={value} title={value}>
            {shown}
        </time>
    );
}

/** A value as it is shown in a table: NULL in italics, never blank. */
export function Cell({ value }: { readonly value: Value | undefined }): Child {
    if (value === null || value === undefined) return <span class="null">NULL</span>;
    if (typeof value === "object") return <span class="null">{describeBlob(value)}</span>;
    return <>{String(value)}</>;
}

/** A number with its thousands apart. */
export function showNumber(value: Value | undefined): string {
    return Number(value ?? 0).toLocaleString("en-US");
}

/** `17 d`, `3 h`, `5 min`, `40 s`. */
export function formatAge(milliseconds: number): string {
    const seconds = Math.max(0, Math.round(milliseconds / 1_000));
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
    return `${Math.floor(seconds / 86_400).toLocaleString("en-US")} d`;
}
