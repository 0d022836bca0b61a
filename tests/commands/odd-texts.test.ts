import { cpSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { insertRow, readValue, TABLES } from "../product/rows.ts";
import { createSearchDatabase } from "../search/searching.ts";
import { root as repository } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { prepareTokenRuns, readers, writers } from "./token-runs.ts";

const { root, run } = prepareTokenRuns();
for (const folder of ["queries", "operations"]) {
    cpSync(path.join(repository, folder), path.join(root, folder), { recursive: true });
}

/** Stores texts that are not UTF-8 in the newest row of each table: in each column that takes one, as it is or within JSON. */
async function addOddTexts({ client }: TestDatabase): Promise<number> {
    for (const id of ["q-parent", "q-other"]) await insertRow(client, "questions", { id });
    for (const table of TABLES.filter((name) => name !== "questions")) await insertRow(client, table);
    let changed = 0;
    for (const table of TABLES) {
        const { rows } = await client.execute(`SELECT name FROM pragma_table_info('${table}') WHERE type = 'TEXT'`);
        for (const { name } of rows) {
            for (const bytes of ["63616665E9", "5B22E9225D", "7B2261223A22E9227D"]) {
                const newest = `rowid = (SELECT max(rowid) FROM ${table})`;
                const sql = `UPDATE ${table} SET ${name} = CAST(x'${bytes}' AS TEXT) WHERE ${newest}`;
                const result = await client.execute(sql).catch(() => undefined);
                changed += result?.rowsAffected ?? 0;
                if (result) break;
            }
        }
    }
    return changed;
}

describeTargets("a database with texts that are not UTF-8 in every column that takes them", (target) => {
    const names = target.name === "file:" ? [...readers, ...writers] : ["bot-queue", "db-stats", "vector-stats"];

    test("ends no command but with an error that names a table, a column and a key", async () => {
        const source = await createSearchDatabase(target);
        expect(await addOddTexts(source)).toBeGreaterThan(60);
        const ends: [string, number][] = [];
        for (const name of names) {
            const database = target.name === "file:" ? await target.createCopy(source) : source;
            const { code, stdout, stderr } = await run(
                name,
                { TURSO_DATABASE_URL: database.url },
                ...(name === "db-restore" ? ["--replace"] : []),
            );
            ends.push([name, code]);
            const isNamed = code !== 1 || /not UTF-8: [a-z_]+\.[a-z_]+ where [a-z_]+ = '/.test(stderr);
            expect([name, code, isNamed, isNamed || stdout + stderr]).toEqual([name, code, true, true]);
            if (code === 1)
                expect(await readValue(database.client, "SELECT hex(password) FROM users")).toBe("63616665E9");
        }
        expect(ends).toContainEqual(["db-stats", 1]);
    });
});
