import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { BOOKKEEPING, pickContent } from "../question-content.ts";
import { insertRow, readRows, readValue } from "../rows.ts";
import { readEvents, readEventTypes } from "./history.ts";

describeTargets("trg_questions_history_delete", (target) => {
    let client: Client;

    beforeEach(async () => {
        client = (await createDeployedDatabase(target)).client;
        await insertRow(client, "questions", { id: "q-1", ...pickContent(1) });
        await insertRow(client, "questions", { id: "q-2" });
    });

    const QUESTION = "SELECT * FROM questions WHERE id = 'q-1'";

    async function fillBookkeeping(): Promise<void> {
        for (const [column, [, value]] of Object.entries(BOOKKEEPING))
            await client.execute({ sql: `UPDATE questions SET ${column} = ? WHERE id = 'q-1'`, args: [value] });
        await client.execute("UPDATE questions SET created_at = '2024-01-01 00:00:00', last_updated = '2025-02-02'");
    }

    test("records the deletion with all columns of the question", async () => {
        await fillBookkeeping();
        const [{ id: _, ...columns } = {}] = await readRows(client, QUESTION);
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        expect((await readEvents(client, "q-1")).at(-1)).toEqual({
            type: "deleted",
            source: "system",
            name: null,
            fields: undefined,
            before: columns,
            after: undefined,
        });
        expect((await readEventTypes(client, "q-2")).at(-1)).not.toBe("deleted");
    });

    test("keeps enough to bring the question back as it was", async () => {
        await fillBookkeeping();
        const before = await readRows(client, QUESTION);
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        const columns = (await readEvents(client, "q-1")).at(-1)?.before ?? {};
        await insertRow(client, "questions", { id: "q-1", ...columns });
        expect(await readRows(client, QUESTION)).toEqual(before);
    });

    test("clears the note that an ignored insert has left, whoever deletes", async () => {
        const note = "SELECT count(replaced_question_id) + count(replaced_content) FROM history_writer";
        for (const [id, source] of [
            ["q-1", null],
            ["q-2", "self"],
        ] as const) {
            await insertRow(client, "questions", { id, answer: "ignored" }, "INSERT OR IGNORE");
            expect(await readValue(client, note)).toBe(2);
            await client.execute({ sql: "UPDATE history_writer SET source = ?", args: [source] });
            await client.execute({ sql: "DELETE FROM questions WHERE id = ?", args: [id] });
            expect(await readValue(client, note)).toBe(0);
        }
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
