import type { Child } from "hono/jsx";
import { findJson } from "../../text/json.ts";
import { writeJson } from "../../text/written.ts";
import { compareTexts, type TextPart } from "./words.ts";

/** A field with its values before and after; undefined where a snapshot does not have it. */
export interface FieldChange {
    readonly field: string;
    readonly before: unknown;
    readonly after: unknown;
}

/** An equal stretch longer than this is folded, but for what stands next to the changes. */
const longest = 900;
const context = 160;

/** Renders a value of a snapshot as text: a list of words in a row, other structures as JSON; undefined for null. Pure. */
export function renderSnapshotValue(value: unknown): string | undefined {
    if (value === null || value === undefined) return undefined;
    const parsed = typeof value === "string" && /^\s*\[/.test(value) ? (findJson(value) ?? value) : value;
    if (Array.isArray(parsed) && parsed.length > 0 && parsed.every(isPlainWord)) return parsed.join(", ");
    return typeof value === "string" ? value : writeJson(value, 2);
}

function isPlainWord(item: unknown): boolean {
    return typeof item === "string" && item !== "" && !/[,\n]|^\s|\s$/.test(item);
}

/**
 * The fields that changed, each with the words that differ, or with both values where they have little in common.
 *
 * @param effort as of compareTexts()
 */
export function FieldChanges(props: { readonly changes: readonly FieldChange[]; readonly effort?: number }): Child {
    return (
        <dl class="chgs">
            {props.changes.map(({ field, before, after }) => (
                <>
                    <dt>{field}</dt>
                    <dd>
                        <Change
                            before={renderSnapshotValue(before)}
                            after={renderSnapshotValue(after)}
                            effort={props.effort}
                        />
                    </dd>
                </>
            ))}
        </dl>
    );
}

function Change(props: {
    readonly before: string | undefined;
    readonly after: string | undefined;
    readonly effort: number | undefined;
}): Child {
    const { before, after, effort } = props;
    if (before === after) return before === undefined ? <span class="null">NULL</span> : <span>{before}</span>;
    const isShort = [before, after].every((text) => text === undefined || (text.length < 60 && !text.includes("\n")));
    if (before === undefined || after === undefined) {
        return isShort ? (
            <>
                <del>{showText(before)}</del> <ins>{showText(after)}</ins>
            </>
        ) : (
            <BeforeAndAfter before={before} after={after} />
        );
    }
    const parts = compareTexts(before, after, effort);
    return parts ? <span>{parts.map(renderPart)}</span> : <BeforeAndAfter before={before} after={after} />;
}

function renderPart(part: TextPart, at: number, parts: readonly TextPart[]): Child {
    if (!part.isChange) return <Same text={part.text} isFirst={at === 0} isLast={at === parts.length - 1} />;
    return (
        <>
            {part.before !== "" && <del>{part.before}</del>}
            {part.after !== "" && <ins>{part.after}</ins>}
        </>
    );
}

function Same(props: { readonly text: string; readonly isFirst: boolean; readonly isLast: boolean }): Child {
    const { text, isFirst, isLast } = props;
    if (text.length <= longest) return <>{text}</>;
    const from = isFirst ? 0 : cut(text, context);
    const to = isLast ? text.length : cut(text, text.length - context);
    return (
        <>
            {text.slice(0, from)}
            <details class="same">
                <summary>{`${(to - from).toLocaleString("en-US")} equal characters`}</summary>
                {text.slice(from, to)}
            </details>
            {text.slice(to)}
        </>
    );
}

// After a blank, and never inside a pair of surrogates.
function cut(text: string, near: number): number {
    const at = text.indexOf(" ", near);
    return at === -1 || at > near + 40 ? near - Number(/[\udc00-\udfff]/.test(text[near] ?? "")) : at + 1;
}

function BeforeAndAfter(props: { readonly before: string | undefined; readonly after: string | undefined }): Child {
    const { before, after } = props;
    return (
        <div class="ba">
            <span class="tag">before</span>
            <del>{showText(before)}</del>
            <span class="tag">after</span>
            <ins>{showText(after)}</ins>
        </div>
    );
}

function showText(text: string | undefined): Child {
    if (text === undefined) return <span class="null">NULL</span>;
    return text === "" ? <span class="null">empty</span> : text;
}
