import type { Argument } from "../../src/database/connection.ts";
import type { DocumentedQuery } from "../../src/queries/files.ts";

/** How many rows the tables hold that values are drawn from. */
export interface Sizes {
    readonly questions: number;
    readonly users: number;
    readonly sessions: number;
    readonly work: number;
    readonly runs: number;
    readonly paths: number;
    readonly certifications: number;
}

type Draw = (n: number, sizes: Sizes) => Argument;

const hour = 3_600_000;
/** The end of the time that the rows are spread over. */
const end = Date.UTC(2026, 10, 22, 12);
const before = (hours: number): string => new Date(end - hours * hour).toISOString();
// All over the table, and in no order.
const spread = (n: number, size: number): number => 1 + ((n * 7_919) % size);
const question: Draw = (n, { questions }) => `q-${spread(n, questions)}`;
const level = ["beginner", "intermediate", "advanced"];

/** What each parameter is given in run number n; those that are not here keep their example. */
const draws: Readonly<Record<string, Draw>> = {
    channel: (n) => (n % 32 === 1 ? "system-design" : `channel-${n % 32}`),
    sub_channel: (n) => (n % 12 === 0 ? "caching" : `part-${n % 12}`),
    after_sub_channel: (n) => (n % 4 < 2 ? "" : `part-${n % 10}`),
    after_id: (n, sizes) => (n % 4 < 2 ? "" : question(n, sizes)),
    ...{ question_id: question, item_id: question, source_id: question },
    target_id: (n, sizes) => question(n + 1, sizes),
    difficulty: (n) => level[n % 3] as string,
    // One in four is known for no question: all of them are looked through.
    company: (n) => (n % 8 < 2 ? "Amazon" : n % 8 < 4 ? "Unheard-of" : `Company ${1 + (n % 59)}`),
    job_title: (n) => (n % 8 === 1 ? "backend-engineer" : `job-${n % 8}`),
    path_type: (n) => ["company", "job-title", "skill", "certification"][n % 4] as string,
    category: (n) => ["cloud", "security", "data"][n % 3] as string,
    provider: (n) => (n % 4 < 2 ? "%" : `Provider ${n % 9}`),
    words: (n) => (n % 4 < 2 ? "%" : `%Path ${n % 10}%`),
    bot: (n) => (n % 12 === 1 ? "verifier" : `bot-${n % 12}`),
    event_type: (n) => ["improved", "verified", "updated"][n % 3] as string,
    username: (n, { users }) => `user-${spread(n, users)}`,
    user_id: (n, { users }) => (n % 5 === 0 ? null : `user-${spread(n, users)}`),
    session_id: (n, { sessions }) => `session-${spread(n, sessions)}`,
    session_key: (n) => `key-${(n * 4 + 1) % 1500}`,
    work_id: (n, { work }) => spread(n, work),
    run_id: (n, { runs }) => spread(n, runs),
    path_id: (n, { paths }) => `path-${spread(n, paths)}`,
    certification_id: (n, { certifications }) => `certification-${1 + spread(n, certifications - 1)}`,
    since: (n) => before(24 * (1 + (n % 28))),
    answer: (n) =>
        `Writers drop the entry after the commit, in run ${n}. ${"It is read again. ".repeat(40 + (n % 60))}`,
    explanation: (n) => `What was never dropped ends with its time to live. ${"So it goes. ".repeat(60 + (n % 100))}`,
};

/** Maintenance runs each day, so each run finds the rows of a little more time. */
const limits: Readonly<Record<string, Draw>> = {
    "end-newness": (n) => before(7 * 24 - n),
    "abandon-sessions": (n) => before(100 * 24 - n * 2),
    "purge-work": (n) => before(50 * 24 - n * 8),
};

/** The values of a query in run number n, of the kind that its examples are. Pure. */
export function drawValues(query: DocumentedQuery, n: number, sizes: Sizes): Record<string, Argument> {
    return Object.fromEntries(
        query.parameters.map(({ name, example }) => {
            const draw = (name === "before" ? limits[query.name] : draws[name]) ?? (() => example);
            return [name, draw(n, sizes)];
        }),
    );
}
