import { expect } from "vitest";
import { LeaseLost } from "../../src/queue/queue.ts";
import type { Claim } from "../../src/queue/site.ts";

export interface ModelJob {
    readonly item: string;
    readonly priority: number;
    status: string;
    attempts: number;
    holder: string | null;
    hasEnded: boolean;
    isCancelled: boolean;
    effects: number;
}

export const mostAttempts = 3;

/** The queue as a list in memory, which says what each verb must do. Job 1 is the first. */
export class QueueModel {
    readonly jobs: ModelJob[] = [];

    job(id: number): ModelJob {
        const job = this.jobs[id - 1];
        if (!job) throw new Error(`There is no job ${id}.`);
        return job;
    }

    isOpen(item: string): boolean {
        return this.jobs.some((job) => job.item === item && ["pending", "processing"].includes(job.status));
    }

    add(item: string, priority: number): void {
        const state = { status: "pending", attempts: 0, holder: null, effects: 0 };
        this.jobs.push({ item, priority, ...state, hasEnded: false, isCancelled: false });
    }

    /** Adds unless it is open; a waiting one becomes as urgent. */
    enqueue(item: string, priority: number): void {
        if (!this.isOpen(item)) this.add(item, priority);
        else
            for (const [at, job] of this.jobs.entries())
                if (job.item === item && job.status === "pending" && job.priority > priority)
                    this.jobs[at] = { ...job, priority };
    }

    /** Judges the answer to a claim, and carries it out. */
    claim(worker: string, claim: Claim | undefined): void {
        const held = this.jobs.findIndex(({ status, holder }) => status === "processing" && holder === worker);
        const urgency = this.jobs.filter(({ status }) => status === "pending").map(({ priority }) => priority);
        if (held < 0 && urgency.length === 0) {
            expect(claim).toBeUndefined();
            return;
        }
        if (!claim) throw new Error("A job that is due was not claimed.");
        const job = this.job(claim.id);
        if (held >= 0) expect(claim.id).toBe(held + 1);
        else {
            expect([job.status, job.priority]).toEqual(["pending", Math.min(...urgency)]);
            job.attempts++;
        }
        Object.assign(job, { status: "processing", holder: worker, hasEnded: false });
        expect(claim).toMatchObject({ worker, attempt: job.attempts });
        for (const other of this.jobs)
            if (other.item === job.item && other.status === "pending") other.status = "completed";
    }

    holds({ id, worker, attempt }: Claim): boolean {
        const { status, holder, attempts } = this.job(id);
        return status === "processing" && holder === worker && attempts === attempt;
    }

    /** Ends an attempt, as a verb of the fence does; judges its error. */
    end(claim: Claim, verb: "complete" | "retry" | "snooze" | "bury", error: unknown): void {
        const job = this.job(claim.id);
        if (!this.holds(claim)) {
            // A worker may learn that its own job has left its hands already; it changes nothing.
            expect(error === undefined || error instanceof LeaseLost).toBe(true);
            return;
        }
        expect(error).toBeUndefined();
        const isLast = job.attempts >= mostAttempts;
        if (verb === "complete") Object.assign(job, { status: "completed", effects: job.effects + 1 });
        if (verb === "retry") job.status = isLast ? "failed" : "pending";
        if (verb === "snooze") Object.assign(job, { status: "pending", attempts: job.attempts - 1 });
        if (verb === "bury") job.status = "failed";
    }

    reap(): void {
        for (const job of this.jobs)
            if (job.status === "processing" && job.hasEnded)
                job.status = job.attempts >= mostAttempts ? "failed" : "pending";
    }

    cancel(id: number): boolean {
        const job = this.job(id);
        if (!["pending", "processing"].includes(job.status)) return false;
        Object.assign(job, { status: "failed", isCancelled: true });
        return true;
    }

    requeue(id: number): boolean {
        const job = this.job(id);
        if (job.status !== "failed" || this.isOpen(job.item)) return false;
        Object.assign(job, { status: "pending", attempts: 0, holder: null, isCancelled: false });
        return true;
    }
}
