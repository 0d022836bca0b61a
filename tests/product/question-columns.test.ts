import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { readSqlFiles } from "./files.ts";
import { BOOKKEEPING } from "./question-content.ts";
import { readRows } from "./rows.ts";

const isContent = (column: string) => !(column in BOOKKEEPING);

/** The triggers that name the columns of questions one by one: which of them, and in which forms. */
const LISTS: Record<string, { holds(column: string): boolean; forms: ((column: string) => RegExp)[] }> = {
    trg_questions_update: {
        holds: isContent,
        forms: [ofList, (column) => new RegExp(`NEW\\.${column}\\b`), (column) => new RegExp(`OLD\\.${column}\\b`)],
    },
    trg_questions_history_update: {
        holds: isContent,
        forms: [ofList, (column) => new RegExp(`'${column}'[^,]*, OLD\\.${column}\\b[^,]*, NEW\\.${column}\\b`)],
    },
    trg_questions_history_replace: {
        // The note is about the question with the same id.
        holds: (column) => isContent(column) && column !== "id",
        forms: [
            (column) =>
                new RegExp(
                    `SELECT\\s+'${column}'[^,]*,\\s+replaced\\.${column}\\b[^,]*,\\s+([a-z]+\\(\\s*)*NEW\\.${column}\\b`,
                ),
        ],
    },
    trg_questions_history_delete: {
        // A row of the history has the id in a column of its own.
        holds: (column) => column !== "id",
        forms: [(column) => new RegExp(`'${column}', OLD\\.${column}\\b`)],
    },
};

function ofList(column: string): RegExp {
    return new RegExp(`AFTER UPDATE OF[^;]*?\\b${column}\\b[^;]*?\\nON questions\\n`);
}

/** Every `trigger: column` that a trigger should list and does not. */
function findUnlisted(columns: readonly string[]): string[] {
    const files = readSqlFiles("triggers");
    return Object.entries(LISTS).flatMap(([name, { holds, forms }]) => {
        const text = files.find((file) => file.name === `${name}.sql`)?.text ?? "";
        return columns
            .filter((column) => holds(column) && !forms.every((form) => form(column).test(text)))
            .map((column) => `${name}: ${column}`);
    });
}

describeTargets("the columns of questions", (target) => {
    let client: Client;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    const readColumns = async () =>
        (await readRows(client, "SELECT name FROM pragma_table_info('questions')")).map((column) => `${column.name}`);

    test("stand in each of the triggers that list them, unless they only keep books", async () => {
        const columns = await readColumns();
        expect(columns.length).toBeGreaterThan(20);
        expect(findUnlisted(columns)).toEqual([]);
    });

    test("are missed in every trigger when one is added and forgotten there", async () => {
        await client.execute("ALTER TABLE questions ADD COLUMN forgotten TEXT");
        const columns = await readColumns();
        await client.execute("ALTER TABLE questions DROP COLUMN forgotten");
        expect(findUnlisted(columns)).toEqual(Object.keys(LISTS).map((name) => `${name}: forgotten`));
    });

    test("that only keep books say so in their comment, and no other does", async () => {
        const [table] = await readRows(client, "SELECT sql FROM sqlite_schema WHERE name = 'questions'");
        const named = [...`${table?.sql}`.matchAll(/-- [^\n]*\bBookkeeping\b[^\n]*\n {4}(\w+) /g)].map(
            ([, column]) => column,
        );
        expect(named.sort()).toEqual(Object.keys(BOOKKEEPING).sort());
    });
});
