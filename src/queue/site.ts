/** The queue of a site: a table with the columns of a job, the statements on it, and who takes which job. */
export interface QueueSite {
    /** Files of `queries/`, by what they are for. Their comments say what each does. */
    readonly queries: Readonly<Record<QueueRole, string>>;
    /** The bot for each action; `other` is the bot for all others. */
    readonly takers: Readonly<Record<string, string>>;
}

export type QueueRole =
    /** `:jobs` (a JSON array of JobRequest): adds those that are not open, returns their `id`. */
    | "add"
    /** `:jobs`: makes open ones as urgent. */
    | "raise"
    /** `:jobs`: the open jobs of these: `id`, `item_type`, `item_id`, `action`, `status`, `priority`. */
    | "findOpen"
    /** `:takers`: assigns jobs without a bot. */
    | "assign"
    /** `:bot`, `:worker`, `:lease` (seconds), `:actions` (JSON array or NULL): claims one and returns it. */
    | "claim"
    /** `:bot`, `:worker`: completes the duplicates of what the worker holds. */
    | "merge"
    /** The fence `:job_id`, `:worker`, `:attempt`; and `:lease`. Returns the `id`. */
    | "extend"
    /** The fence, and `:result`. Changes one row or none. */
    | "complete"
    /** The fence, `:error`, `:back_off` (seconds), `:jitter` (a factor). Returns `status`, `run_after`. */
    | "retry"
    /** The fence, `:pause` (seconds) and `:reason`. Returns `status`, `run_after`. */
    | "snooze"
    /** The fence, and `:error`. Returns `status`, `run_after`. */
    | "bury"
    /** `:back_off`: returns jobs whose lease has ended: `id`, `status`. */
    | "reap"
    /** `:job_id`, `:by`, `:reason`. Returns the `id`. */
    | "cancel"
    /** `:job_id`: returns a failed job to the queue, and its `id`. */
    | "requeue"
    /** `:before`: deletes some completed jobs, and returns their ids. */
    | "purge"
    /** `:before`: counts those, as `jobs`. */
    | "countPurgeable"
    /** `:job_id`: the job with all its columns. */
    | "find"
    /** `:status`, `:bot`, `:action`, `:limit`: jobs of a status. */
    | "list";

/** A job to be added. */
export interface JobRequest {
    readonly itemType: string;
    readonly itemId: string;
    readonly action: string;
    /** 1 (first) to 10; 5 otherwise. */
    readonly priority?: number;
    readonly reason?: string;
    readonly createdBy?: string;
}

/** A job in the hands of a worker. The pair of worker and attempt is its fence. */
export interface Claim {
    readonly id: number;
    readonly worker: string;
    readonly attempt: number;
    readonly maxAttempts: number;
    readonly itemType: string;
    readonly itemId: string;
    readonly action: string;
    readonly priority: number;
    readonly reason: string | null;
}

/** What became of a job that was to be added. */
export interface Enqueued {
    readonly id: number;
    /** False where it was open already. */
    readonly isNew: boolean;
    readonly status: string;
    readonly request: JobRequest;
}
