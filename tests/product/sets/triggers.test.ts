import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows, readValue, type Values } from "../rows.ts";
import { countEvents, readEvents, readEventTypes } from "../triggers/history.ts";
import { contentSets, createContentDatabase, pickValues, renderRow } from "./content.ts";

const added = "2024-01-01T00:00:00.000Z";
const changed = "2025-01-01T00:00:00.000Z";
const recent = /^20(2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeTargets("the triggers of an optional set", (target) => {
    let client: Client;
    let id: string;
    let rows = 0;

    beforeAll(async () => {
        client = (await createContentDatabase(target)).client;
    });

    beforeEach(() => {
        rows++;
        id = `row-${rows}`;
    });

    const noNote = { replaced_question_id: null, replaced_content: null };
    const readNote = async (): Promise<Values | undefined> =>
        (await readRows(client, "SELECT replaced_question_id, replaced_content FROM history_writer"))[0];

    describe.each(contentSets)("on $table", (of) => {
        const { table, type, content } = of;
        const columns = Object.keys(content);
        const save = (values: Values = {}, verb?: string): Promise<unknown> =>
            client.execute(renderRow(of, { id, ...values }, verb));
        const replace = (values: Values = {}): Promise<unknown> => save(values, "INSERT OR REPLACE");
        const update = (set: string, args: Values[string][] = []): Promise<unknown> =>
            client.execute({ sql: `UPDATE ${table} SET ${set} WHERE id = ?`, args: [...args, id] });
        const upsert = `INSERT INTO ${table} (id, ${columns.join(", ")}) SELECT id, ${columns.join(", ")} FROM ${table}
            WHERE id = ? ON CONFLICT (id) DO UPDATE SET title = 'upserted'`;
        const readTimes = async (): Promise<Values | undefined> =>
            (await readRows(client, `SELECT created_at, last_updated FROM ${table} WHERE id = ?`, [id]))[0];
        const event = (more: object): object => ({
            ...{ source: "system", name: null, fields: undefined, before: undefined, after: undefined },
            ...more,
        });

        test("know every column", async () => {
            const found = await readRows(client, `SELECT name FROM pragma_table_info('${table}')`);
            expect(found.map(({ name }) => name)).toEqual(["id", ...columns, "created_at", "last_updated"]);
        });

        test("record a new row as created, at its own time and as what it is", async () => {
            await save({ created_at: "2024-02-03 04:05:06" });
            expect(await readEvents(client, id)).toEqual([event({ type: "created" })]);
            const [found] = await readRows(client, "SELECT * FROM question_history WHERE question_id = ?", [id]);
            expect(found).toMatchObject({ question_type: type, created_at: "2024-02-03T04:05:06.000Z" });
        });

        test("record INSERT OR REPLACE of an existing row as one update with the exact old values", async () => {
            await save();
            await replace(pickValues(of, 1));
            expect((await readEvents(client, id)).slice(1)).toEqual([
                event({ type: "updated", fields: columns, before: pickValues(of, 0), after: pickValues(of, 1) }),
            ]);
            expect(await readNote()).toEqual(noNote);
        });

        test("record nothing when INSERT OR REPLACE brings what is there, and keep its times", async () => {
            await save({ created_at: added, last_updated: changed });
            await replace();
            expect(await readEventTypes(client, id)).toEqual(["created"]);
            expect(await readTimes()).toEqual({ created_at: added, last_updated: changed });
        });

        test("keep created_at of a replaced row and date its change, unless the writer gives the times", async () => {
            await save({ created_at: added, last_updated: changed });
            await replace({ title: "new" });
            expect(await readTimes()).toEqual({ created_at: added, last_updated: expect.stringMatching(recent) });
            expect((await readEvents(client, id)).at(-1)).toMatchObject({ type: "updated", fields: ["title"] });
            const given = { created_at: "2023-03-03 03:03:03", last_updated: "2023-04-04 04:04:04" };
            await replace({ title: "new", ...given });
            expect(await readTimes()).toEqual(given);
            expect((await readEvents(client, id)).at(-1)).toMatchObject({ type: "updated", fields: ["created_at"] });
        });

        test("record a change of each column with the exact old and new value, and date it", async () => {
            await save({ last_updated: added });
            for (const [column, [before, after]] of Object.entries(content)) {
                await update(`last_updated = '${added}'`);
                await update(`${column} = ?`, [after]);
                expect((await readEvents(client, id)).at(-1), column).toEqual(
                    event({
                        type: "updated",
                        fields: [column],
                        before: { [column]: before },
                        after: { [column]: after },
                    }),
                );
                expect((await readTimes())?.last_updated, column).not.toBe(added);
            }
            expect(await readEventTypes(client, id)).toHaveLength(columns.length + 1);
        });

        test("record and date nothing when nothing changes, or last_updated alone", async () => {
            await save({ last_updated: added });
            await update("title = title");
            expect(await readTimes()).toMatchObject({ last_updated: added });
            await update("last_updated = ?", [changed]);
            await update("title = ?, last_updated = ?", ["given", added]);
            expect(await readTimes()).toMatchObject({ last_updated: added });
            expect(await readEventTypes(client, id)).toEqual(["created", "updated"]);
        });

        test("record a new id under the new id", async () => {
            await save();
            await update("id = ?", [`${id}-new`]);
            expect(await readEvents(client, `${id}-new`)).toMatchObject([{ fields: ["id"], before: { id } }]);
        });

        test("record an upsert as one update, and leave no note", async () => {
            await save();
            await client.execute({ sql: upsert, args: [id] });
            const [, ...more] = await readEvents(client, id);
            expect(more).toMatchObject([{ fields: ["title"], after: { title: "upserted" } }]);
            expect(await readNote()).toEqual(noNote);
        });

        test("record a deletion with all columns, enough to bring the row back", async () => {
            await save({ ...pickValues(of, 1), created_at: added, last_updated: changed });
            const before = await readRows(client, `SELECT * FROM ${table} WHERE id = ?`, [id]);
            await client.execute({ sql: `DELETE FROM ${table} WHERE id = ?`, args: [id] });
            const last = (await readEvents(client, id)).at(-1);
            const { id: _, ...kept } = before[0] ?? {};
            expect(last).toEqual(event({ type: "deleted", before: kept }));
            await insertRow(client, table, { id, ...last?.before });
            expect(await readRows(client, `SELECT * FROM ${table} WHERE id = ?`, [id])).toEqual(before);
        });

        test("name the writer, and record nothing for one that records its own events", async () => {
            await client.batch(
                [
                    "UPDATE history_writer SET source = 'bot', source_name = 'creator'",
                    renderRow(of, { id }),
                    renderRow(of, { id, title: "second" }, "INSERT OR REPLACE"),
                    `UPDATE ${table} SET title = 'third' WHERE id = '${id}'`,
                    "UPDATE history_writer SET source = 'self', source_name = NULL",
                    renderRow(of, { id, title: "fourth", created_at: added }, "INSERT OR REPLACE"),
                    `UPDATE ${table} SET title = 'fifth' WHERE id = '${id}'`,
                    `DELETE FROM ${table} WHERE id = '${id}'`,
                    renderRow(of, { id }),
                    "UPDATE history_writer SET source = NULL",
                ],
                "write",
            );
            const events = await readEvents(client, id);
            expect(events.map((each) => [each.type, each.source, each.name])).toEqual(
                ["created", "updated", "updated"].map((kind) => [kind, "bot", "creator"]),
            );
            expect(await readNote()).toEqual(noNote);
        });

        test("never take the note of an ignored insert for another row, whatever its table", async () => {
            await save();
            for (const next of [of, ...contentSets.filter((other) => other !== of)]) {
                await save({ title: "ignored" }, "INSERT OR IGNORE");
                expect(await readNote()).toMatchObject({ replaced_question_id: `${type}:${id}` });
                const before = await countEvents(client);
                const fresh = next === of ? `${id}-b` : id;
                await client.execute(renderRow(next, { id: fresh, created_at: added }));
                expect(await countEvents(client)).toBe(before + 1);
                expect(await readNote()).toEqual(noNote);
            }
            await save({ title: "ignored" }, "INSERT OR IGNORE");
            await insertRow(client, "questions", { id });
            const newest =
                "SELECT question_id, question_type, event_type FROM question_history ORDER BY id DESC LIMIT 1";
            expect(await readRows(client, newest)).toEqual([
                { question_id: id, question_type: "question", event_type: "created" },
            ]);
            await client.execute({ sql: "DELETE FROM questions WHERE id = ?", args: [id] });
            await save({ title: "ignored" }, "INSERT OR IGNORE");
            await client.execute({ sql: `DELETE FROM ${table} WHERE id = ?`, args: [id] });
            expect(await readNote()).toEqual(noNote);
        });

        test("record each of several replacements in one statement", async () => {
            await save({ title: "old", created_at: added });
            await client.execute({
                sql: `INSERT OR REPLACE INTO ${table} (id, ${columns.join(", ")})
                    SELECT ${["column1", ...columns.map((column) => (column === "title" ? "column2" : column))].join(", ")}
                    FROM (VALUES (?1, 'first'), (?2, 'new'), (?1, 'second'), (?1, 'second')), ${table}
                    WHERE ${table}.id = ?1`,
                args: [id, `${id}-b`],
            });
            const events = await readEvents(client, id);
            expect(events.map((each) => [each.type, each.before?.title, each.after?.title])).toEqual([
                ["created", undefined, undefined],
                ["updated", "old", "first"],
                ["updated", "first", "second"],
            ]);
            expect(await readEventTypes(client, `${id}-b`)).toEqual(["created"]);
            expect(await readValue(client, `SELECT created_at FROM ${table} WHERE id = ?`, [id])).toBe(added);
        });
    });
});
