import type { Child } from "hono/jsx";
import { countOf } from "../../../src/cli/report.ts";
import { Heading } from "../../../src/console/parts.tsx";
import { takePageRows } from "../../../src/console/results.ts";
import type { ConsolePage, Visit } from "../../../src/console/site.ts";
import { Timeline } from "../../../src/console/timeline/timeline.tsx";
import type { Row } from "../../../src/database/connection.ts";
import { type ContentQueries, readContentQueries } from "../queries.ts";
import { Aside, type FoundQuestion, StoredText } from "./aside.tsx";
import { toEvent } from "./events.ts";
import { toAddress } from "./filters.ts";

const eventsPerPage = 50;
const [mostJobs, mostActions, mostRelationships] = [20, 20, 50];

/** A question with everything about it. A question whose row is gone still has its history. */
export async function showQuestion(visit: Visit): Promise<ConsolePage> {
    const found = await read(visit, await readContentQueries(visit));
    const { id, question, events, isFirstPage } = found;
    const isUnknown = question === undefined && events.length === 0 && isFirstPage;
    return {
        title: id,
        status: isUnknown ? 404 : 200,
        document: found,
        body: (
            <>
                <Crumb question={question} />
                <h1>
                    {question
                        ? String(question.question)
                        : isUnknown
                          ? `There is no question ‘${id}’`
                          : `The question ‘${id}’ was removed`}
                </h1>
                {!question && (
                    <p class="lead">
                        {isUnknown
                            ? "It has no history either. The id may be misspelt: search for a part of it."
                            : "Its row is gone. What happened to it before is below."}
                    </p>
                )}
                <div class="two">
                    <div>
                        {question && <Answer question={question} />}
                        <History found={found} />
                    </div>
                    <Aside found={found} />
                </div>
            </>
        ),
    };
}

async function read(visit: Visit, { bind }: ContentQueries): Promise<FoundQuestion> {
    const id = visit.parameters.id ?? "";
    const before = /^(.+)~(\d{1,15})$/.exec(visit.query.get("before") ?? "");
    const [question = [], channels = [], related = [], jobs = [], actions = [], history = []] = (
        await visit.getConnection().readAll([
            bind("question", { question_id: id }),
            bind("channelsOfQuestion", { question_id: id }),
            bind("relationships", { question_id: id, limit: mostRelationships }),
            bind("jobsOnItem", { item_type: "question", item_id: id, limit: mostJobs }),
            bind("ledgerOfItem", {
                ...{ item_type: "question", item_id: id, bot: null, action: null },
                ...{ before_at: "9999", before_id: 0, limit: mostActions },
            }),
            bind("history", {
                question_id: id,
                question_type: "question",
                before_at: before?.[1] ?? "9999",
                before_id: Number(before?.[2] ?? 0),
                limit: eventsPerPage + 1,
            }),
        ])
    ).map(takePageRows);
    const events = history.slice(0, eventsPerPage);
    const last = history.length > eventsPerPage ? events.at(-1) : undefined;
    return {
        ...{ id, question: question[0], channels, related, jobs, actions, events, isFirstPage: before === null },
        older: last && `${last.created_at}~${last.id}`,
    };
}

function Crumb({ question }: { readonly question: Row | undefined }): Child {
    const channel = String(question?.channel ?? "");
    return (
        <p class="crumb">
            <a href="/questions">Questions</a>
            {channel !== "" && (
                <>
                    {" / "}
                    <a href={toAddress({ channel })}>{channel}</a>
                </>
            )}
        </p>
    );
}

function Answer({ question }: { readonly question: Row }): Child {
    const { answer, tldr, eli5, explanation, diagram } = question;
    const length = String(explanation).length.toLocaleString("en-US");
    return (
        <section>
            <h2>Answer</h2>
            {answer === "" ? <p class="mut">No answer yet.</p> : <p class="prose text">{String(answer)}</p>}
            <dl class="chgs mt2">
                <dt>tldr</dt>
                <dd class="text">
                    <StoredText value={tldr} />
                </dd>
                <dt>eli5</dt>
                <dd class="text">
                    <StoredText value={eli5} />
                </dd>
            </dl>
            {explanation === "" ? (
                <p class="mut mt2">No explanation yet.</p>
            ) : (
                <details class="mt2">
                    <summary>{`Explanation, ${length} characters of Markdown`}</summary>
                    <pre class="mt text" tabindex={0}>
                        {String(explanation)}
                    </pre>
                </details>
            )}
            {diagram !== null && diagram !== "" && (
                <details class="mt">
                    <summary>Diagram, Mermaid source</summary>
                    <pre class="mt" tabindex={0}>
                        {String(diagram)}
                    </pre>
                </details>
            )}
        </section>
    );
}

function History({ found }: { readonly found: FoundQuestion }): Child {
    const { id, question, events, older, isFirstPage } = found;
    const address = `/questions/${encodeURIComponent(id)}`;
    const count = countOf(events.length, "event");
    if (!question && events.length === 0 && isFirstPage) return null;
    return (
        <section>
            <Heading
                title="History"
                id="history"
                note={
                    <>
                        {`${older === undefined && isFirstPage ? count : `${count} on this page`}, latest first, UTC. `}
                        <del>Removed</del> <ins>added</ins>
                    </>
                }
            />
            {events.length === 0 ? (
                <p class="none">
                    {isFirstPage
                        ? "No history: nothing was recorded since this question was added."
                        : "There are no older events."}
                </p>
            ) : (
                <div class="mt2">
                    <Timeline events={events.map(toEvent)} />
                </div>
            )}
            <p class="bar2">
                {!isFirstPage && (
                    <a class="btn" href={`${address}#history`}>
                        Latest events
                    </a>
                )}
                {older !== undefined && (
                    <a class="btn" href={`${address}?before=${encodeURIComponent(older)}#history`}>
                        Older events
                    </a>
                )}
            </p>
        </section>
    );
}
