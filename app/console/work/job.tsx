import type { Child } from "hono/jsx";
import { Cell, Command, Time } from "../../../src/console/parts.tsx";
import { takePageRows } from "../../../src/console/results.ts";
import type { ConsolePage, Visit } from "../../../src/console/site.ts";
import { renderSnapshotValue } from "../../../src/console/timeline/changes.tsx";
import type { Row, Value } from "../../../src/database/connection.ts";
import { findJson } from "../../../src/text/json.ts";
import { Item, StatusMark } from "../marks.tsx";
import { readContentQueries } from "../queries.ts";
import { readErrors } from "./errors.ts";

/** A job with all its columns, its errors, and what can be done about it. */
export async function showJob(visit: Visit): Promise<ConsolePage> {
    const id = visit.parameters.id ?? "";
    const jobId = /^\d{1,15}$/.test(id) ? Number(id) : 0;
    const { bind } = await readContentQueries(visit);
    const [jobs = [], questions = []] = (
        await visit.getConnection().readAll([bind("job", { job_id: jobId }), bind("questionOfJob", { job_id: jobId })])
    ).map(takePageRows);
    const [job] = jobs;
    if (!job) return { title: `Job ${id}`, status: 404, document: { job: null }, body: <Unknown id={id} /> };
    const [question] = questions;
    const errors = readErrors(job.result);
    return {
        title: `Job ${id}`,
        document: { job, question: question ?? null, errors },
        body: (
            <>
                <p class="crumb">
                    <a href="/work">Work</a>
                </p>
                <h1>{`Job ${id}: ${job.action} ${String(job.item_type).replaceAll("_", " ")}`}</h1>
                <p class="lead">{question ? String(question.question) : String(job.reason ?? "")}</p>
                <div class="two">
                    <div>
                        <Errors status={job.status} errors={errors} />
                        <Commands id={id} status={job.status} />
                        <Result result={job.result} />
                    </div>
                    <aside>
                        <Facts job={job} isKnown={question !== undefined} />
                    </aside>
                </div>
            </>
        ),
    };
}

function Unknown({ id }: { readonly id: string }): Child {
    return (
        <>
            <p class="crumb">
                <a href="/work">Work</a>
            </p>
            <h1>{`There is no job ‘${id}’`}</h1>
            <p class="lead">Maintenance removes jobs 30 days after they were completed.</p>
        </>
    );
}

function Errors({ status, errors }: { readonly status: Value | undefined; readonly errors: readonly string[] }): Child {
    return (
        <section>
            <h2>Errors</h2>
            {errors.length === 0 ? (
                <p class="none">
                    {status === "failed" ? "It failed, but no reason was kept." : "No attempt has failed."}
                </p>
            ) : (
                <>
                    <ol>
                        {errors.map((error, at) => (
                            <li class="text">
                                {error}
                                {at === 0 && errors.length > 1 && <span class="mut sm"> latest</span>}
                            </li>
                        ))}
                    </ol>
                    {errors.length > 4 && <p class="mut sm mt">Only the last five are kept.</p>}
                </>
            )}
        </section>
    );
}

function Commands({ id, status }: { readonly id: string; readonly status: Value | undefined }): Child {
    const verb = status === "failed" ? "retry" : status === "completed" ? undefined : "cancel";
    return (
        <section>
            <h2>
                {verb === "retry"
                    ? "Return it to the queue"
                    : verb === "cancel"
                      ? "Cancel it"
                      : "Show it in a terminal"}
            </h2>
            {verb !== undefined && <Command text={`pnpm bot:queue ${verb} ${id}`} />}
            <div class={verb === undefined ? undefined : "mt"}>
                <Command text={`pnpm bot:queue show ${id}`} />
            </div>
        </section>
    );
}

function Result({ result }: { readonly result: Value | undefined }): Child {
    const parsed = findJson(result);
    return (
        <section>
            <h2>Result</h2>
            {result === null || result === undefined ? (
                <p class="none">None yet.</p>
            ) : (
                <>
                    {parsed === undefined && (
                        <p>
                            <span class="s warn">It is not valid JSON; this is its text</span>
                        </p>
                    )}
                    <pre class="text" tabindex={0}>
                        {parsed === undefined ? String(result) : renderSnapshotValue(parsed)}
                    </pre>
                </>
            )}
        </section>
    );
}

function Facts({ job, isKnown }: { readonly job: Row; readonly isKnown: boolean }): Child {
    const texts = {
        Action: job.action,
        Priority: job.priority,
        Reason: job.reason,
        "Requested by": job.created_by,
        "Assigned to": job.assigned_to,
        Attempts: `${job.attempts} of ${job.max_attempts}`,
        Worker: job.locked_by,
    };
    const times = {
        Requested: job.created_at,
        "Due from": job.run_after,
        "Lease until": job.locked_until,
        Ended: job.processed_at,
    };
    return (
        <section>
            <h2>Facts</h2>
            <dl>
                <dt>Status</dt>
                <dd>
                    <StatusMark status={job.status} />
                </dd>
                <dt>Item</dt>
                <dd>
                    <Item type={job.item_type} id={job.item_id} isKnown={isKnown} />
                </dd>
                {Object.entries(texts).map(([name, value]) => (
                    <>
                        <dt>{name}</dt>
                        <dd>
                            <Cell value={value} />
                        </dd>
                    </>
                ))}
                {Object.entries(times).map(([name, value]) => (
                    <>
                        <dt>{name}</dt>
                        <dd>
                            <Time value={value} />
                        </dd>
                    </>
                ))}
            </dl>
            <p class="mut sm mt">Times are UTC.</p>
        </section>
    );
}
