import type { Child } from "hono/jsx";
import { Choice, DataTable, Empty, Time } from "../../../src/console/parts.tsx";
import type { Visit } from "../../../src/console/site.ts";
import { Item } from "../marks.tsx";
import { refreshSeconds } from "./limits.ts";
import type { JobList } from "./queue.tsx";

/** As the check of the column lists them. */
const itemTypes = ["question", "challenge", "test", "blog", "certification", "voice_session", "flashcard"];
/** What bots write, as the comment of the column lists it. */
const actions = ["create", "update", "delete", "verify", "flag", "analyze", "queued"];

export interface LedgerFilters {
    readonly bot: string;
    readonly action: string;
    /** The id of an item, and what kind of item it is. */
    readonly item: string;
    readonly type: string;
    /** The entry that the page begins after. */
    readonly before: { readonly at: string; readonly id: number } | undefined;
    /** The seconds between two readings; empty where it was not chosen on this console. Links and the form keep it. */
    readonly refresh: string;
}

/** Reads the filters of an address. */
export function readLedgerFilters({ query, isOwn }: Pick<Visit, "query" | "isOwn">): LedgerFilters {
    const get = (name: string): string => (query.get(name) ?? "").trim();
    const [, at, id] = /^(.+)~(\d{1,15})$/.exec(get("after")) ?? [];
    return {
        ...{ bot: get("bot"), action: get("action"), item: get("item"), type: get("type") || "question" },
        before: at === undefined ? undefined : { at, id: Number(id) },
        refresh: isOwn && get("refresh") === String(refreshSeconds) ? get("refresh") : "",
    };
}

/** What bots did, the latest first. */
export function Ledger(props: {
    readonly entries: JobList;
    readonly bots: readonly string[];
    readonly filters: LedgerFilters;
}): Child {
    const { entries, bots, filters } = props;
    const { rows, hasMore } = entries;
    const last = rows.at(-1);
    return (
        <section id="ledger">
            <div class="hd2">
                <h2>Ledger</h2>
                <Filters bots={bots} filters={filters} />
            </div>
            {rows.length === 0 ? (
                <Nothing filters={filters} />
            ) : (
                <DataTable
                    caption="Ledger"
                    isStacked
                    columns={["Time (UTC)", "Bot", "Action", "Item", "Reason"].map((title) => ({ title }))}
                >
                    {rows.map((entry) => (
                        <tr>
                            <td>
                                <Time value={entry.created_at} />
                            </td>
                            <td>{String(entry.bot_name)}</td>
                            <td>{String(entry.action)}</td>
                            <td class="w">
                                <Item type={entry.item_type} id={entry.item_id} isKnown={entry.is_known === 1} />
                            </td>
                            <td class="w mut">{String(entry.reason ?? "")}</td>
                        </tr>
                    ))}
                </DataTable>
            )}
            <p class="bar2">
                {filters.before !== undefined && (
                    <a class="btn" href={toAddress(filters)}>
                        Latest
                    </a>
                )}
                {hasMore && last !== undefined && (
                    <a class="btn" href={toAddress(filters, `${last.created_at}~${last.id}`)}>
                        Next {rows.length}
                    </a>
                )}
            </p>
        </section>
    );
}

function toAddress({ bot, action, item, type, refresh }: LedgerFilters, after = ""): string {
    const values = { bot, action, item, type: item === "" ? "" : type, after, refresh };
    const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
    return `/work${query.size === 0 ? "" : `?${query}`}#ledger`;
}

function toAll({ refresh }: LedgerFilters): string {
    return `/work${refresh === "" ? "" : `?refresh=${encodeURIComponent(refresh)}`}#ledger`;
}

function Filters({ bots, filters }: { readonly bots: readonly string[]; readonly filters: LedgerFilters }): Child {
    const { bot, action, item, type, refresh } = filters;
    return (
        <form class="filters" action="/work#ledger">
            <Choice name="bot" label="Bot" all="All bots" values={bots} value={bot} />
            <Choice name="action" label="Action" all="All actions" values={actions} value={action} />
            <label class="vh" for="type">
                Kind of item
            </label>
            <select id="type" name="type">
                {itemTypes.map((one) => (
                    <option value={one} selected={one === type}>
                        {one.replaceAll("_", " ")}
                    </option>
                ))}
            </select>
            <label class="vh" for="item">
                Id of an item
            </label>
            <input id="item" name="item" value={item} placeholder="Its id" autocomplete="off" />
            {refresh !== "" && <input type="hidden" name="refresh" value={refresh} />}
            <button type="submit">Filter</button>
            {bot + action + item !== "" && <a href={toAll(filters)}>Clear</a>}
        </form>
    );
}

function Nothing({ filters }: { readonly filters: LedgerFilters }): Child {
    const { bot, action, item, before } = filters;
    if (before !== undefined) return <Empty>There are no older actions.</Empty>;
    if (bot + action + item === "")
        return (
            <Empty>
                No bot has done anything yet. <code>pnpm bot:all</code> runs them.
            </Empty>
        );
    return (
        <Empty>
            No action matches. <a href={toAll(filters)}>Show all</a>
        </Empty>
    );
}
