import type { Child } from "hono/jsx";
import { Choice, DataTable, Empty, Time } from "../../../src/console/parts.tsx";
import { Item } from "../marks.tsx";
import type { JobList } from "./queue.tsx";

/** What bots write, as the comment of the column lists it. */
const actions = ["create", "update", "delete", "verify", "flag", "analyze", "queued"];

export interface LedgerFilters {
    readonly bot: string;
    readonly action: string;
    /** The id of a question. */
    readonly item: string;
    /** The entry that the page begins after. */
    readonly before: { readonly at: string; readonly id: number } | undefined;
    readonly isRefreshed: boolean;
}

/** Reads the filters of an address. */
export function readLedgerFilters(query: URLSearchParams): LedgerFilters {
    const get = (name: string): string => (query.get(name) ?? "").trim();
    const [, at, id] = /^(.+)~(\d{1,15})$/.exec(get("after")) ?? [];
    return {
        ...{ bot: get("bot"), action: get("action"), item: get("item") },
        before: at === undefined ? undefined : { at, id: Number(id) },
        isRefreshed: get("refresh") !== "",
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

function toAddress({ bot, action, item }: LedgerFilters, after = ""): string {
    const query = new URLSearchParams(Object.entries({ bot, action, item, after }).filter(([, value]) => value !== ""));
    return `/work${query.size === 0 ? "" : `?${query}`}#ledger`;
}

function Filters({ bots, filters }: { readonly bots: readonly string[]; readonly filters: LedgerFilters }): Child {
    const { bot, action, item } = filters;
    return (
        <form class="filters" action="/work#ledger">
            <Choice name="bot" label="Bot" all="All bots" values={bots} value={bot} />
            <Choice name="action" label="Action" all="All actions" values={actions} value={action} />
            <label class="vh" for="item">
                Id of a question
            </label>
            <input id="item" name="item" value={item} placeholder="Id of a question" autocomplete="off" />
            <button type="submit">Filter</button>
            {bot + action + item !== "" && <a href="/work#ledger">Clear</a>}
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
            No action is like this. <a href="/work#ledger">Show all</a>
        </Empty>
    );
}
