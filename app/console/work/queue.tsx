import type { Child } from "hono/jsx";
import { Command, DataTable, Empty, Heading, showNumber } from "../../../src/console/parts.tsx";
import type { Row, Value } from "../../../src/database/connection.ts";
import { Item, StatusMark } from "../marks.tsx";
import { describeAge, findLatest, isOlder, readTime } from "../time.ts";
import { readErrors } from "./errors.ts";
import { longestDays } from "./limits.ts";

/** The jobs that have not ended. */
const longest: Readonly<Record<string, number>> = { pending: longestDays.pending, processing: longestDays.processing };
const statuses = ["pending", "processing", "failed", "completed"];

/** Rows of a list that may be longer than a page. */
export interface JobList {
    readonly rows: readonly Row[];
    readonly hasMore: boolean;
}

/** How many jobs have each status, and for how long; where there are none, when the last one was there. */
export function Figures(props: {
    readonly health: readonly Row[];
    readonly activity: readonly Row[];
    readonly now: string;
}): Child {
    const { health, activity, now } = props;
    return (
        <section>
            <div class="figs">
                {statuses.map((status) => {
                    const rows = health.filter((row) => row.status === status);
                    const last = activity.find((row) => row.status === status);
                    return (
                        <div>
                            <div>
                                <StatusMark status={status} />
                            </div>
                            <div class="big">{showNumber(sum(rows, "items"))}</div>
                            <div class="mut sm">
                                {status in longest ? (
                                    <Open status={status} rows={rows} now={now} />
                                ) : (
                                    <Done status={status} last={last} now={now} />
                                )}
                            </div>
                        </div>
                    );
                })}
            </div>
            <p class="mut sm mt">{describeActivity(activity, now)}</p>
        </section>
    );
}

function Open(props: { readonly status: string; readonly rows: readonly Row[]; readonly now: string }): Child {
    const { status, rows, now } = props;
    const oldest = rows.map(({ oldest_created_at }) => String(oldest_created_at)).sort()[0];
    if (oldest === undefined) return status === "pending" ? "nothing waits" : "no worker holds one";
    const ended = sum(rows, "ended_leases");
    return (
        <>
            {"oldest "}
            <span class={isOlder(oldest, now, longest[status] ?? 0) ? "warn" : undefined}>
                {describeAge(oldest, now)}
            </span>
            {status === "pending" && `, ${showNumber(sum(rows, "urgent_items"))} urgent`}
            {status === "pending" && `, ${showNumber(sum(rows, "due_items"))} due`}
            {ended > 0 && (
                <>
                    {", "}
                    <span class="warn">{`${showNumber(ended)} without a lease`}</span>
                </>
            )}
        </>
    );
}

function Done(props: { readonly status: string; readonly last: Row | undefined; readonly now: string }): Child {
    const { status, last, now } = props;
    const age = describeAge(last?.latest_processed_at, now);
    if (age === undefined) return "none yet";
    const recent = Number(last?.processed_since ?? 0);
    return (
        <>
            <span
                class={status === "failed" && recent > 0 ? "warn" : undefined}
            >{`${showNumber(recent)} in 24 h`}</span>
            {`, last ${age} ago`}
        </>
    );
}

function describeActivity(activity: readonly Row[], now: string): string {
    const requested = describeAge(findLatest(...activity.map((row) => row.latest_created_at)), now);
    const ended = describeAge(findLatest(...activity.map((row) => row.latest_processed_at)), now);
    if (requested === undefined) return "No job was ever requested, or all were removed. Bots request them.";
    return `Last job requested ${requested} ago${ended === undefined ? "; none has ended yet" : `, last one ended ${ended} ago`}.`;
}

function sum(rows: readonly Row[], column: string): number {
    return rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
}

/** The jobs that are due, as bots will claim them. */
export function Claimable(props: {
    readonly jobs: JobList;
    readonly health: readonly Row[];
    readonly now: string;
}): Child {
    const { jobs, health, now } = props;
    const pending = health.filter((row) => row.status === "pending");
    const later = sum(pending, "items") - sum(pending, "due_items");
    const waits = later > 0 ? `; ${showNumber(later)} more wait for their time` : "";
    return (
        <section id="queue">
            <Heading title="Claimable" note={`in the order in which each bot claims${waits}`} />
            {jobs.rows.length === 0 ? (
                <Empty>Nothing is due. A bot that runs now finds no job.</Empty>
            ) : (
                <JobTable caption="Claimable" jobs={jobs} text="Reason" last="Due for">
                    {(job) => ({
                        text: <span class="mut">{String(job.reason ?? "")}</span>,
                        bot: job.assigned_to === null ? "not assigned" : String(job.assigned_to),
                        last: describeAge(job.run_after, now) ?? "",
                    })}
                </JobTable>
            )}
        </section>
    );
}

/** The jobs that workers hold. */
export function InWork({ jobs, now }: { readonly jobs: JobList; readonly now: string }): Child {
    return (
        <section>
            <Heading title="In work" note="a lease that ended: the worker died, or works without one" />
            {jobs.rows.length === 0 ? (
                <Empty>No worker holds a job.</Empty>
            ) : (
                <JobTable caption="In work" jobs={jobs} text="Reason" last="Lease">
                    {(job) => ({
                        text: <span class="mut">{String(job.reason ?? "")}</span>,
                        bot: String(job.locked_by ?? job.assigned_to ?? "unknown"),
                        last: <Lease until={job.locked_until} now={now} />,
                    })}
                </JobTable>
            )}
        </section>
    );
}

function Lease({ until, now }: { readonly until: Value | undefined; readonly now: string }): Child {
    const end = readTime(until);
    if (end === undefined) return <span class="warn">none</span>;
    const at = String(until).slice(0, 16).replace("T", " ");
    if (end > Date.parse(now)) return `until ${at}`;
    return <span class="warn">{`ended ${describeAge(until, now)} ago`}</span>;
}

/** The jobs that failed, with what to do about them. */
export function Failed({ jobs, now }: { readonly jobs: JobList; readonly now: string }): Child {
    const ids = jobs.rows.map(({ id }) => String(id));
    return (
        <section id="failed">
            <Heading title="Failed" note="the latest first" />
            {jobs.rows.length === 0 ? (
                <Empty>No job has failed.</Empty>
            ) : (
                <>
                    <JobTable caption="Failed" jobs={jobs} text="Error" last="Failed">
                        {(job) => ({
                            text: readErrors(job.result)[0] ?? <span class="null">no reason was kept</span>,
                            bot: String(job.assigned_to ?? "not assigned"),
                            last: `${describeAge(job.processed_at, now) ?? "?"} ago`,
                        })}
                    </JobTable>
                    <p class="mut sm mt2">Return one or all of them to the queue, or see one with all its errors:</p>
                    <div class="mt">
                        <Command text={`pnpm bot:queue retry ${ids.join(" ")}`} />
                    </div>
                    <div class="mt">
                        <Command text={`pnpm bot:queue show ${ids[0]}`} />
                    </div>
                </>
            )}
        </section>
    );
}

interface JobCells {
    readonly text: Child;
    readonly bot: string;
    readonly last: Child;
}

function JobTable(props: {
    readonly caption: string;
    readonly jobs: JobList;
    readonly text: string;
    readonly last: string;
    readonly children: (job: Row) => JobCells;
}): Child {
    const { caption, jobs, text, last, children } = props;
    const columns = [
        { title: "Job", isNumber: true },
        { title: "Prio", isNumber: true },
        ...["Item", "Action", text, "Bot"].map((title) => ({ title })),
        ...[
            { title: "Tries", isNumber: true },
            { title: last, isNumber: true },
        ],
    ];
    return (
        <>
            <DataTable caption={caption} isStacked columns={columns} kind="jobs">
                {jobs.rows.map((job) => {
                    const cells = children(job);
                    return (
                        <tr>
                            <td class="n" data-l="job">
                                <a href={`/work/${job.id}`}>{String(job.id)}</a>
                            </td>
                            <td class="n" data-l="prio">
                                {String(job.priority)}
                            </td>
                            <th scope="row" class="w">
                                <Item type={job.item_type} id={job.item_id} isKnown={job.is_known === 1} />
                            </th>
                            <td>{String(job.action)}</td>
                            <td class="w">{cells.text}</td>
                            <td>{cells.bot}</td>
                            <td class="n" data-l="tries">
                                {`${job.attempts} of ${job.max_attempts}`}
                            </td>
                            <td class="n" data-l={last.toLowerCase()}>
                                {cells.last}
                            </td>
                        </tr>
                    );
                })}
            </DataTable>
            {jobs.hasMore && (
                <p class="mut sm mt">{`The first ${jobs.rows.length}. All of them: pnpm bot:queue list --limit 1000`}</p>
            )}
        </>
    );
}
