import { expect } from "vitest";
import { origins } from "../../site/origins.ts";
import { prepareAdoption } from "../../src/adoption/prepare.ts";
import { type AdoptionReport, runAdoption } from "../../src/adoption/run.ts";
import type { Connection } from "../../src/database/connection.ts";
import { openTestConnection } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { root, verifyHere } from "./adopting.ts";
import { buildSpoiled } from "./killing.ts";
import { note, testOriginal } from "./originals.ts";

const silent: AdoptionReport = { adopted: () => {}, applied: () => {}, waiting: () => {}, note: () => {} };
const { signal } = new AbortController();

// Adopts as the command does; `turn` is awaited before each request.
async function adoptInTurns(database: TestDatabase, turn: () => Promise<unknown>): Promise<void> {
    const own = await openTestConnection(database);
    const connection: Connection = {
        ...own,
        readAll: async (...input) => turn().then(() => own.readAll(...input)),
        runScript: async (...input) => turn().then(() => own.runScript(...input)),
    };
    const adoption = await prepareAdoption(root, connection, origins);
    if (adoption) await runAdoption(root, connection, adoption, { origins, signal, report: silent });
    own.close();
}

describeTargets("two adoptions at once", (target) => {
    testOriginal(`end well wherever the second runs between two requests of the first${note}`, async () => {
        const spoiled = await buildSpoiled(target, 10);
        const isFile = target.name === "file:";
        // A request that reads, two that rebuild, and the one that records the versions.
        for (const pause of isFile ? [1, 2, 8, 16] : [2]) {
            const database = await target.createCopy(spoiled);
            let requests = 0;
            let second: Promise<void> | undefined;
            await adoptInTurns(database, async () => {
                requests += 1;
                if (requests === pause) second = adoptInTurns(database, async () => undefined);
                await second;
            });
            expect(second, `request ${pause} of ${requests}`).toBeDefined();
            expect(await verifyHere(database.url), `request ${pause}`).toBe(0);
            await database.close();
        }
        // The second one has read the database when the first goes on, and runs when the first has ended.
        for (const pause of isFile ? [2, 9] : [1]) {
            const database = await target.createCopy(spoiled);
            let goOn = (): void => {};
            const ended = new Promise<void>((resolve) => {
                goOn = resolve;
            });
            let requests = 0;
            const second = adoptInTurns(database, async () => {
                requests += 1;
                if (requests > pause) await ended;
            });
            await adoptInTurns(database, async () => undefined);
            goOn();
            await second;
            expect(await verifyHere(database.url), `after ${pause} requests`).toBe(0);
            await database.close();
        }
        await spoiled.close();
    });
});
