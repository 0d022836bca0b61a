import type { Child } from "hono/jsx";
import { countOf } from "../../src/cli/report.ts";
import { findMonday } from "../../src/console/growth/figures.ts";
import { showNumber } from "../../src/console/parts.tsx";
import type { ContentLine, Contents } from "../../src/console/state/screen.tsx";
import type { ReadResult, Row } from "../../src/database/connection.ts";
import { readContentQueries } from "./queries.ts";
import { describeAge, findLatest, isOlder, subtractDays } from "./time.ts";
import { longestDays } from "./work/limits.ts";

const weeks = 16;

/** What is in the database: the lines of the first screen. */
export const contents: Contents = {
    queries: async (visit) => {
        const { bind } = await readContentQueries(visit);
        const spans = listSpans(visit.now);
        return [
            bind("recentGrowth", { spans: { items: spans } }),
            bind("recentJobs", { since: spans[0]?.[0] ?? "" }),
            bind("questionsByStatus"),
            bind("queueHealth"),
            bind("queueActivity", { since: subtractDays(visit.now, 1) }),
            bind("runsByStatus"),
            bind("ledgerSize"),
            bind("bots"),
        ];
    },
    render: (results, now) => {
        const [
            growth = [],
            requested = [],
            questions = [],
            health = [],
            activity = [],
            runs = [],
            size = [],
            bots = [],
        ] = results.map(toRows);
        if (results.some((result) => !result.ok)) return [];
        const spans = listSpans(now);
        const added = (kind: string): Added => toAdded(growth.map((row) => Number(row[kind])));
        return [
            {
                label: "Questions",
                path: "/questions",
                now: describeQuestions(questions[0]),
                ...added("questions"),
                last: findLatest(questions[0]?.changed_at, questions[0]?.added_at),
            },
            {
                label: "Queue",
                path: "/work",
                now: describeQueue(health, now),
                ...toAdded(spans.map((span) => countJobs(requested, span))),
                last: findLatest(...activity.flatMap((row) => [row.latest_created_at, row.latest_processed_at])),
            },
            {
                label: "Runs",
                path: "/work#runs",
                now: describeRuns(runs, now),
                ...added("runs"),
                last: findLatest(...runs.map(({ latest_at }) => latest_at)),
            },
            {
                label: "Ledger",
                path: "/work#ledger",
                now: describeLedger(Number(size[0]?.actions ?? 0), bots.length),
                ...added("actions"),
                last: size[0]?.latest_at,
            },
        ];
    },
};

function toRows(result: ReadResult): readonly Row[] {
    return result.ok ? result.rows : [];
}

type Added = Pick<ContentLine, "week" | "weeks">;

/** A first day, and the day after the last one. */
type Span = readonly [string, string];

/** The weeks that are shown, from Monday to Sunday, and then the last seven days. */
function listSpans(now: string): Span[] {
    const monday = `${findMonday(now)}T00:00:00Z`;
    const start = (at: number): string => subtractDays(monday, 7 * (weeks - 1 - at)).slice(0, 10);
    const shown = Array.from(
        { length: weeks },
        (_, at): Span => [start(at), at === weeks - 1 ? "9999" : start(at + 1)],
    );
    return [...shown, [subtractDays(now, 6).slice(0, 10), "9999"]];
}

function toAdded(counts: readonly number[]): Added {
    return { weeks: counts.slice(0, -1), week: counts.at(-1) ?? 0 };
}

function countJobs(days: readonly Row[], [first, end]: Span): number {
    const within = days.filter(({ day }) => String(day) >= first && String(day) < end);
    return within.reduce((sum, { jobs }) => sum + Number(jobs), 0);
}

function describeQuestions(row: Row | undefined): Child {
    if (!row?.questions) return <span class="mut">none yet; pnpm db:seed loads the bundled ones</span>;
    const [active, flagged, deleted] = [row.active, row.flagged, row.deleted].map(showNumber);
    return `${active} active, ${flagged} flagged, ${deleted} deleted`;
}

function describeQueue(health: readonly Row[], now: string): Child {
    if (health.length === 0) return <span class="mut">no jobs yet</span>;
    const of = (status: string): readonly Row[] => health.filter((row) => row.status === status);
    const count = (status: string, column = "items"): number =>
        of(status).reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
    const oldest = of("pending")
        .map(({ oldest_created_at }) => String(oldest_created_at))
        .sort()[0];
    const [ended, failed] = [count("processing", "ended_leases"), count("failed", "failed_in_a_day")];
    return (
        <>
            {`${showNumber(count("pending"))} pending`}
            {oldest !== undefined && (
                <>
                    {", oldest "}
                    <Age text={describeAge(oldest, now)} isLong={isOlder(oldest, now, longestDays.pending)} />
                </>
            )}
            {`; ${showNumber(count("processing"))} in work`}
            {ended > 0 && (
                <>
                    {", "}
                    <span class="warn">{`${showNumber(ended)} without a lease`}</span>
                </>
            )}
            {failed > 0 && (
                <>
                    {"; "}
                    <span class="warn">{`${showNumber(failed)} failed in 24 h`}</span>
                </>
            )}
        </>
    );
}

function describeRuns(rows: readonly Row[], now: string): Child {
    if (rows.length === 0) return <span class="mut">no bot has run yet</span>;
    const find = (status: string): Row | undefined => rows.find((row) => row.status === status);
    const running = find("running");
    return (
        <>
            {`${showNumber(find("completed")?.runs)} completed, ${showNumber(find("failed")?.runs)} failed`}
            {running !== undefined && (
                <>
                    {"; "}
                    <Age
                        text={`${showNumber(running.runs)} running for ${describeAge(running.first_at, now)}`}
                        isLong={isOlder(running.first_at, now, longestDays.running)}
                    />
                </>
            )}
        </>
    );
}

function describeLedger(actions: number, bots: number): Child {
    if (actions === 0) return <span class="mut">no bot has done anything yet</span>;
    return `${countOf(actions, "action")} by ${countOf(bots, "bot")}`;
}

function Age({ text, isLong }: { readonly text: string | undefined; readonly isLong: boolean }): Child {
    return isLong ? <span class="warn">{text}</span> : text;
}
