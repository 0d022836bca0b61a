import type { Child } from "hono/jsx";
import { type FieldChange, FieldChanges, renderSnapshotValue } from "./changes.tsx";
import { mostEffort } from "./words.ts";

/** Something that happened to a record. */
export interface TimelineEvent {
    /** `Improved`. */
    readonly title: string;
    /** What kind of writer did it, and which one. */
    readonly source: { readonly kind: string; readonly name: string | null };
    /** As stored, UTC. */
    readonly at: string;
    readonly summary: string | null;
    readonly reason: string | null;
    readonly changes: readonly FieldChange[];
    /** Changes of fields that are bookkeeping. */
    readonly quiet: readonly FieldChange[];
    /** What cannot be read as JSON: shown as it is. */
    readonly broken: readonly { readonly label: string; readonly text: string }[];
    /** What else must be said. */
    readonly note: string | null;
}

/** The effort of all comparisons of a page, in squares of words: about a second. */
const mostWork = 2_000_000;

/** Events, the latest first: filled dots have changed values. */
export function Timeline({ events }: { readonly events: readonly TimelineEvent[] }): Child {
    const effort = chooseEffort(events);
    return (
        <ol class="tl">
            {events.map((event) => (
                <Event event={event} effort={effort} />
            ))}
        </ol>
    );
}

function Event({ event, effort }: { readonly event: TimelineEvent; readonly effort: number }): Child {
    const { title, source, at, summary, reason, changes, quiet, broken, note } = event;
    const isRemoval = changes.length > 3 && changes.every(({ after }) => after === undefined);
    return (
        <li class={changes.length > 0 || broken.length > 0 ? "chg" : undefined}>
            <div class="ev">
                <h3>{title}</h3>
                <span class="mut">
                    {source.kind}
                    {source.name !== null && <b>{` ${source.name}`}</b>}
                </span>
                <time datetime={at} title={at}>
                    {at.slice(0, 19).replace("T", " ")}
                </time>
            </div>
            {summary === null ? reason === null && <p class="mut">No summary was given.</p> : <p>{summary}</p>}
            {reason !== null && <p class="mut">{reason}</p>}
            {note !== null && <p class="mut sm">{note}</p>}
            {isRemoval && <Values values={changes} />}
            {!isRemoval && changes.length > 0 && <FieldChanges changes={changes} effort={effort} />}
            {quiet.length > 0 && (
                <details class="mt">
                    <summary>{`Bookkeeping: ${quiet.map(({ field }) => field).join(", ")}`}</summary>
                    <FieldChanges changes={quiet} effort={effort} />
                </details>
            )}
            {broken.map(({ label, text }) => (
                <div class="mt">
                    <p>
                        <span class="s warn">{`${label} is not valid JSON; this is its text`}</span>
                    </p>
                    <pre tabindex={0} class="mt">
                        {text}
                    </pre>
                </div>
            ))}
        </li>
    );
}

/** The values of a record that was removed. */
function Values({ values }: { readonly values: readonly FieldChange[] }): Child {
    return (
        <details class="mt">
            <summary>{`The ${values.length} values before it was removed`}</summary>
            <dl class="chgs">
                {values.map(({ field, before }) => {
                    const text = renderSnapshotValue(before);
                    return (
                        <>
                            <dt>{field}</dt>
                            <dd>{text === undefined ? <span class="null">NULL</span> : <span>{text}</span>}</dd>
                        </>
                    );
                })}
            </dl>
        </details>
    );
}

// A comparison never takes more effort than its texts have words.
function chooseEffort(events: readonly TimelineEvent[]): number {
    const length = (value: unknown): number => renderSnapshotValue(value)?.length ?? 0;
    const words = events
        .flatMap(({ changes, quiet }) => [...changes, ...quiet])
        .map(({ before, after }) => (length(before) + length(after)) / 6);
    let effort = mostEffort;
    while (effort > 50 && words.reduce((sum, count) => sum + Math.min(count, effort) ** 2, 0) > mostWork) effort *= 0.7;
    return Math.floor(effort);
}
