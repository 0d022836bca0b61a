import type { Connection, Cost } from "../database/connection.ts";
import type { RestorePoint } from "../migrations/restore-point.ts";
import type { RunReport } from "../migrations/run.ts";
import type { DatabaseState } from "../planning/state.ts";
import { countObjects } from "../schema/facts.ts";
import type { Output } from "./output.ts";
import type { Context } from "./program.ts";

/** Prints the progress of a run. */
export function createReport(output: Output): RunReport & { restorePoint(restorePoint: RestorePoint): void } {
    return {
        restorePoint: ({ lines }) => {
            for (const line of lines) output.line(line);
        },
        applied: () => undefined,
        waiting: (reason) => output.note(`Waiting: ${reason}`),
        note: (text) => output.note(text),
    };
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

/** `12.3 MB`; `640 bytes` if it is less than 0.1 MB. */
export function describeSize(bytes: number): string {
    if (bytes < 100_000) return countOf(bytes, "byte");
    return `${(bytes / 1_000_000).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}

/**
 * The cost of a command so far: the time since its start, and the rows that the server counted, which Turso bills:
 * `4,721 ms, 81 requests, 750,470 rows read, 360,167 written.`
 */
export function measureCost(
    { elapsed }: Pick<Context, "elapsed">,
    { cost }: Connection,
): Cost & { milliseconds: number; sentence: string } {
    const milliseconds = Math.round(elapsed());
    return { milliseconds, ...cost, sentence: `${milliseconds.toLocaleString("en-US")} ms${describeCost(cost)}.` };
}

/** Prints the last line of a run with its cost, and its JSON document. */
export function conclude(context: Context, connection: Connection, verdict: string, document: object): void {
    const { sentence, ...cost } = measureCost(context, connection);
    context.output.line(`${verdict} ${sentence}`);
    context.output.document({ ...document, ...cost });
}

function describeCost({ requests, rowsRead, rowsWritten }: Cost): string {
    if (requests === 0) return "";
    const written = rowsWritten.toLocaleString("en-US");
    return `, ${countOf(requests, "request")}, ${countOf(rowsRead, "row")} read, ${written} written`;
}
