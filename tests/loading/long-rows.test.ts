import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { exportForms } from "../../site/exports.ts";
import { bundled } from "../../site/seeds.ts";
import { exportTables } from "../../src/cli/commands/export.ts";
import { readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { loadFiles } from "./records.ts";

const root = copyProject();

/** A server gives no more than 10 MB at once: fewer than these. */
const rows = 8;

describeTargets("rows that are too long for one answer together", (target) => {
    let database: TestDatabase;

    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        await database.client.execute(`
            WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < ${rows})
            INSERT INTO work_queue (item_type, item_id, action, created_at, result)
            SELECT 'question', 'q-' || at, 'verify', '2026-01-01T00:00:00.000Z',
                json_object('text', replace(hex(zeroblob(950000)), '00', 'ab'))
            FROM n`);
        return () => database.close();
    });

    test("are met by short records, and none comes a second time", async () => {
        const items = Array.from({ length: rows }, (_, at) => ({
            itemType: "question",
            itemId: `q-${at + 1}`,
            action: "verify",
            createdAt: "2026-01-01T00:00:00.000Z",
            ...(at < 6 ? { result: { text: "short" }, processedAt: "2026-01-02T00:00:00.000Z" } : {}),
        }));
        const { code, counts } = await loadFiles(database, {
            "queue.json": [...items, { ...items[0], itemId: "new" }],
        });
        expect([code, counts]).toMatchObject([0, { "work-queue": { read: 9, created: 1, updated: 6, unchanged: 2 } }]);
        expect(
            await readRows(
                database.client,
                "SELECT length(result) > 100 AS is_long, count(*) AS n FROM work_queue GROUP BY 1",
            ),
        ).toEqual([
            { is_long: 0, n: 7 },
            { is_long: 1, n: 2 },
        ]);
    });

    test("are exported, each once", async () => {
        const folder = path.join(writeProject({}), "out");
        const ran = await runHere((context) => exportTables(context, {}, bundled, exportForms), {
            root,
            url: database.url,
            args: [folder, "work-queue"],
        });
        expect([ran.code, ran.stderr]).toEqual([0, ""]);
        const { queue } = JSON.parse(readFileSync(path.join(folder, "bots/queue.json"), "utf8"));
        expect(queue.map(({ itemId }: { itemId: string }) => itemId)).toEqual(
            Array.from({ length: rows }, (_, at) => `q-${at + 1}`),
        );
        expect(queue[0].result.text).toHaveLength(1_900_000);
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue")).toBe(rows);
    });
});
