import type { Connection, Query, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import type { Roles } from "../queries/roles.ts";
import { assertChanged, type Effect, runEffects, UnmetAssertion } from "./effects.ts";
import { type Repetition, repeatVerb } from "./repeat.ts";
import type { Claim, Enqueued, JobRequest, QueueRole, QueueSite } from "./site.ts";

/** Times are in seconds. */
export interface QueueOptions extends Repetition {
    readonly lease: number;
    /** The pause after the first failed attempt; it doubles with each further one, up to an hour. */
    readonly backOff: number;
}

export const usualTimes = { lease: 120, backOff: 30 } as const;

/** Thrown where another worker has claimed the job since, or an operator has cancelled it. Nothing was written. */
export class LeaseLost extends Error {
    constructor({ id, worker }: Claim, cause?: unknown) {
        super(`LEASE_LOST: job ${id} is not held by ${worker} any more`, { cause });
        this.name = "LeaseLost";
    }
}

/** How a job ended or continues, as its row says. */
export interface Returned {
    readonly status: string;
    readonly runAfter: string;
}

/** The queue in a database. Each verb is one request and safe to repeat; `LeaseLost` is thrown by those that take a claim. */
export interface Queue {
    /**
     * Adds jobs. One that is open already, the same action on the same item, is not added but becomes as urgent; `isNew` is
     * false of it, and also of jobs that were added by a request whose answer was lost.
     */
    enqueue(jobs: readonly JobRequest[]): Promise<readonly Enqueued[]>;
    /** The statements of that, to be run in the transaction of another verb. */
    renderEnqueue(jobs: readonly JobRequest[]): readonly Effect[];
    /** Claims the most urgent job of a bot that is due. @param actions keeps to jobs of these */
    claim(bot: string, worker: string, actions?: readonly string[]): Promise<Claim | undefined>;
    /** Extends the lease. */
    extend(claim: Claim): Promise<void>;
    /**
     * Completes a job together with its effects: all or nothing.
     *
     * @throws UnmetAssertion where one of the effects asserts what does not hold
     */
    complete(claim: Claim, result: object, effects?: readonly Effect[]): Promise<void>;
    /** Returns a job after a failed attempt, due after a pause, or fails it after the last attempt. */
    retry(claim: Claim, error: string): Promise<Returned>;
    /** Returns a job without counting the attempt, due after so many seconds. */
    snooze(claim: Claim, pause: number, reason: string): Promise<Returned>;
    /** Fails a job for good. */
    bury(claim: Claim, error: string): Promise<void>;
    /** Returns jobs whose lease has ended, and assigns those without a bot; returns how many leases had ended. */
    reap(): Promise<number>;
    /** Cancels an open job; false where there is none. */
    cancel(id: number, by: string, reason: string): Promise<boolean>;
    /** Returns a failed job to the queue; false where it has not failed, or is open again. */
    requeue(id: number): Promise<boolean>;
    /** Counts what purge() would delete. */
    countPurgeable(before: string): Promise<number>;
    /**
     * Deletes jobs that were completed before a time (ISO-8601, UTC), in small transactions; returns how many, without those
     * of a transaction whose answer was lost.
     */
    purge(before: string): Promise<number>;
    find(id: number): Promise<Row | undefined>;
    /** The open job that is the same action on the same item. */
    findOpen(job: Pick<JobRequest, "itemType" | "itemId" | "action">): Promise<Row | undefined>;
    list(status: string, filter: { bot?: string; action?: string; limit: number }): Promise<readonly Row[]>;
}

/** How many jobs one statement adds. */
const chunk = 1_000;
const longestError = 500;
const holds = "the worker holds the job";

/** Opens the queue of a site. Opens and sends nothing. */
export function openQueue(
    connection: Connection,
    sql: Roles<QueueRole>,
    { takers }: QueueSite,
    options: QueueOptions,
): Queue {
    const { lease, backOff, random } = options;
    const write = (effects: readonly Effect[]): Promise<(readonly Row[])[]> =>
        repeatVerb(() => runEffects(connection, effects), options);
    const run = async (role: QueueRole, values: Parameters<typeof sql>[1]): Promise<readonly Row[]> =>
        (await write([sql(role, values)]))[0] ?? [];
    // Whether a statement changed the job, also where the answer to its first try was lost.
    const change = async (
        role: "cancel" | "requeue",
        values: { job_id: number; by?: string; reason?: string },
        isChanged: (now: Row) => boolean,
    ): Promise<boolean> => {
        let sent = 0;
        const send = (): Promise<(readonly Row[])[]> => {
            sent++;
            return runEffects(connection, [sql(role, values)]);
        };
        const [rows = []] = await repeatVerb(send, options);
        if (rows.length > 0 || sent === 1) return rows.length > 0;
        const now = await find(values.job_id);
        return now !== undefined && isChanged(now);
    };
    const read = async (query: Query): Promise<readonly Row[]> => {
        const [result] = await repeatVerb(() => connection.readAll([query]), options);
        if (result?.ok) return result.rows;
        throw new DatabaseFault("sql", result?.message ?? "no answer");
    };
    const find = async (id: number): Promise<Row | undefined> => (await read(sql("find", { job_id: id })))[0];

    const returnJob = async (role: "retry" | "snooze" | "bury", claim: Claim, values: object): Promise<Returned> => {
        const [row] = await run(role, { ...fence(claim), ...values });
        // The answer to the first try may have been lost: then the job is no longer ours, but as it should be.
        const now = row ?? (await find(claim.id));
        const isOurs = row ?? (now?.locked_by === claim.worker && now?.status !== "processing" && !isCancelled(now));
        if (!now || !isOurs) throw new LeaseLost(claim);
        return { status: String(now.status), runAfter: String(now.run_after) };
    };
    const renderEnqueue = (jobs: readonly JobRequest[]): readonly Effect[] => {
        const items = jobs.map((job) => ({ ...job, assignedTo: takers[job.action] ?? takers.other }));
        return [sql("raise", { jobs: { items } }), sql("add", { jobs: { items } })];
    };

    return {
        renderEnqueue,
        find,
        findOpen: async (job) => (await read(sql("findOpen", { jobs: { items: [job] } })))[0],
        enqueue: async (jobs) => {
            const added: Enqueued[] = [];
            for (let from = 0; from < jobs.length; from += chunk) {
                const part = jobs.slice(from, from + chunk);
                const rows = await write([...renderEnqueue(part), sql("findOpen", { jobs: { items: part } })]);
                added.push(...pairRequests(part, rows[1] ?? [], rows[2] ?? []));
            }
            return added;
        },
        claim: async (bot, worker, actions) => {
            const list = actions ? { items: actions } : null;
            const rows = await write([
                sql("claim", { bot, worker, lease, actions: list }),
                sql("merge", { bot, worker }),
            ]);
            return rows[0]?.[0] && toClaim(rows[0][0], worker);
        },
        extend: async (claim) => {
            if ((await run("extend", { ...fence(claim), lease })).length === 0) throw new LeaseLost(claim);
        },
        complete: async (claim, result, effects = []) => {
            const values = { ...fence(claim), result: JSON.stringify(result) };
            try {
                await write([sql("complete", values), assertChanged(holds), ...effects]);
            } catch (error) {
                if (!(error instanceof UnmetAssertion) || error.assertion !== holds) throw error;
                const row = await find(claim.id);
                const isOurs = row?.locked_by === claim.worker && Number(row.attempts) === claim.attempt;
                // A duplicate of a job that another worker has done is completed, too.
                if (!isOurs || row.status !== "completed" || row.result !== values.result)
                    throw new LeaseLost(claim, error);
            }
        },
        retry: (claim, error) =>
            returnJob("retry", claim, { error: cut(error), back_off: backOff, jitter: 0.8 + 0.4 * random() }),
        snooze: (claim, pause, reason) => returnJob("snooze", claim, { pause, reason: cut(reason) }),
        bury: async (claim, error) => {
            // A job whose lease had ended is waiting again.
            if ((await returnJob("bury", claim, { error: cut(error) })).status !== "failed") throw new LeaseLost(claim);
        },
        reap: async () => {
            const rows = await write([
                sql("reap", { back_off: backOff }),
                sql("assign", { takers: JSON.stringify(takers) }),
            ]);
            return rows[0]?.length ?? 0;
        },
        cancel: (id, by, reason) => change("cancel", { job_id: id, by, reason }, isCancelled),
        requeue: (id) => change("requeue", { job_id: id }, ({ status }) => status !== "failed"),
        countPurgeable: async (before) => Number((await read(sql("countPurgeable", { before })))[0]?.jobs),
        purge: async (before) => {
            for (let deleted = 0; ; ) {
                const { length } = await run("purge", { before });
                if (length === 0) return deleted;
                deleted += length;
            }
        },
        list: (
            status,
            { bot = null, action = null, limit }: { bot?: string | null; action?: string | null; limit: number },
        ) => read(sql("list", { status, bot, action, limit })),
    };
}

function fence({ id, worker, attempt }: Claim): { job_id: number; worker: string; attempt: number } {
    return { job_id: id, worker, attempt };
}

function isCancelled({ result }: Row): boolean {
    return typeof result === "string" && result.includes('"cancelled":true');
}

function toClaim(row: Row, worker: string): Claim {
    return {
        id: Number(row.id),
        worker,
        attempt: Number(row.attempts),
        maxAttempts: Number(row.max_attempts),
        itemType: String(row.item_type),
        itemId: String(row.item_id),
        action: String(row.action),
        priority: Number(row.priority),
        reason: row.reason === null ? null : String(row.reason),
    };
}

function pairRequests(requests: readonly JobRequest[], added: readonly Row[], open: readonly Row[]): Enqueued[] {
    const isNew = new Set(added.map(({ id }) => id));
    const keyOf = (...parts: unknown[]): string => JSON.stringify(parts);
    // Of several open ones, which other programs may have added, the oldest.
    const rows = new Map(
        [...open].reverse().map((row) => [keyOf(row.item_type, row.item_id, row.action), row] as const),
    );
    return requests.flatMap((request) => {
        const key = keyOf(request.itemType, request.itemId, request.action);
        const row = rows.get(key);
        if (!row) return [];
        // A repeat in the list is added once.
        const first = isNew.delete(row.id);
        return [{ id: Number(row.id), isNew: first, status: String(row.status), request }];
    });
}

function cut(error: string): string {
    return error.length > longestError ? `${error.slice(0, longestError - 1)}…` : error;
}
