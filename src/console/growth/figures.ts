/** How a table grew, and when it will be as large as the documents expect at most. */
export interface TableGrowth {
    readonly table: string;
    /** Undefined where the rows could not be counted. */
    readonly rows: number | undefined;
    /** Why not. */
    readonly problem: string | undefined;
    /** The number of rows that the documents call large. */
    readonly large: number | undefined;
    /** The rows that the documents expect a week. */
    readonly expected: number | undefined;
    /** The column that keeps when a row was added. */
    readonly time: { readonly column: string; readonly index: TimeIndex } | undefined;
    /** Rows added in each week that are still there; undefined where they were not counted. */
    readonly added: readonly number[] | undefined;
}

/** Where an index has the time: as its first column, after others, or not at all. */
export type TimeIndex = "first" | "inside" | "none";

/** The growth of all tables, as read at one time. */
export interface GrowthReading {
    /** ISO-8601, UTC. */
    readonly at: string;
    /** The Monday of each week, the present one last. */
    readonly weeks: readonly string[];
    readonly tables: readonly TableGrowth[];
    /** Whether tables were counted by week that have no index for it. */
    readonly isWhole: boolean;
    /** Tables of the database that the files do not create. */
    readonly unknown: readonly string[];
}

/** When a table reaches its documented size: a day, or why there is none. */
export type Reach =
    | { readonly kind: "day"; readonly day: string; readonly isSoon: boolean }
    | { readonly kind: "reached" | "late" | "still" | "untimed" | "uncounted" | "undocumented" };

const dayLength = 86_400_000;
const weekCount = 52;
/** Of the rate: without the present week, which is not over. */
const rateWeeks = 8;
const soonDays = 90;
/** Beyond that, a straight line says nothing. */
const mostDays = 3_652;

/** Lists the Mondays of the last 52 weeks, the present one last. @param now ISO-8601, UTC */
export function listWeeks(now: string): string[] {
    const monday = Date.parse(findMonday(now));
    return Array.from({ length: weekCount }, (_, at) => toDay(monday - (weekCount - 1 - at) * 7 * dayLength));
}

/** The Monday of a time's week, as YYYY-MM-DD (UTC). */
export function findMonday(time: string): string {
    const day = Date.parse(`${time.slice(0, 10)}T00:00:00Z`);
    return toDay(day - ((new Date(day).getUTCDay() + 6) % 7) * dayLength);
}

/** Returns the rows that a table gained a week: the mean of the last eight whole weeks. */
export function findRate(added: readonly number[]): number {
    const whole = added.slice(0, -1).slice(-rateWeeks);
    return whole.length === 0 ? 0 : whole.reduce((sum, count) => sum + count, 0) / whole.length;
}

/** Tells when a table will have its large number of rows if it goes on growing at its rate. */
export function findReach({ rows, large, time, added }: TableGrowth, now: string): Reach {
    if (large === undefined) return { kind: "undocumented" };
    if (rows !== undefined && rows >= large) return { kind: "reached" };
    if (time === undefined) return { kind: "untimed" };
    if (added === undefined || rows === undefined) return { kind: "uncounted" };
    const rate = findRate(added);
    if (rate === 0) return { kind: "still" };
    const days = ((large - rows) / rate) * 7;
    if (days > mostDays) return { kind: "late" };
    return { kind: "day", day: toDay(Date.parse(now) + days * dayLength), isSoon: days <= soonDays };
}

/** Returns the first of 2, 4, 6, 8, 10, 20, 40, 50 … that is not less than a number and has a whole half: the top of a chart. */
export function findTop(most: number): number {
    for (let power = 1; ; power *= 10) {
        const steps = [2, 4, 5, 6, 8, 10].map((step) => step * power);
        const top = steps.find((step) => step >= most && step % 2 === 0);
        if (top !== undefined) return top;
    }
}

/** Finds the weeks of a chart that are labelled: the first, and then the first of each March, June, September and December. */
export function listTicks(weeks: readonly string[]): { readonly at: number; readonly label: string }[] {
    const ticks = [{ at: 0, label: nameMonth(weeks[0], true) }];
    for (const [at, week] of weeks.entries()) {
        const month = Number(week.slice(5, 7));
        const isFirst = Number(week.slice(8)) <= 7;
        // Two labels must not touch each other or the end of the chart.
        const last = ticks.at(-1)?.at ?? 0;
        if (!isFirst || month % 3 !== 0 || at - last < 9 || at > weeks.length - 5) continue;
        ticks.push({ at, label: nameMonth(week, month === 12) });
    }
    return ticks;
}

function nameMonth(week: string | undefined, hasYear: boolean): string {
    const date = new Date(`${week}T00:00:00Z`);
    const month = date.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
    return hasYear ? `${month} ${date.getUTCFullYear()}` : month;
}

function toDay(time: number): string {
    return new Date(time).toISOString().slice(0, 10);
}
