import { readFileSync } from "node:fs";
import path from "node:path";
import { queueSite } from "../../app/queue.ts";
import type { Connection } from "../../src/database/connection.ts";
import { readRoles } from "../../src/queries/roles.ts";
import { openQueue, type Queue, type QueueOptions } from "../../src/queue/queue.ts";
import type { Claim } from "../../src/queue/site.ts";
import { openTestConnection, root } from "../support/deployed.ts";
import type { Address } from "../support/targets.ts";

export const readQueueStatements = () => readRoles(root, queueSite.queries);

/** The files of these statements, by path. */
export const queueFiles: Readonly<Record<string, string>> = Object.fromEntries(
    Object.values(queueSite.queries).map((name) => {
        const file = `queries/${name}.sql`;
        return [file, readFileSync(path.join(root, file), "utf8")];
    }),
);

/** A queue on a connection of its own, with a lease of 120 and a pause of 30 seconds unless said otherwise. */
export async function openTestQueue(
    address: Address,
    options: Partial<QueueOptions> = {},
): Promise<{ queue: Queue; connection: Connection }> {
    const connection = await openTestConnection(address);
    return { connection, queue: await openQueueOn(connection, options) };
}

export async function openQueueOn(connection: Connection, options: Partial<QueueOptions> = {}): Promise<Queue> {
    const usual = { lease: 120, backOff: 30, random: () => 0.5 };
    return openQueue(connection, await readQueueStatements(), queueSite, { ...usual, ...options });
}

export const improve = (itemId: string, priority = 5) =>
    ({ itemType: "question", itemId, action: "improve", priority, createdBy: "test" }) as const;

/** Claims a job of the processor. Throws when there is none. */
export async function claimOne(queue: Queue, worker = "w-1"): Promise<Claim> {
    const claim = await queue.claim("processor", worker);
    if (!claim) throw new Error("There is nothing to claim.");
    return claim;
}
