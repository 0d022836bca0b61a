import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { BOOKKEEPING, CONTENT, pickContent } from "../question-content.ts";
import { insertRow, readValue } from "../rows.ts";

const OLD = "2026-01-01T00:00:00.000Z";
const NOW = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeTargets("trg_questions_update", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    beforeEach(async () => {
        await insertRow(client, "questions", { id: "q-1", ...pickContent(0), last_updated: OLD }, "INSERT OR REPLACE");
    });

    const readLastUpdated = () => readValue(client, "SELECT last_updated FROM questions WHERE id = 'q-1'");

    test("lets last_updated follow a change of any column of the content", async () => {
        for (const [column, [, changed]] of Object.entries(CONTENT)) {
            await client.execute(`UPDATE questions SET last_updated = '${OLD}' WHERE id = 'q-1'`);
            await client.execute({ sql: `UPDATE questions SET ${column} = ? WHERE id = 'q-1'`, args: [changed] });
            expect(await readLastUpdated(), column).toMatch(NOW);
            expect(await readLastUpdated(), column).not.toBe(OLD);
        }
    });

    test("leaves last_updated alone when only bookkeeping changed, or nothing", async () => {
        for (const [column, [, changed]] of Object.entries(BOOKKEEPING)) {
            if (column === "last_updated") continue;
            await client.execute({ sql: `UPDATE questions SET ${column} = ? WHERE id = 'q-1'`, args: [changed] });
            expect(await readLastUpdated(), column).toBe(OLD);
        }
        await client.execute("UPDATE questions SET answer = answer, tags = tags, eli5 = eli5");
        expect(await readLastUpdated()).toBe(OLD);
    });

    test("leaves a value that the writer sets, in either form, and NULL", async () => {
        for (const [index, written] of ["2027-05-06T07:08:09.000Z", "2027-05-06 07:08:09", null].entries()) {
            await client.execute({
                sql: "UPDATE questions SET answer = ?, last_updated = ? WHERE id = 'q-1'",
                args: [`answer ${index}`, written],
            });
            expect(await readLastUpdated()).toBe(written);
        }
    });

    test("touches no other question", async () => {
        await insertRow(client, "questions", { id: "q-2", last_updated: OLD }, "INSERT OR REPLACE");
        await client.execute("UPDATE questions SET answer = 'other' WHERE id = 'q-1'");
        expect(await readValue(client, "SELECT last_updated FROM questions WHERE id = 'q-2'")).toBe(OLD);
    });

    test("follows an upsert too", async () => {
        await client.execute(
            `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'q', 'from the upsert', 'e', 'beginner', 'c', 's')
            ON CONFLICT (id) DO UPDATE SET answer = excluded.answer`,
        );
        expect(await readLastUpdated()).not.toBe(OLD);
    });
});
