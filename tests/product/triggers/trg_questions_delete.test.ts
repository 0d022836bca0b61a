import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows } from "../rows.ts";

describeTargets("trg_questions_delete", (target) => {
    let client: Client;

    beforeEach(async () => {
        client = (await createDeployedDatabase(target)).client;
        for (const id of ["q-1", "q-2", "q-3"]) {
            await insertRow(client, "questions", { id });
            await insertRow(client, "channel_mappings", { question_id: id });
            await insertRow(client, "channel_mappings", { question_id: id, channel_id: "backend" });
        }
        for (const [source, of] of [
            ["q-1", "q-2"],
            ["q-2", "q-1"],
            ["q-2", "q-3"],
        ] as const)
            await insertRow(client, "question_relationships", { source_question_id: source, target_question_id: of });
    });

    const readMappings = () => readRows(client, "SELECT question_id, channel_id FROM channel_mappings ORDER BY 1, 2");
    const readRelationships = () =>
        readRows(client, "SELECT source_question_id, target_question_id FROM question_relationships ORDER BY id");

    test("takes the mappings and the relationships of a deleted question along, in both directions", async () => {
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        expect(await readMappings()).toEqual([
            { question_id: "q-2", channel_id: "backend" },
            { question_id: "q-2", channel_id: "database" },
            { question_id: "q-3", channel_id: "backend" },
            { question_id: "q-3", channel_id: "database" },
        ]);
        expect(await readRelationships()).toEqual([{ source_question_id: "q-2", target_question_id: "q-3" }]);
        expect(await readRows(client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
    });

    test("lets all questions be deleted at once", async () => {
        await client.execute("DELETE FROM questions");
        expect(await readMappings()).toEqual([]);
        expect(await readRelationships()).toEqual([]);
    });

    test("leaves them when a question is only marked as deleted", async () => {
        await client.execute("UPDATE questions SET status = 'deleted' WHERE id = 'q-1'");
        expect(await readMappings()).toHaveLength(6);
        expect(await readRelationships()).toHaveLength(3);
    });

    test("leaves the history, with the deletion as its last event", async () => {
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        const events = await readRows(
            client,
            "SELECT event_type FROM question_history WHERE question_id = 'q-1' ORDER BY id",
        );
        expect(events.map((event) => event.event_type)).toEqual(["created", "deleted"]);
    });
});
