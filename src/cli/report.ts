import type { Connection, Cost } from "../database/connection.ts";
import type { DeployReport } from "../migrations/carry-out.ts";
import type { RestorePoint } from "../migrations/restore-point.ts";
import type { LeaveOut } from "../planning/prepare.ts";
import type { Problem } from "../planning/problems.ts";
import type { DatabaseState } from "../planning/state.ts";
import { countObjects } from "../schema/facts.ts";
import type { Output } from "./output.ts";
import type { Context } from "./program.ts";

/** Prints a restore point; false under --json, where only the document and the error are read. */
export function showRestorePoint(output: Output, { lines }: RestorePoint): boolean {
    for (const line of lines) output.line(line);
    return !output.json;
}

/** Prints the progress of a run. */
export function createReport(output: Output): DeployReport {
    return {
        restorePoint: (restorePoint) => showRestorePoint(output, restorePoint),
        applied: () => undefined,
        waiting: (reason) => output.note(`Waiting: ${reason}`),
        note: (text) => output.note(text),
    };
}

/** Warns of a migration that is left out, because it has no statement yet. */
export function warnOfUnfinished(output: Output): LeaveOut {
    return (unfinished) => output.warn(describeUnfinished(unfinished));
}

/** Says of a migration that is left out that it has no statement yet, or comes after one that has none. */
export function describeUnfinished({ rule, path, message }: Problem): string {
    // Another one comes after it, and says so.
    if (rule !== "no-statement") return `${path} ${message}`;
    return `${path} ${message} yet: it is left out here, and \`pnpm db:migrate\` refuses it until it has one`;
}

/** `12 tables, 33 indexes, 6 views, 9 triggers`. */
export function describeSchema(state: Pick<DatabaseState, "schema">): string {
    const { tables, indexes, views, triggers } = countObjects(state.schema);
    return [
        countOf(tables, "table"),
        countOf(indexes, "index", "indexes"),
        countOf(views, "view"),
        countOf(triggers, "trigger"),
    ].join(", ");
}

/** `1 migration`, `1,200 questions`: a number with its noun. */
export function countOf(count: number, one: string, many = `${one}s`): string {
    return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** `1 error, 2 warnings`: numbers with their nouns, except zeros. */
export function listCounts(...counts: readonly Parameters<typeof countOf>[]): string {
    const some = counts.filter(([count]) => count > 0);
    return some.map((item) => countOf(...item)).join(", ");
}

/** `12.3 MB`; `640 bytes` if it is less than 0.1 MB. */
export function describeSize(bytes: number): string {
    if (bytes < 100_000) return countOf(bytes, "byte");
    return `${(bytes / 1_000_000).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}

/** Prints the last line of a command with its cost so far, and its JSON document. */
export function conclude(
    { output, elapsed }: Context,
    { cost, countsRows }: Connection,
    verdict: string,
    document: Readonly<Record<string, unknown>>,
): void {
    const milliseconds = Math.round(elapsed());
    const isCounted = countsRows || cost.requests === 0;
    const measured = { milliseconds, ...cost, ...(isCounted ? {} : { rowsRead: null, rowsWritten: null }) };
    output.line(`${verdict} ${describeCost(measured)}.`);
    output.document({ ...document, ...measured });
}

interface MeasuredCost extends Pick<Cost, "requests"> {
    readonly milliseconds: number;
    /** Null where the server counts no rows. */
    readonly rowsRead: number | null;
    readonly rowsWritten?: number | null;
}

/** The time, and what the server counted and Turso bills: `4,721 ms, 81 requests, 750,470 rows read, 360,167 written`. */
export function describeCost({ milliseconds, requests, rowsRead, rowsWritten }: MeasuredCost): string {
    const time = `${milliseconds.toLocaleString("en-US")} ms`;
    if (requests === 0) return time;
    const sent = `${time}, ${countOf(requests, "request")}`;
    if (rowsRead === null) return sent;
    const written =
        rowsWritten === undefined || rowsWritten === null ? "" : `, ${rowsWritten.toLocaleString("en-US")} written`;
    return `${sent}, ${countOf(rowsRead, "row")} read${written}`;
}
