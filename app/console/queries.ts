import type { ConsoleMemory, Visit } from "../../src/console/site.ts";
import type { Argument, JsonList, Query } from "../../src/database/connection.ts";
import { type Roles, readRoles } from "../../src/queries/roles.ts";

const names = {
    questionsByStatus: "questions-by-status",
    runsByStatus: "runs-by-status",
    queueHealth: "queue-health",
    queueActivity: "queue-activity",
    ledgerSize: "ledger-size",
    recentGrowth: "recent-growth",
    recentJobs: "recent-jobs",
    listQuestions: "questions-listed",
    findListed: "listed-question",
    channels: "channels-in-use",
    question: "whole-question",
    channelsOfQuestion: "channels-of-question",
    relationships: "relationships-of-question",
    jobsOnItem: "work-on-item",
    history: "history-page",
    claimable: "claimable-work",
    inWork: "work-in-progress",
    failed: "failed-work",
    runSuccess: "run-success",
    latestRuns: "latest-runs-of-bots",
    bots: "bots-in-ledger",
    ledger: "ledger-page",
    ledgerOfBot: "ledger-page-of-bot",
    ledgerOfItem: "ledger-page-of-item",
    job: "work-by-id",
    questionOfJob: "question-of-job",
} as const;

export type ContentRole = keyof typeof names;

/** The statements, read once for each console that runs: a page must not wait for a hundred files. */
const kept = new WeakMap<ConsoleMemory, Promise<ContentQueries>>();

export interface ContentQueries {
    readonly bind: Roles<ContentRole>;
    /** The full text, which a database has only with the set `search`. */
    readonly search: (values: Readonly<Record<string, Argument | JsonList>>) => Query;
}

/** Reads the statements of the pages of content. @throws AppError `invalid-files` */
export function readContentQueries({ root, memory }: Pick<Visit, "root" | "memory">): Promise<ContentQueries> {
    const known = kept.get(memory);
    if (known) return known;
    const reading = read(root).catch((error: unknown) => {
        kept.delete(memory);
        throw error;
    });
    kept.set(memory, reading);
    return reading;
}

async function read(root: string): Promise<ContentQueries> {
    const [bind, bindSearch] = await Promise.all([
        readRoles(root, names),
        readRoles(root, { search: "questions-search" }, ["search"]),
    ]);
    return { bind, search: (values) => bindSearch("search", values) };
}
