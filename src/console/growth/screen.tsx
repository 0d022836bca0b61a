import type { Child } from "hono/jsx";
import { DataTable, Heading, State, showNumber } from "../parts.tsx";
import type { ConsolePage, Screen, Visit } from "../site.ts";
import { ShareBar, WeekChart } from "./chart.tsx";
import { Counted, NotCounted } from "./counted.tsx";
import { findRate, findReach, type GrowthReading, type Reach, type TableGrowth } from "./figures.ts";
import { measureQueries, queryLimit, readTimedQueries } from "./latency.ts";
import { LatencySection } from "./latency-section.tsx";
import { listCountedTables, readGrowth } from "./read.ts";
import { readSizes, SizesSection } from "./sizes.tsx";

/** How tables grow toward their documented volumes, and how long the documented queries take. */
export const growthScreen: Screen = {
    label: "Growth",
    path: "/growth",
    routes: [{ pattern: "/growth", show: showGrowth }],
};

type Charted = TableGrowth & { readonly added: readonly number[] };

const keptFor = 60_000;

async function showGrowth(visit: Visit): Promise<ConsolePage> {
    const { query, isOwn, memory, now } = visit;
    visit.getConnection();
    if (query.has("measure") && isOwn) {
        const queries = await readTimedQueries(visit.root, visit.site.masked);
        const settings = { now, clock: () => performance.now() };
        memory.latency = await measureQueries(visit.connect(queryLimit), queries, settings);
    }
    const sizes = query.has("sizes") && isOwn ? await readSizes(visit.connect(queryLimit)) : undefined;
    const sections = (
        <>
            <SizesSection reading={sizes} isRefused={query.has("sizes") && !isOwn} />
            <LatencySection reading={memory.latency} isRefused={query.has("measure") && !isOwn} />
        </>
    );
    const reading = await getGrowth(visit);
    if (!reading) return { title: "Growth", document: null, body: <NotCounted visit={visit}>{sections}</NotCounted> };
    const charted = reading.tables.filter((table): table is Charted => table.added !== undefined && table.rows !== 0);
    const rows = listRows(reading);
    const latency = memory.latency ?? null;
    return {
        title: "Growth",
        document: {
            database: visit.database.target.label,
            ...reading,
            tables: rows.map(addWeeks(reading)),
            latency,
            sizes: sizes ?? null,
        },
        rows,
        scripts: ["uplot.js", "charts.js"],
        styles: ["uplot.css"],
        body: (
            <>
                <div class="hd2">
                    <h1>Growth</h1>
                    <span class="mut sm">
                        {`52 weeks to ${reading.at.slice(0, 10)}, UTC; the last week is not over. `}
                        <Counted at={reading.at} isLocal={visit.database.target.local} />
                    </span>
                </div>
                <p class="lead">
                    Rows that were added each week and are still there. Deleted rows are missing, because nothing keeps
                    their time.
                </p>
                <Charts reading={reading} charted={charted} />
                <Volumes reading={reading} isRefused={query.has("all") && !isOwn} />
                <Values reading={reading} charted={charted} />
                {sections}
            </>
        ),
    };
}

/** Undefined on a server elsewhere until a click of this console counts: there, rows that are read cost money. */
async function getGrowth(visit: Visit): Promise<GrowthReading | undefined> {
    const { memory, getConnection, root, site, now, query, isOwn, database } = visit;
    const kept = memory.growth;
    const isWhole = query.has("all") && isOwn;
    if (!database.target.local && !isWhole && !(query.has("count") && isOwn)) return kept;
    const age = kept ? Date.parse(now) - Date.parse(kept.at) : Number.POSITIVE_INFINITY;
    if (database.target.local && kept && age >= 0 && age < keptFor && kept.isWhole === isWhole) return kept;
    const counted = await listCountedTables(root, site.documents);
    memory.growth = await readGrowth(getConnection(), counted, { now, isWhole });
    return memory.growth;
}

function Charts({
    reading,
    charted,
}: {
    readonly reading: GrowthReading;
    readonly charted: readonly Charted[];
}): Child {
    if (charted.length === 0)
        return <p class="none mt2">No table has rows that keep a time. Load some: pnpm db:seed all.</p>;
    return (
        <section>
            <h2 class="vh">Rows added each week</h2>
            <div class="multi">
                {charted.map(({ table, rows, added }) => (
                    <figure data-series={table}>
                        <figcaption class="hd2">
                            <h3>
                                <a href={`/tables/${encodeURIComponent(table)}`}>{table}</a>
                            </h3>
                            <span class="mut sm" aria-live="polite">{`${showNumber(rows)} rows`}</span>
                        </figcaption>
                        <WeekChart table={table} weeks={reading.weeks} added={added} />
                    </figure>
                ))}
            </div>
        </section>
    );
}

function Volumes({ reading, isRefused }: { readonly reading: GrowthReading; readonly isRefused: boolean }): Child {
    const uncounted = reading.tables.filter(({ time, added }) => time && !added);
    const ordered = [...reading.tables].sort((one, other) => shareOf(other) - shareOf(one));
    return (
        <section>
            <Heading title="Against the documented volumes" note="rate: the mean of the last 8 whole weeks" />
            <DataTable
                caption="Rows against the documented volumes"
                isStacked
                columns={[
                    { title: "Table" },
                    { title: "Rows", isNumber: true },
                    { title: "Large", isNumber: true },
                    { title: "Share", isNumber: true },
                    { title: "Share as a bar", isHidden: true },
                    { title: "Rows a week", isNumber: true },
                    { title: "Expected", isNumber: true },
                    { title: "Large is reached", isNumber: true },
                ]}
            >
                {ordered.map((table) => (
                    <VolumeRow table={table} now={reading.at} />
                ))}
            </DataTable>
            {uncounted.length > 0 && (
                <p class="mut sm mt">
                    {`Not counted by week, because no index has their time: ${nameAll(uncounted)}. `}
                    <a href="/growth?all=1">Count them too</a> (reads these tables whole).
                    {isRefused && " A link from elsewhere does not start that; this link does."}
                </p>
            )}
            {reading.unknown.length > 0 && (
                <p class="mut sm mt">{`In the database, but not in the files, and so not counted: ${reading.unknown.join(", ")}.`}</p>
            )}
        </section>
    );
}

function VolumeRow({ table, now }: { readonly table: TableGrowth; readonly now: string }): Child {
    const { table: name, rows, problem, large, expected, added } = table;
    const share = shareOf(table);
    const percent = share > 0 && share < 0.005 ? "<1%" : `${Math.round(share * 100)}%`;
    return (
        <tr>
            <th scope="row" class="m">
                <a href={`/tables/${encodeURIComponent(name)}`}>{name}</a>
            </th>
            <td class="n" data-l="rows">
                {rows === undefined ? <State mark="bad">{problem ?? "not counted"}</State> : showNumber(rows)}
            </td>
            <td class="n" data-l="large">
                {large === undefined ? "–" : showNumber(large)}
            </td>
            <td class="n" data-l="share">
                {share < 0 ? "–" : percent}
            </td>
            <td>{share >= 0 && <ShareBar share={share} label={`${percent} of large`} />}</td>
            <td class="n" data-l="rows a week">
                {added === undefined ? "–" : formatRate(findRate(added))}
            </td>
            <td class="n mut" data-l="expected">
                {expected === undefined ? "–" : showNumber(expected)}
            </td>
            <td class="n" data-l="large is reached">
                <ReachText reach={findReach(table, now)} />
            </td>
        </tr>
    );
}

function ReachText({ reach }: { readonly reach: Reach }): Child {
    if (reach.kind === "day") return reach.isSoon ? <State mark="warn">{reach.day}</State> : reach.day;
    if (reach.kind === "reached") return <State mark="warn">reached</State>;
    return <span class="mut">{words[reach.kind]}</span>;
}

const words = {
    late: "in over 10 years",
    still: "not growing",
    untimed: "no time kept",
    uncounted: "not counted",
    undocumented: "no size documented",
} as const;

function Values({
    reading,
    charted,
}: {
    readonly reading: GrowthReading;
    readonly charted: readonly Charted[];
}): Child {
    if (charted.length === 0) return null;
    const weeks = reading.weeks.map((week, at) => ({ week, at })).reverse();
    return (
        <section>
            <Heading title="Values of the charts" />
            <details>
                <summary>52 weeks as a table</summary>
                <div class="mt" id="values">
                    <DataTable
                        caption="Rows added each week"
                        columns={[
                            { title: "Week from" },
                            ...charted.map(({ table }) => ({ title: table, isNumber: true })),
                        ]}
                    >
                        {weeks.map(({ week, at }) => (
                            <tr>
                                <th scope="row" class="t">
                                    {week}
                                </th>
                                {charted.map(({ added }) => (
                                    <td class="n">{showNumber(added[at])}</td>
                                ))}
                            </tr>
                        ))}
                    </DataTable>
                </div>
            </details>
        </section>
    );
}

function listRows({ tables, at }: GrowthReading) {
    return tables.map((table) => {
        const reach = findReach(table, at);
        return {
            table: table.table,
            rows: table.rows ?? null,
            large: table.large ?? null,
            rate: table.added === undefined ? null : findRate(table.added),
            expected: table.expected ?? null,
            reached: reach.kind === "day" ? reach.day : reach.kind,
        };
    });
}

function addWeeks({ tables }: GrowthReading) {
    return (row: ReturnType<typeof listRows>[number], at: number): object => ({
        ...row,
        weeks: tables[at]?.added ?? null,
    });
}

/** -1 where there is none. */
function shareOf({ rows, large }: TableGrowth): number {
    return rows === undefined || large === undefined ? -1 : rows / large;
}

function formatRate(rate: number): string {
    return rate.toLocaleString("en-US", { maximumFractionDigits: rate < 10 ? 1 : 0 });
}

function nameAll(tables: readonly TableGrowth[]): string {
    return tables.map(({ table }) => table).join(", ");
}
