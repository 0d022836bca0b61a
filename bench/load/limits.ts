import type { Input } from "./input.ts";
import { type Measurement, memoryOf, timeOf } from "./measure.ts";
import { batch, ours, raw, type Tool } from "./programs.ts";
import type { LoadTraffic } from "./traffic.ts";

/** A promise about our loader, beside what was measured. */
export interface Limit {
    name: string;
    measured: string;
    allowed: string;
    holds: boolean;
}

const limits = { fileToRaw: 1.5, batchToServer: 3, megabytes: 400, rowsPerQuestion: 12 };
/** Each transaction sets its writer, clears it at its end, and updates the sequences of AUTOINCREMENT. */
const bookkeepingRows = 3;
const againToFirst = { "file:": 0.5, sqld: 0.25 };

/** Judges the measurements of one kind of database. Pure. */
export function judgeMeasurements(measurements: readonly Measurement[]): Limit[] {
    const find = (tool: Tool): Measurement | undefined => measurements.find((item) => item.tool === tool);
    const own = find(ours);
    if (own === undefined) return [];
    const { target } = own;
    const about = target.replace(/:?$/, ":");
    const first = timeOf(own.first);
    const again = timeOf(own.again) / first;
    const memory = memoryOf([...own.first, ...own.again]);
    const strangers = measurements.filter(({ content }) => content !== own.content).map(({ tool }) => tool.name);
    const speed =
        target === "file:"
            ? atMost("file: time, to the raw loop", first / timeOf(find(raw)?.first), limits.fileToRaw)
            : atLeast("sqld: speed, to batch of 50", timeOf(find(batch)?.first) / first, limits.batchToServer);
    return [
        speed,
        atMost(`${about} memory, MB`, memory, limits.megabytes),
        atMost(`${about} second load, to the first`, again, againToFirst[target]),
        {
            name: `${about} content`,
            measured: strangers.length === 0 ? "as the others'" : `not as by ${strangers.join(", ")}`,
            allowed: "as the others'",
            holds: strangers.length === 0,
        },
    ];
}

/** Judges what was sent over the connection. Pure. */
export function judgeTraffic({ questions, again }: LoadTraffic, input: Input): Limit[] {
    return [
        atMost(
            "sqld: rows written a question, beside 3 a request",
            (questions.rowsWritten - bookkeepingRows * questions.requests) / input.count,
            limits.rowsPerQuestion,
        ),
        atMost("sqld: questions sent by the second load", again.questions, 0),
    ];
}

function atMost(name: string, measured: number, limit: number): Limit {
    return { name, measured: render(measured), allowed: `at most ${limit}`, holds: measured <= limit };
}

function atLeast(name: string, measured: number, limit: number): Limit {
    return { name, measured: render(measured), allowed: `at least ${limit}`, holds: measured >= limit };
}

function render(value: number): string {
    return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
