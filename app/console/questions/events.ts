import type { FieldChange } from "../../../src/console/timeline/changes.tsx";
import type { TimelineEvent } from "../../../src/console/timeline/timeline.tsx";
import type { Row } from "../../../src/database/connection.ts";
import { findJson, getWritten } from "../../../src/text/json.ts";
import { isUsualNumber, mapTokens } from "../../../src/text/scan.ts";

/** Columns whose changes leave no history of their own; older writers listed them. */
const bookkeeping = new Set([
    "relevance_score",
    "relevance_details",
    "job_title_relevance",
    "experience_level_tags",
    "is_new",
    "last_updated",
]);

type Snapshot = Readonly<Record<string, unknown>>;

/** Makes an event of the timeline from a row of the history. Pure. */
export function toEvent(row: Row): TimelineEvent {
    const before = readObject(row.before_snapshot);
    const after = readObject(row.after_snapshot);
    const listed = readNames(row.changed_fields);
    const names = [...new Set([...listed, ...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
    const changes = names
        .filter((field) => field in (before ?? {}) || field in (after ?? {}))
        .map((field): FieldChange => ({ field, before: before?.[field], after: after?.[field] }));
    const type = String(row.event_type);
    return {
        title: type.slice(0, 1).toUpperCase() + type.slice(1),
        source: describeWriter(row),
        at: String(row.created_at),
        summary: toText(row.changes_summary),
        reason: toText(row.reason),
        changes: changes.filter(({ field }) => !bookkeeping.has(field)),
        quiet: changes.filter(({ field }) => bookkeeping.has(field)),
        broken: [
            ...(before === undefined ? [{ label: "before_snapshot", text: String(row.before_snapshot) }] : []),
            ...(after === undefined ? [{ label: "after_snapshot", text: String(row.after_snapshot) }] : []),
        ],
        note:
            changes.length === 0 && listed.length > 0
                ? `Changed: ${listed.join(", ")}; the values were not kept.`
                : null,
    };
}

function describeWriter({ event_source: source, source_name: name }: Row): TimelineEvent["source"] {
    if (name !== null && name !== undefined) return { kind: String(source), name: String(name) };
    return { kind: source === "system" ? "source unknown" : String(source), name: null };
}

// Gives null for a missing value, and undefined for what is not an object.
function readObject(value: unknown): Snapshot | null | undefined {
    if (value === null || value === undefined) return null;
    const parsed = findJson(value);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
    // A field is shown by itself, so its number must keep its digits by itself.
    const isUsual = getWritten(parsed) === undefined;
    return (isUsual ? parsed : JSON.parse(mapTokens(String(value), quoteUnusual))) as Snapshot;
}

function quoteUnusual(token: string): string {
    return token.startsWith('"') || isUsualNumber(token) ? token : `"${token}"`;
}

function readNames(value: unknown): string[] {
    const parsed = findJson(value);
    return Array.isArray(parsed) ? parsed.filter((name) => typeof name === "string") : [];
}

function toText(value: unknown): string | null {
    return value === null || value === undefined || value === "" ? null : String(value);
}
