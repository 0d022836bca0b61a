import type { Child } from "hono/jsx";
import { showNumber } from "../../src/console/parts.tsx";
import type { ContentLine, Contents } from "../../src/console/state/screen.tsx";
import type { ReadResult, Row } from "../../src/database/connection.ts";
import { readContentQueries } from "./queries.ts";
import { describeAge, findLatest, findMonday, isOlder, subtractDays } from "./time.ts";

const weeks = 16;
/** Waiting for longer than this many days needs attention, and so does a run that takes longer. */
const [waitsLong, runsLong] = [7, 1];

/** What is in the database: the lines of the first screen. */
export const contents: Contents = {
    queries: async (visit) => {
        const { bind } = await readContentQueries(visit);
        const first = subtractDays(`${findMonday(visit.now)}T00:00:00Z`, 7 * (weeks - 1)).slice(0, 10);
        return [
            bind("recentGrowth", { since: first }),
            bind("questionsByStatus"),
            bind("queueHealth"),
            bind("queueActivity", { since: subtractDays(visit.now, 1) }),
            bind("runsByStatus"),
            bind("ledgerSize"),
            bind("bots"),
        ];
    },
    render: (results, now) => {
        const [growth = [], questions = [], health = [], activity = [], runs = [], size = [], bots = []] =
            results.map(toRows);
        if (results.some((result) => !result.ok)) return [];
        const added = (kind: string): Pick<ContentLine, "week" | "weeks"> => countAdded(growth, kind, now);
        return [
            {
                label: "Questions",
                path: "/questions",
                now: describeQuestions(questions),
                ...added("questions"),
                last: findLatest(questions[0]?.changed_at, questions[0]?.added_at),
            },
            {
                label: "Queue",
                path: "/work",
                now: describeQueue(health, now),
                ...added("jobs"),
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

function countAdded(growth: readonly Row[], kind: string, now: string): Pick<ContentLine, "week" | "weeks"> {
    const days = growth.filter((row) => row.kind === kind);
    const count = (from: string, until: string): number =>
        days
            .filter(({ day }) => String(day) >= from && String(day) < until)
            .reduce((sum, { added }) => sum + Number(added), 0);
    const monday = `${findMonday(now)}T00:00:00Z`;
    const starts = Array.from({ length: weeks + 1 }, (_, at) =>
        subtractDays(monday, 7 * (weeks - 1 - at)).slice(0, 10),
    );
    return {
        week: count(subtractDays(now, 6).slice(0, 10), "9999"),
        weeks: starts.slice(0, -1).map((start, at) => count(start, starts[at + 1] ?? "9999")),
    };
}

function describeQuestions(rows: readonly Row[]): Child {
    const of = (status: string): string => showNumber(rows.find((row) => row.status === status)?.questions);
    if (rows.length === 0) return <span class="mut">none yet; pnpm db:seed loads the bundled ones</span>;
    return `${of("active")} active, ${of("flagged")} flagged, ${of("deleted")} deleted`;
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
                    <Age text={describeAge(oldest, now)} isLong={isOlder(oldest, now, waitsLong)} />
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
                        isLong={isOlder(running.first_at, now, runsLong)}
                    />
                </>
            )}
        </>
    );
}

function describeLedger(actions: number, bots: number): Child {
    if (actions === 0) return <span class="mut">no bot has done anything yet</span>;
    return `${showNumber(actions)} ${actions === 1 ? "action" : "actions"} by ${bots} ${bots === 1 ? "bot" : "bots"}`;
}

function Age({ text, isLong }: { readonly text: string | undefined; readonly isLong: boolean }): Child {
    return isLong ? <span class="warn">{text}</span> : text;
}
