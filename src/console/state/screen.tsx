import type { Child } from "hono/jsx";
import { describeUnfinished } from "../../cli/report.ts";
import type { Query, ReadResult, Value } from "../../database/connection.ts";
import { describeStatus, type Status, type StatusEntry, toStatus } from "../../drift/status.ts";
import { describeVerification, verifySchema } from "../../drift/verify.ts";
import { readAll } from "../../planning/prepare.ts";
import type { Problem } from "../../planning/problems.ts";
import { isDrift, listCompared, type ObjectDifference } from "../../schema/compare.ts";
import { renderDiff } from "../../schema/diff.ts";
import { Command, DataTable, Empty, Heading, State, showNumber, Time } from "../parts.tsx";
import type { ConsolePage, Screen, Visit } from "../site.ts";
import { Sparkline } from "../sparkline.tsx";
import { judgeState } from "./judge.ts";

/** What is in the database, a line for each kind of content. */
export interface Contents {
    readonly queries: (visit: Visit) => Promise<readonly Query[]>;
    /** From the results of the queries, in their order. */
    readonly render: (results: readonly ReadResult[], now: string) => readonly ContentLine[];
}

export interface ContentLine {
    readonly label: string;
    readonly path: string;
    readonly now: Child;
    /** Added in the last seven days. */
    readonly week: number;
    /** Added in each of the last weeks, the current one last. */
    readonly weeks: readonly number[];
    readonly last: Value | undefined;
}

const noContents: Contents = { queries: async () => [], render: () => [] };
const selectSize = { sql: "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size" };

/** The first screen: which database this is, its migrations, drift, and what is in it. The same as db:status and db:verify. */
export function stateScreen(contents = noContents): Screen {
    return { label: "State", path: "/", routes: [{ pattern: "/", show: (visit) => showState(visit, contents) }] };
}

async function showState(visit: Visit, contents: Contents): Promise<ConsolePage> {
    const { root, connection, database, now } = visit;
    const queries = await contents.queries(visit);
    const unfinished: Problem[] = [];
    const read = await readAll(root, connection, {
        anyVersion: true,
        extra: [selectSize, ...queries],
        leaveOut: (problem) => unfinished.push(problem),
    });
    const { sets, state } = read;
    const status = toStatus(read, database.schemaVersion);
    const isComparable = status.version > 0 && status.newer === undefined;
    const differences = isComparable ? await verifySchema(sets, state) : [];
    const lines = status.version > 0 ? contents.render(state.extra.slice(1), now) : [];
    const [size] = state.extra;
    const bytes = size?.ok ? size.rows[0]?.bytes : undefined;
    const verification = isComparable ? describeVerification(status.version, differences) : null;
    return {
        title: "State",
        document: { status: describeStatus(status), verification },
        body: (
            <>
                <Verdict status={status} differences={differences} visit={visit} />
                {unfinished.map((problem) => (
                    <p class="lead">{describeUnfinished(problem)}.</p>
                ))}
                <div class="two">
                    <div>
                        {lines.length > 0 && <ContentTable lines={lines} visit={visit} />}
                        {isComparable && <Drift differences={differences} />}
                        <Entries status={status} />
                    </div>
                    <aside>
                        <About status={status} bytes={bytes} visit={visit} />
                    </aside>
                </div>
            </>
        ),
    };
}

function Verdict(props: {
    readonly status: Status;
    readonly differences: readonly ObjectDifference[];
    readonly visit: Visit;
}): Child {
    const { status, differences, visit } = props;
    const isMissing = visit.connection === undefined;
    const extra = differences.filter(({ state }) => state === "extra");
    const schema = status.schema.filter(
        ({ type, name }) => !extra.some((one) => one.type === type && one.name === name),
    );
    const { mark, title, lead, command } = judgeState({ ...status, schema }, differences.filter(isDrift), isMissing);
    return (
        <>
            <h1>
                <State mark={mark}>{title}</State>
            </h1>
            <p class="lead">{lead}</p>
            {command !== undefined && (
                <div class="mt2">
                    <Command text={command} />
                </div>
            )}
        </>
    );
}

function ContentTable({ lines, visit }: { readonly lines: readonly ContentLine[]; readonly visit: Visit }): Child {
    const { findings } = visit.memory;
    return (
        <section>
            <Heading title="Contents" note="times in UTC" />
            <DataTable
                caption="What is in the database"
                isStacked
                columns={[
                    { title: "What", isHidden: true },
                    { title: "Now" },
                    { title: "7 days", isNumber: true },
                    { title: `${lines[0]?.weeks.length ?? 0} weeks` },
                    { title: "Last activity" },
                ]}
            >
                {lines.map(({ label, path, now, week, weeks, last }) => (
                    <tr>
                        <th scope="row">
                            <a href={path}>{label}</a>
                        </th>
                        <td class="w">{now}</td>
                        <td class="n" data-l="7 days">
                            {showNumber(week)}
                        </td>
                        <td>
                            <Sparkline values={weeks} label={`${label} added each week`} />
                        </td>
                        <td>
                            <Time value={last} />
                        </td>
                    </tr>
                ))}
                <tr>
                    <th scope="row">
                        <a href="/health">Findings</a>
                    </th>
                    <td class="w">
                        {findings ? (
                            <State mark={findings.mark}>{findings.summary}</State>
                        ) : (
                            <span class="mut">not examined since the console was started</span>
                        )}
                    </td>
                    <td class="n" />
                    <td />
                    <td>{findings && <Time value={findings.at} />}</td>
                </tr>
            </DataTable>
        </section>
    );
}

function Drift({ differences }: { readonly differences: readonly ObjectDifference[] }): Child {
    const drifted = differences.filter(isDrift);
    const compared = listCompared(differences).length;
    const extra = differences.filter(({ state }) => state === "extra");
    return (
        <section id="drift">
            <Heading title="Drift" note="database against files" />
            {drifted.length === 0 && <Empty>{`None. All ${compared} objects equal their files.`}</Empty>}
            {drifted.map((difference) => (
                <div class="mt">
                    <h3>
                        {difference.type} <span class="m">{difference.name}</span>{" "}
                        <span class="tag">{describeDifference(difference)}</span>
                    </h3>
                    <pre tabindex={0} class="mt">
                        {renderDiff(difference).map(({ sign, text }) => {
                            const line = `${sign} ${text}\n`;
                            if (sign === "-") return <del class="d">{line}</del>;
                            return sign === "+" ? <ins class="i">{line}</ins> : line;
                        })}
                    </pre>
                </div>
            ))}
            {drifted.length > 0 && <p class="mut sm mt">- as in the files, + as in the database</p>}
            {extra.length > 0 && (
                <p class="mut sm mt">
                    {`Not in the files, and no drift: ${extra.map(({ type, name }) => `${type} ${name}`).join(", ")}.`}
                </p>
            )}
        </section>
    );
}

function describeDifference({ state, isUndeployed }: ObjectDifference): string {
    if (isUndeployed) return "only the file changed: pnpm db:push deploys it";
    if (state === "missing") return "is missing in the database";
    return state === "unexpected" ? "is not in the files" : "differs";
}

function Entries({ status }: { readonly status: Status }): Child {
    const migrations = status.entries.filter(({ kind }) => kind === "migration").toReversed();
    const objects = status.entries.filter(({ kind, isDone }) => kind === "object" && !isDone);
    return (
        <>
            {objects.length > 0 && (
                <section>
                    <Heading title="Views and triggers to deploy" />
                    <EntryTable caption="Views and triggers to deploy" entries={objects} last="Why" />
                </section>
            )}
            <section id="migrations">
                <Heading title="Migrations" note="the latest first" />
                <EntryTable caption="Migrations" entries={migrations} last="Applied (UTC)" />
            </section>
        </>
    );
}

function EntryTable(props: {
    readonly caption: string;
    readonly entries: readonly StatusEntry[];
    readonly last: string;
}): Child {
    return (
        <DataTable
            caption={props.caption}
            isStacked
            columns={[{ title: "File" }, { title: "State" }, { title: props.last }]}
        >
            {props.entries.map(({ kind, what, isDone, detail }) => (
                <tr>
                    <th scope="row" class="w m">
                        {what}
                    </th>
                    <td>
                        <State mark={isDone ? "ok" : "off"}>{isDone ? "applied" : "pending"}</State>
                    </td>
                    <td>{kind === "migration" && isDone ? <Time value={detail} /> : detail}</td>
                </tr>
            ))}
        </DataTable>
    );
}

function About(props: { readonly status: Status; readonly bytes: Value | undefined; readonly visit: Visit }): Child {
    const { status, bytes, visit } = props;
    const { target, readOnlyBy, notes } = visit.database;
    const migrations = status.entries.filter(({ kind }) => kind === "migration");
    const where = target.kind === "file" ? "local file" : target.local ? "server on this machine" : "remote server";
    return (
        <section>
            <h2>Database</h2>
            <dl>
                <dt>Target</dt>
                <dd>
                    <span class="m">{target.label}</span>, {where}
                </dd>
                <dt>Access</dt>
                <dd>
                    {readOnlyBy ?? "a read-write token: set TURSO_AUTH_TOKEN_RO to a read-only one to run SQL here"}
                </dd>
                <dt>Version</dt>
                <dd>{status.schemaVersion}</dd>
                <dt>Migration</dt>
                <dd>{`${status.version}; ${migrations.filter(({ isDone }) => isDone).length} of ${migrations.length} are applied`}</dd>
                {status.sets.map((set) => (
                    <>
                        <dt>Set</dt>
                        <dd>{`${set.name}, migration ${set.version}`}</dd>
                    </>
                ))}
                {bytes !== undefined && (
                    <>
                        <dt>Size</dt>
                        <dd>{`${(Number(bytes) / 1_000_000).toFixed(2)} MB`}</dd>
                    </>
                )}
                {notes.map((note) => (
                    <>
                        <dt>Note</dt>
                        <dd>{note}</dd>
                    </>
                ))}
            </dl>
        </section>
    );
}
