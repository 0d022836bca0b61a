import type { Child } from "hono/jsx";
import { describeCounts } from "../../cli/commands/doctor.ts";
import { countOf } from "../../cli/report.ts";
import { type DatabaseFault, explainFault } from "../../database/faults.ts";
import type { Target } from "../../database/target.ts";
import { type Check, readChecks } from "../../doctor/checks.ts";
import { describeExamination } from "../../doctor/describe.ts";
import { countFindings, type ExaminationCounts, type Examined } from "../../doctor/examine.ts";
import { DataTable, Heading, State, Time } from "../parts.tsx";
import type { ConsoleMemory, ConsolePage, Screen, Visit } from "../site.ts";
import { readExamination, summarizeFindings } from "./examining.ts";
import { FindingBlock, type FoundRows, SqlLink } from "./finding.tsx";

/** What db:doctor finds, the most severe first; everything but the deep checks in one request. */
export const healthScreen: Screen = {
    label: "Health",
    path: "/health",
    routes: [{ pattern: "/health", show: showHealth }],
};

type Unexamined = Extract<Examined, { readonly state: "skipped" | "failed" }>;

async function showHealth(visit: Visit): Promise<ConsolePage> {
    const { database, memory } = visit;
    const all = await readChecks(visit.root);
    const asked = ["examine", "deep"].find((name) => visit.query.has(name));
    // On a server elsewhere rows that are read cost money, so there only a click examines.
    const isDue = memory.examination === undefined && database.target.local;
    const isAsked = asked !== undefined && visit.isOwn;
    const since = await readExamination(visit, all, isAsked || isDue, isAsked && asked === "deep");
    if (since !== undefined) return waitingPage(since);
    const { examination } = memory;
    const refusal = asked !== undefined && !visit.isOwn && <Refusal />;
    if (!examination) {
        visit.getConnection();
        return { title: "Health", document: null, body: <NotExamined checks={all} refusal={refusal} /> };
    }
    const { examined, damage, isDeep } = examination;
    const isSqlOn = database.readOnlyBy !== undefined;
    const counts = countFindings(examined);
    return {
        title: "Health",
        document: describeExamination(database.target.label, examined),
        body: (
            <>
                <Verdict counts={counts} />
                {damage && <Damage fault={damage} target={database.target} />}
                <div class="two">
                    <div>
                        <Findings examined={examined} isSqlOn={isSqlOn} />
                        <Unread title="Failed" state="failed" examined={examined} isSqlOn={isSqlOn} />
                        <Clean examined={examined} />
                        <Unread title="Skipped" state="skipped" examined={examined} isSqlOn={isSqlOn} />
                    </div>
                    <aside>
                        <Counts counts={counts} examination={examination} />
                        {refusal}
                        <Deep checks={all} isDeep={isDeep} />
                    </aside>
                </div>
            </>
        ),
    };
}

function waitingPage(since: string): ConsolePage {
    return {
        title: "Health",
        document: null,
        next: { path: "/health", afterSeconds: 2 },
        body: (
            <>
                <h1>
                    <State mark="off">Examining</State>
                </h1>
                <p class="lead">
                    Begun <Time value={since} />. The checks read whole tables; this page shows what they find as soon
                    as they are done.
                </p>
                <p class="mt2">
                    <a class="btn" href="/health">
                        Look again
                    </a>
                </p>
            </>
        ),
    };
}

function NotExamined({ checks, refusal }: { readonly checks: readonly Check[]; readonly refusal: Child }): Child {
    const quick = checks.filter(({ isSlow }) => !isSlow);
    return (
        <>
            <h1>
                <State mark="off">Not examined yet</State>
            </h1>
            <p class="lead">
                {`${countOf(quick.length, "check")} read whole tables in one request, and a server counts every row. `}
                The findings are kept until they are examined again.
            </p>
            <p class="mt2">
                <a class="btn" href="/health?examine=1">
                    Examine now
                </a>
            </p>
            {refusal}
        </>
    );
}

function Refusal(): Child {
    return <p class="mut sm mt">A link from elsewhere examines nothing; those on this page do.</p>;
}

function Verdict({ counts }: { readonly counts: ExaminationCounts }): Child {
    const { mark, summary } = summarizeFindings(counts);
    return (
        <>
            <h1>
                <State mark={mark}>{`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}`}</State>
            </h1>
            <p class="lead">
                Each check is a query in operations/checks/ that returns a row for every problem. Nothing here changes
                the database.
            </p>
        </>
    );
}

function Damage({ fault, target }: { readonly fault: DatabaseFault; readonly target: Target }): Child {
    const { message, hint } = explainFault(fault, target);
    return (
        <section>
            <h2>
                <State mark="bad">{message}</State>
            </h2>
            {hint !== undefined && <p class="lead">{hint}</p>}
        </section>
    );
}

function Findings({ examined, isSqlOn }: Pick<UnreadProps, "examined" | "isSqlOn">): Child {
    const found = examined.filter((item): item is FoundRows => item.state === "found");
    if (found.length === 0) return null;
    return (
        <section>
            <Heading title="Findings" note="the most severe first" />
            {found.map((item) => (
                <FindingBlock item={item} isSqlOn={isSqlOn} />
            ))}
        </section>
    );
}

interface UnreadProps {
    readonly title: string;
    readonly state: Unexamined["state"];
    readonly examined: readonly Examined[];
    readonly isSqlOn: boolean;
}

function Unread({ title, state, examined, isSqlOn }: UnreadProps): Child {
    const unread = examined.filter((item): item is Unexamined => item.state === state);
    if (unread.length === 0) return null;
    return (
        <section>
            <Heading title={title} />
            <DataTable
                caption={`Checks that were not examined: ${state}`}
                isStacked
                columns={[
                    { title: "Check" },
                    { title: "State" },
                    { title: "Reason" },
                    { title: "SQL", isHidden: true },
                ]}
            >
                {unread.map(({ check, reason }) => (
                    <tr>
                        <th scope="row" class="m">
                            {check.name}
                        </th>
                        <td>
                            <State mark={state === "failed" ? "bad" : "off"}>{state}</State>
                        </td>
                        <td class="w">{reason}</td>
                        <td>{isSqlOn && <SqlLink check={check} />}</td>
                    </tr>
                ))}
            </DataTable>
        </section>
    );
}

function Clean({ examined }: { readonly examined: readonly Examined[] }): Child {
    const clean = examined.filter(({ state }) => state === "clean");
    return (
        <section>
            <Heading title="Clean" note={`${countOf(clean.length, "check")} found nothing`} />
            <details class="mt">
                <summary>What was looked for</summary>
                <DataTable
                    caption="Checks that found nothing"
                    isStacked
                    columns={[{ title: "Check" }, { title: "Looks for" }, { title: "Level" }, { title: "File" }]}
                >
                    {clean.map(({ check }) => (
                        <tr>
                            <th scope="row" class="m">
                                {check.name}
                            </th>
                            <td class="w">{check.title}</td>
                            <td class="mut">{check.level}</td>
                            <td class="m">{check.path}</td>
                        </tr>
                    ))}
                </DataTable>
            </details>
        </section>
    );
}

interface CountsProps {
    readonly counts: ExaminationCounts;
    readonly examination: NonNullable<ConsoleMemory["examination"]>;
}

function Counts({ counts, examination: { at, isDeep } }: CountsProps): Child {
    const { errors, warnings, notes, examined, failed, skipped } = counts;
    const lines: [string, Child][] = [
        ["Examined", <Time value={at} />],
        ["Errors", errors.toLocaleString("en-US")],
        ["Warnings", warnings.toLocaleString("en-US")],
        ["Notes", notes.toLocaleString("en-US")],
        ["Checks run", examined.toLocaleString("en-US")],
        ["Failed", failed.toLocaleString("en-US")],
        ["Skipped", skipped.toLocaleString("en-US")],
    ];
    return (
        <section>
            <h2>Examination</h2>
            <dl>
                {lines.map(([label, value]) => (
                    <>
                        <dt>{label}</dt>
                        <dd>{value}</dd>
                    </>
                ))}
            </dl>
            <p class="mut sm mt">{`The same as db:doctor${isDeep ? "" : " --quick"}: ${describeCounts(counts)}`}</p>
            <p class="mt">
                <a href="/health?examine=1">Examine again</a>
            </p>
        </section>
    );
}

function Deep({ checks, isDeep }: { readonly checks: readonly Check[]; readonly isDeep: boolean }): Child {
    const slow = checks.filter(({ isSlow }) => isSlow);
    if (slow.length === 0) return null;
    return (
        <section>
            <h2>Deep check</h2>
            <p class="mut">{slow.map(({ title }) => `${title}.`).join(" ")}</p>
            {isDeep ? (
                <p class="mt">Included in this examination.</p>
            ) : (
                <p class="mt">
                    It reads every page of the database. <a href="/health?deep=1">Examine deeply</a>
                </p>
            )}
        </section>
    );
}
