import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { readRows } from "../../support/contents.ts";
import { migrateHere } from "../../support/here.ts";
import { startProxy } from "../../support/proxy.ts";
import { copyProject } from "../../support/repository.ts";
import { describeTargets } from "../../support/targets.ts";

const root = copyProject({ seeds: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const isNote = (body: string): boolean => body.includes("INSERT") && body.includes("bundled:");

describeTargets("db:migrate says what the database is now when the line breaks", (target) => {
    test.skipIf(target.name === "file:").each([
        [1, "The schema is deployed; no record was loaded. Run the same command again to continue.", 0],
        [2, "All records are loaded. Run the same command again to record that; nothing is written twice.", 128],
    ])("at note %i of the bundled seed", async (at, outcome, questions) => {
        const database = await target.createDatabase();
        const proxy = await startProxy(database.url);
        let notes = 0;
        proxy.hooks = { onRequest: (_, body) => (isNote(body) && ++notes >= at ? "drop" : undefined) };
        const broken = await migrateHere({ root, url: proxy.url });
        expect([broken.code, broken.error?.code, broken.error?.outcome]).toEqual([1, "connection-lost", outcome]);
        const count = "SELECT count(*) AS n FROM questions";
        expect(await readRows(database.client, count)).toEqual([{ n: questions }]);
        proxy.hooks = {};
        expect((await migrateHere({ root, url: proxy.url })).code).toBe(0);
        expect(await readRows(database.client, count)).toEqual([{ n: 128 }]);
        await proxy.close();
    });
});
