import type { Child } from "hono/jsx";
import { DataTable, Empty, Heading, showNumber, Time } from "../../../src/console/parts.tsx";
import type { Row } from "../../../src/database/connection.ts";
import { StatusMark } from "../marks.tsx";
import { describeAge, isOlder, readTime } from "../time.ts";
import { longestDays } from "./limits.ts";

const [step, width, height] = [7, 5, 20];

/** The bots with their latest runs. */
export function Runs(props: {
    readonly runs: readonly Row[];
    readonly success: readonly Row[];
    readonly perBot: number;
    readonly now: string;
}): Child {
    const { runs, success, perBot, now } = props;
    const byBot = new Map<string, Row[]>();
    for (const run of runs) byBot.set(String(run.bot_name), [...(byBot.get(String(run.bot_name)) ?? []), run]);
    const bots = [...byBot].sort(([, one], [, other]) =>
        String(other[0]?.started_at).localeCompare(String(one[0]?.started_at)),
    );
    const columns = [
        ...["Bot", "Last run", "Started (UTC)", "Runs"].map((title) => ({ title })),
        ...["Total", "Success", "Median", "Items"].map((title) => ({ title, isNumber: true })),
    ];
    return (
        <section id="runs">
            <Heading title="Runs" note={`the last ${perBot} of each bot; red and tall = failed, hollow = running`} />
            {bots.length === 0 ? (
                <Empty>
                    No bot has run yet, or its runs were removed. <code>pnpm bot:all</code> runs them.
                </Empty>
            ) : (
                <DataTable caption="Runs" isStacked columns={columns}>
                    {bots.map(([bot, latest]) => (
                        <BotRow
                            bot={bot}
                            latest={latest}
                            total={success.find((row) => row.bot_name === bot)?.total_runs}
                            now={now}
                        />
                    ))}
                </DataTable>
            )}
        </section>
    );
}

function BotRow(props: {
    readonly bot: string;
    readonly latest: readonly Row[];
    readonly total: Row[string] | undefined;
    readonly now: string;
}): Child {
    const { bot, latest, total, now } = props;
    const [last] = latest;
    const ended = latest.filter(({ status }) => status !== "running");
    const completed = ended.filter(({ status }) => status === "completed");
    const rate = ended.length === 0 ? undefined : (100 * completed.length) / ended.length;
    return (
        <tr>
            <th scope="row" class="w">
                {bot}
                <LastFailure run={latest.find(({ status }) => status === "failed")} />
            </th>
            <td class="w">
                <LastRun run={last} now={now} />
            </td>
            <td>
                <Time value={last?.started_at} />
            </td>
            <td>
                <RunBars runs={latest.toReversed()} />
            </td>
            <td class="n" data-l="total">
                {showNumber(total)}
            </td>
            <td class="n" data-l="success">
                {rate === undefined ? "–" : `${rate.toFixed(1)}%`}
            </td>
            <td class="n" data-l="median">
                {describeMedian(completed)}
            </td>
            <td class="n" data-l="items">
                {showNumber(latest.reduce((sum, { items_processed }) => sum + Number(items_processed), 0))}
            </td>
        </tr>
    );
}

function LastRun({ run, now }: { readonly run: Row | undefined; readonly now: string }): Child {
    if (run?.status !== "running") return <StatusMark status={run?.status} />;
    const age = `running for ${describeAge(run.started_at, now) ?? "?"}`;
    if (!isOlder(run.started_at, now, longestDays.running)) return <StatusMark status="running">{age}</StatusMark>;
    return <span class="s warn">{age}</span>;
}

/** Why the latest run that failed did, of those that are shown. */
function LastFailure({ run }: { readonly run: Row | undefined }): Child {
    if (!run) return null;
    return (
        <div class="mut sm">
            {`${String(run.started_at).slice(0, 10)} failed: `}
            <a href={`/tables/bot_runs/row?key=${run.id}`}>{String(run.reason ?? "no reason was kept")}</a>
        </div>
    );
}

/** A bar for each run, the latest last: its height and outline tell how it ended. */
function RunBars({ runs }: { readonly runs: readonly Row[] }): Child {
    const total = runs.length * step;
    const count = (status: string): number => runs.filter((run) => run.status === status).length;
    const label = `${count("completed")} completed, ${count("failed")} failed, ${count("running")} running`;
    return (
        <svg
            class="spark"
            width={total}
            height={height}
            viewBox={`0 0 ${total} ${height}`}
            role="img"
            aria-label={label}
        >
            {runs.map(({ status }, at) => {
                const x = at * step;
                if (status === "failed") return <rect class="failed" x={x} y={0} width={width} height={height} />;
                if (status === "running")
                    return <rect class="running" x={x + 0.75} y={6.75} width={width - 1.5} height={height - 7.5} />;
                return <rect class="done" x={x} y={6} width={width} height={height - 6} />;
            })}
        </svg>
    );
}

function describeMedian(runs: readonly Row[]): string {
    const durations = runs
        .map(({ started_at, completed_at }) => (readTime(completed_at) ?? Number.NaN) - (readTime(started_at) ?? 0))
        .filter((duration) => !Number.isNaN(duration))
        .sort((one, other) => one - other);
    const [low, high] = [durations[(durations.length - 1) >> 1], durations[durations.length >> 1]];
    return low === undefined || high === undefined ? "–" : describeDuration((low + high) / 2);
}

/** `2 min 21 s`. */
export function describeDuration(milliseconds: number): string {
    if (milliseconds < 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1_000);
    if (seconds < 60) return `${seconds} s`;
    const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, "0")];
    if (minutes < 60) return `${minutes} min ${rest} s`;
    return `${Math.floor(minutes / 60).toLocaleString("en-US")} h ${String(minutes % 60).padStart(2, "0")} min`;
}
