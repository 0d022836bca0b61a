import type { Child } from "hono/jsx";
import { DataTable, Empty, Heading, State, Time } from "../parts.tsx";
import { type LatencyReading, promise, summarizeLatency, type TimedQuery } from "./latency.ts";

const lines = [promise.mean, promise.p95, promise.p99];
/** The others are behind a click. */
const shown = 12;
const [barWidth, barHeight] = [240, 14];

/** How long the documented queries take: measured on a click, and kept while the console runs. */
export function LatencySection(props: {
    readonly reading: LatencyReading | undefined;
    readonly isRefused: boolean;
}): Child {
    const { reading, isRefused } = props;
    const measure = <a href="/growth?measure=1#latency">{reading ? "Measure again" : "Measure now"}</a>;
    return (
        <section id="latency">
            <Heading
                title="Latency"
                note={
                    reading && (
                        <>
                            as of <Time value={reading.at} /> UTC, {measure}
                        </>
                    )
                }
            />
            {isRefused && <p class="lead">A link from elsewhere does not start it; the link below does.</p>}
            {reading ? (
                <Measured reading={reading} />
            ) : (
                <Empty>
                    Not measured since the console was started. It runs every documented query that only reads, once,
                    with its example values, one after the other. {measure}
                </Empty>
            )}
        </section>
    );
}

function Measured({ reading }: { readonly reading: LatencyReading }): Child {
    const { link, queries, left } = reading;
    const summary = summarizeLatency(reading);
    const promised: [string, number, number][] = [
        ["On average", summary.mean, promise.mean],
        ["95 of 100 within", summary.p95, promise.p95],
        ["99 of 100 within", summary.p99, promise.p99],
    ];
    return (
        <>
            <dl>
                <dt>On the link</dt>
                <dd>{`${format(link)}: the median of 5 empty statements. It is not part of the times in the database.`}</dd>
                {promised.map(([label, time, limit]) => (
                    <>
                        <dt>{label}</dt>
                        <dd>
                            <State mark={time <= limit ? "ok" : "bad"}>{format(time)}</State>
                            <span class="mut">{` in the database; ${limit} ms are promised`}</span>
                        </dd>
                    </>
                ))}
            </dl>
            <p class="lead">
                One run each, so a single slow one may be chance. Reports, for which no page waits, are not part of the
                promise.
                {left > 0 && ` ${left} were not tried: a minute was over.`}
            </p>
            <div class="mt2">
                <QueryTable caption="The slowest documented queries" queries={queries.slice(0, shown)} />
            </div>
            {queries.length > shown && (
                <details class="mt2">
                    <summary>{`${queries.length - shown} faster ones`}</summary>
                    <QueryTable caption="The faster documented queries" queries={queries.slice(shown)} />
                </details>
            )}
        </>
    );
}

function QueryTable(props: { readonly caption: string; readonly queries: readonly TimedQuery[] }): Child {
    return (
        <DataTable
            caption={props.caption}
            isStacked
            columns={[
                { title: "Query" },
                { title: "In the database", isNumber: true },
                { title: "With the link", isNumber: true },
                { title: "Rows", isNumber: true },
                { title: `Lines at ${lines.join(", ")} ms, on a logarithmic scale` },
            ]}
        >
            {props.queries.map((query) => (
                <QueryRow query={query} />
            ))}
        </DataTable>
    );
}

function QueryRow({ query }: { readonly query: TimedQuery }): Child {
    const { name, title, isReport, total, database, rows, problem } = query;
    return (
        <tr>
            <th scope="row" class="m" title={title}>
                {name}
                {isReport && <span class="mut"> report</span>}
            </th>
            <td class="n" data-l="in the database">
                {database === undefined ? "–" : format(database)}
            </td>
            <td class="n mut" data-l="with the link">
                {total === undefined ? "–" : format(total)}
            </td>
            <td class="n" data-l="rows">
                {rows?.toLocaleString("en-US") ?? "–"}
            </td>
            <td>{problem === undefined ? <Bar time={database ?? 0} /> : <State mark="bad">{problem}</State>}</td>
        </tr>
    );
}

// From 0.1 ms to 1 s.
function Bar({ time }: { readonly time: number }): Child {
    const place = (value: number): number =>
        Math.max(0, Math.min(1, (Math.log10(Math.max(value, 0.1)) + 1) / 4)) * barWidth;
    const over = lines.filter((line) => time > line).length;
    return (
        <svg width={barWidth} height={barHeight} viewBox={`0 0 ${barWidth} ${barHeight}`} aria-hidden="true">
            <rect class={over === 0 ? "part" : "bar"} y={3} width={Math.max(1, place(time)).toFixed(1)} height={8} />
            {lines.map((line) => (
                <path class="axis" d={`M${place(line).toFixed(1)} 0V${barHeight}`} />
            ))}
        </svg>
    );
}

function format(time: number): string {
    return `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}
