import type { Child } from "hono/jsx";
import { Time } from "../../../src/console/parts.tsx";
import { renderSnapshotValue } from "../../../src/console/timeline/changes.tsx";
import type { Row, Value } from "../../../src/database/connection.ts";
import { StatusMark } from "../marks.tsx";
import { toAddress } from "./filters.ts";

/** What is known of a question. */
export interface FoundQuestion {
    readonly id: string;
    /** Undefined where its row is gone. */
    readonly question: Row | undefined;
    readonly channels: readonly Row[];
    readonly related: readonly Row[];
    readonly jobs: readonly Row[];
    readonly actions: readonly Row[];
    readonly events: readonly Row[];
    /** Where the older events begin. */
    readonly older: string | undefined;
    readonly isFirstPage: boolean;
}

/** Facts of a question, and what belongs to it. */
export function Aside({ found }: { readonly found: FoundQuestion }): Child {
    const { id, question, channels, related, jobs, actions } = found;
    return (
        <aside>
            {question && <Facts question={question} />}
            {question && (
                <Linked title="Channels" none="In no channel, so no reader finds it." isEmpty={channels.length === 0}>
                    {channels.map(({ channel_id: channel, sub_channel: part }) => (
                        <li>
                            <a href={toAddress({ channel: String(channel) })}>{String(channel)}</a>
                            {part ? <span class="mut">{` / ${part}`}</span> : null}
                            {channel === question.channel && part === question.sub_channel && (
                                <span class="mut sm"> primary</span>
                            )}
                        </li>
                    ))}
                </Linked>
            )}
            {question && (
                <Linked title="Related" none="Related to no other question." isEmpty={related.length === 0}>
                    {related.map((other) => (
                        <li>
                            <span class="mut">{`${String(other.relationship_type).replaceAll("_", " ")} ${other.direction} `}</span>
                            <a class="m" href={`/questions/${encodeURIComponent(String(other.id))}`}>
                                {String(other.id)}
                            </a>{" "}
                            <span class="mut">{String(other.strength)}</span>
                        </li>
                    ))}
                </Linked>
            )}
            <Linked title="Queue" none="No job was requested for it." isEmpty={jobs.length === 0}>
                {jobs.map((job) => (
                    <li>
                        <StatusMark status={job.status}>
                            <a href={`/work/${job.id}`}>{String(job.action)}</a>
                        </StatusMark>{" "}
                        <span class="mut">{`#${job.id}, ${showDay(job.created_at)}`}</span>
                    </li>
                ))}
            </Linked>
            <Linked title="Ledger" none="No bot has done anything to it." isEmpty={actions.length === 0}>
                {actions.map((action) => (
                    <li>
                        {String(action.action)}{" "}
                        <span class="mut">{`by ${action.bot_name}, ${showDay(action.created_at)}`}</span>
                    </li>
                ))}
                {actions.length > 0 && (
                    <li>
                        <a href={`/work?${new URLSearchParams({ item: id })}#ledger`}>All with their reasons</a>
                    </li>
                )}
            </Linked>
        </aside>
    );
}

function showDay(value: Value | undefined): string {
    return String(value ?? "").slice(0, 10);
}

function Linked(props: {
    readonly title: string;
    readonly none: string;
    readonly isEmpty: boolean;
    readonly children: Child;
}): Child {
    return (
        <section>
            <h2>{props.title}</h2>
            {props.isEmpty ? <p class="mut sm">{props.none}</p> : <ul class="refs">{props.children}</ul>}
        </section>
    );
}

function Facts({ question }: { readonly question: Row }): Child {
    const { id, status, difficulty, source_url: source, last_updated: changed, created_at: added } = question;
    const others = {
        Tags: question.tags,
        Companies: question.companies,
        Levels: question.experience_level_tags,
        Relevance: question.relevance_score,
        Voice: question.voice_suitable === null ? null : question.voice_suitable === 1 ? "suitable" : "not suitable",
        Keywords: question.voice_keywords,
        Films: question.videos,
    };
    return (
        <section>
            <h2>Facts</h2>
            <dl>
                <dt>Id</dt>
                <dd class="m">{String(id)}</dd>
                <dt>Status</dt>
                <dd>
                    <StatusMark status={status} />
                </dd>
                <dt>Difficulty</dt>
                <dd>{String(difficulty)}</dd>
                {Object.entries(others).map(([name, value]) => (
                    <>
                        <dt>{name}</dt>
                        <dd>
                            <StoredText value={value} />
                        </dd>
                    </>
                ))}
                <dt>Source</dt>
                <dd>
                    <Source value={source} />
                </dd>
                <dt>Changed</dt>
                <dd>
                    <Time value={changed} />
                </dd>
                <dt>Added</dt>
                <dd>
                    <Time value={added} />
                </dd>
            </dl>
        </section>
    );
}

function Source({ value }: { readonly value: Value | undefined }): Child {
    if (typeof value !== "string" || !/^https?:\/\//.test(value)) return <StoredText value={value} />;
    return (
        <a href={value} rel="noreferrer">
            {value}
        </a>
    );
}

/** A stored text or list: NULL and an empty text say so. */
export function StoredText({ value }: { readonly value: Value | undefined }): Child {
    const text = renderSnapshotValue(value);
    if (text === undefined) return <span class="null">NULL</span>;
    return text === "" ? <span class="null">empty</span> : text;
}
