import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { pickContent } from "../question-content.ts";
import { insertRow, readRows } from "../rows.ts";
import { readEvents, readEventTypes } from "./history.ts";

describeTargets("trg_questions_history_delete", (target) => {
    let client: Client;

    beforeEach(async () => {
        client = (await createDeployedDatabase(target)).client;
        await insertRow(client, "questions", { id: "q-1", ...pickContent(1) });
        await insertRow(client, "questions", { id: "q-2" });
    });

    test("records the deletion with the whole content of the question", async () => {
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        expect((await readEvents(client, "q-1")).slice(1)).toEqual([
            {
                type: "deleted",
                source: "system",
                name: null,
                fields: undefined,
                before: pickContent(1),
                after: undefined,
            },
        ]);
        expect(await readEventTypes(client, "q-2")).toEqual(["created"]);
    });

    test("keeps enough to bring the question back", async () => {
        const question = "SELECT * FROM questions WHERE id = 'q-1'";
        const [before] = await readRows(client, question);
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        const content = (await readEvents(client, "q-1")).at(-1)?.before ?? {};
        const { created_at, last_updated } = before ?? {};
        await insertRow(client, "questions", {
            id: "q-1",
            ...content,
            created_at: created_at ?? null,
            last_updated: last_updated ?? null,
        });
        expect(await readRows(client, question)).toEqual([before]);
    });

    test("names the writer, and writes nothing for one that records its own events", async () => {
        await client.batch(
            [
                "UPDATE history_writer SET source = 'user', source_name = 'ada'",
                "DELETE FROM questions WHERE id = 'q-1'",
                "UPDATE history_writer SET source = 'self', source_name = NULL",
                "DELETE FROM questions WHERE id = 'q-2'",
                "UPDATE history_writer SET source = NULL",
            ],
            "write",
        );
        expect((await readEvents(client, "q-1")).at(-1)).toMatchObject({
            type: "deleted",
            source: "user",
            name: "ada",
        });
        expect(await readEventTypes(client, "q-2")).toEqual(["created"]);
    });
});
