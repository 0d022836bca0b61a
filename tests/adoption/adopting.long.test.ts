import { expect } from "vitest";
import { readRows } from "../support/contents.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, copyWhole, countRows, readExtras, verifyHere } from "./adopting.ts";
import { buildSpoiled, killAdoptions, runWhole } from "./killing.ts";
import { buildOriginal, note, originNames, testOriginal } from "./originals.ts";

const questions = 30_000;

describeTargets("30,000 questions of others", (target) => {
    testOriginal.for(originNames)(`are adopted: %s${note}`, async (origin) => {
        const database = await target.createDatabase();
        await buildOriginal(database.client, origin, questions);
        const extras = await readExtras(database.client);
        const started = performance.now();
        expect(await runWhole(database)).toEqual({ code: 0, rejects: 0 });
        tell(`${target.name}: ${origin}: ${Math.round(performance.now() - started)} ms`);
        expect(await verifyHere(database.url)).toBe(0);
        expect(await countRows(database.client, "questions")).toBe(questions);
        expect(await countRows(database.client, "question_history")).toBe(questions);
        expect(await readExtras(database.client)).toEqual(extras);
        await database.close();
    });

    testOriginal(
        `are adopted with bad rows among them, each accounted for, in place and in a copy${note}`,
        { timeout: 600_000 },
        async () => {
            const database = await buildSpoiled(target, questions);
            const before = await countRows(database.client, "questions");
            const check = JSON.parse((await adoptHere(database.url, { check: true }, { json: true })).stdout);
            const copy = await target.createDatabase();
            const started = performance.now();
            await copyWhole(database.url, copy.url);
            const copied = await runWhole(copy);
            tell(`${target.name}: backup, restore, adoption: ${Math.round(performance.now() - started)} ms`);
            const whole = await runWhole(database);
            expect([copied, whole]).toEqual([whole, { code: 5, rejects: check.refused }]);
            for (const { client, url } of [database, copy]) {
                const refused = await countRows(
                    client,
                    "schema_adoption",
                    "outcome = 'refused' AND source_table = 'questions'",
                );
                expect((await countRows(client, "questions")) + refused).toBe(before);
                expect(await verifyHere(url)).toBe(0);
            }
            const contents = "SELECT id, question, tags, last_updated, created_at FROM questions ORDER BY id";
            expect(await readRows(copy.client, contents)).toEqual(await readRows(database.client, contents));
            await copy.close();
            await database.close();
        },
    );

    testOriginal(`are adopted by the next run when one is killed anywhere${note}`, { timeout: 1_200_000 }, async () => {
        // Each is in the middle of the next table, or between two.
        const points = [
            ["users", 0],
            ["users", 300],
            ["questions", 0],
            ["question_relationships", 100],
            ["history_writer", 0],
        ] as const;
        await killAdoptions(target, points, questions);
    });
});
