import { type RoleFiles, type Roles, readRoleFiles, readRoles } from "../../src/queries/roles.ts";

const names = {
    questionsByStatus: "questions-by-status",
    runsByStatus: "runs-by-status",
    queueHealth: "queue-health",
    queueActivity: "queue-activity",
    ledgerSize: "ledger-size",
    recentGrowth: "recent-growth",
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

/** Reads the statements of the console's pages of content. @throws AppError `invalid-files` */
export function readContentQueries(root: string): Promise<Roles<ContentRole>> {
    return readRoles(root, names);
}

/** Finds the statement of the full text, which exists only where the set `search` is installed. */
export function readSearchQuery(root: string): Promise<RoleFiles<"search">> {
    return readRoleFiles(root, { search: "questions-search" }, ["search"]);
}
