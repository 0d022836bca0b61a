import { beforeAll, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";
import { openTestQueue } from "./queues.ts";

// Jobs of another bot, jobs that are not due, and a few hundred others behind them.
const fill = `INSERT INTO work_queue (item_type, item_id, action, priority, assigned_to, run_after)
    SELECT 'question', 'q-' || value, 'improve', 1 + value % 10, iif(value % 2, 'verifier', 'processor'),
        iif(value % 2 OR value > 200000, '2026-01-01T00:00:00.000Z', '2199-01-01T00:00:00.000Z')
    FROM generate_series(1, 200400)`;

describeTargets("a claim behind 200,000 jobs of others and jobs that are not due", (target) => {
    let queue: Queue;
    let connection: Connection;

    beforeAll(async () => {
        const database = await createDeployedDatabase(target);
        await database.client.execute(fill);
        ({ queue, connection } = await openTestQueue(database));
        return () => connection.close();
    });

    test("reads at most 40 rows, and finds the most urgent that is due", async () => {
        const before = { ...connection.cost };
        const claim = await queue.claim("processor", "w-1");
        const read = connection.cost.rowsRead - before.rowsRead;
        tell(
            `${target.name}: ${read} rows read and ${connection.cost.rowsWritten - before.rowsWritten} written by a claim`,
        );
        expect(claim).toMatchObject({ priority: 1 });
        expect(read).toBeLessThanOrEqual(40);
        expect(read > 0).toBe(connection.countsRows);
    });

    test("reads as few when nothing is due", async () => {
        const before = { ...connection.cost };
        expect(await queue.claim("processor", "w-2", ["verify"])).toBeUndefined();
        expect(await queue.claim("sleeper", "w-2")).toBeUndefined();
        tell(`${target.name}: ${connection.cost.rowsRead - before.rowsRead} rows read by two claims that find nothing`);
        expect(connection.cost.rowsRead - before.rowsRead).toBeLessThan(300);
    });
});
