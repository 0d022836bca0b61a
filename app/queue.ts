import type { QueueSite } from "../src/queue/site.ts";

/** The queue of this site's bots. */
export const queueSite: QueueSite = {
    queries: {
        add: "queue-work",
        raise: "raise-work",
        findOpen: "queued-already",
        assign: "assign-work",
        claim: "claim-work",
        merge: "merge-work",
        extend: "extend-lease",
        complete: "complete-work",
        retry: "retry-work",
        snooze: "snooze-work",
        bury: "bury-work",
        reap: "reap-work",
        cancel: "cancel-work",
        requeue: "requeue-work",
        purge: "purge-work",
        countPurgeable: "work-to-purge",
        find: "work-by-id",
        list: "work-by-status",
    },
    // Every other action is the name of a fault in a text, which the processor corrects.
    takers: { verify: "verifier", other: "processor" },
};
