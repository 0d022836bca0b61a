import type { Child } from "hono/jsx";
import { takePageRows } from "../../../src/console/results.ts";
import type { ConsolePage, Screen, Visit } from "../../../src/console/site.ts";
import type { Row } from "../../../src/database/connection.ts";
import { readContentQueries } from "../queries.ts";
import { subtractDays } from "../time.ts";
import { showJob } from "./job.tsx";
import { Ledger, readLedgerFilters } from "./ledger.tsx";
import { refreshSeconds } from "./limits.ts";
import { Claimable, Failed, Figures, InWork } from "./queue.tsx";
import { Runs } from "./runs.tsx";

const [mostJobs, mostFailed, runsPerBot, ledgerPage] = [50, 20, 30, 50];

/** What a page of the work was made of. */
export interface WorkRows {
    readonly health: readonly Row[];
    readonly activity: readonly Row[];
    readonly claimable: readonly Row[];
    readonly inWork: readonly Row[];
    readonly failed: readonly Row[];
    readonly success: readonly Row[];
    readonly runs: readonly Row[];
    readonly bots: readonly Row[];
    readonly ledger: readonly Row[];
}

/** The queue, the runs of the bots, and what they did. */
export const workScreen: Screen = {
    label: "Work",
    path: "/work",
    routes: [
        { pattern: "/work", show: showWork },
        { pattern: "/work/:id", show: showJob },
    ],
};

async function showWork(visit: Visit): Promise<ConsolePage> {
    const { now, query } = visit;
    const rows = await readWork(visit);
    const filters = readLedgerFilters(visit);
    const cut = (list: readonly Row[], most: number): { rows: readonly Row[]; hasMore: boolean } => ({
        rows: list.slice(0, most),
        hasMore: list.length > most,
    });
    const { health, success, runs } = rows;
    return {
        title: "Work",
        document: rows,
        rows: rows.ledger.slice(0, ledgerPage),
        body: (
            <>
                <div class="hd2">
                    <h1>Work</h1>
                    <Refresh query={query} isOn={filters.refresh !== ""} />
                </div>
                <Figures health={health} activity={rows.activity} now={now} />
                <Claimable jobs={cut(rows.claimable, mostJobs)} health={health} now={now} />
                <InWork jobs={cut(rows.inWork, mostJobs)} now={now} />
                <Failed jobs={cut(rows.failed, mostFailed)} now={now} />
                <Runs runs={runs} success={success} perBot={runsPerBot} now={now} />
                <Ledger
                    entries={cut(rows.ledger, ledgerPage)}
                    bots={rows.bots.map((row) => String(row.bot_name))}
                    filters={filters}
                />
            </>
        ),
    };
}

async function readWork(visit: Visit): Promise<WorkRows> {
    const { now } = visit;
    const { bind } = await readContentQueries(visit);
    const { bot, action, item, type, before } = readLedgerFilters(visit);
    const page = {
        action: action || null,
        before_at: before?.at ?? "9999",
        before_id: before?.id ?? 0,
        limit: ledgerPage + 1,
    };
    const ledger =
        item !== ""
            ? bind("ledgerOfItem", { ...page, item_id: item, item_type: type, bot: bot || null })
            : bot !== ""
              ? bind("ledgerOfBot", { ...page, bot })
              : bind("ledger", page);
    const [health, activity, claimable, inWork, failed, success, runs, bots, entries] = (
        await visit
            .getConnection()
            .readAll([
                bind("queueHealth"),
                bind("queueActivity", { since: subtractDays(now, 1) }),
                bind("claimable", { now, limit: mostJobs + 1 }),
                bind("inWork", { limit: mostJobs + 1 }),
                bind("failed", { limit: mostFailed + 1 }),
                bind("runSuccess"),
                bind("latestRuns", { runs: runsPerBot }),
                bind("bots"),
                ledger,
            ])
    ).map(takePageRows);
    return {
        ...{ health: health ?? [], activity: activity ?? [], claimable: claimable ?? [], inWork: inWork ?? [] },
        ...{ failed: failed ?? [], success: success ?? [], runs: runs ?? [], bots: bots ?? [], ledger: entries ?? [] },
    };
}

/** Loaded again by choice, and only while it is visible; a link from elsewhere does not begin it. Without script, both are links. */
function Refresh({ query, isOn }: { readonly query: URLSearchParams; readonly isOn: boolean }): Child {
    const other = new URLSearchParams(query);
    if (isOn) other.delete("refresh");
    else other.set("refresh", String(refreshSeconds));
    const address = other.size === 0 ? "/work" : `/work?${other}`;
    return isOn ? (
        <span class="mut sm" data-refresh={refreshSeconds}>
            {`Every ${refreshSeconds} s while visible. `}
            <a href={address}>Stop</a>
        </span>
    ) : (
        <span class="mut sm">
            Refreshed on request. <a href={address}>{`Every ${refreshSeconds} s`}</a>
        </span>
    );
}
