import { expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { runScript } from "../support/here.ts";
import { describeTargets } from "../support/targets.ts";
import { copySearch, createSearchDatabase } from "./searching.ts";

describeTargets("db:rollback --set", (target) => {
    test("takes an optional set away as a whole, and it stays away until it is installed again", async () => {
        const database = await createSearchDatabase(target, { index: true });
        const settings = { cwd: copySearch(), env: { TURSO_DATABASE_URL: database.url } };
        const listSchema = (): Promise<unknown[]> =>
            readRows(
                database.client,
                `SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'schemaversion%' AND name NOT LIKE 'libsql_%'
                    AND name NOT LIKE 'sqlite_%' ORDER BY type, name`,
            );
        const before = await listSchema();
        const undo = (set: string, ...more: string[]): ReturnType<typeof runScript> =>
            runScript("db:rollback", ["--set", set, "--to", "0", ...more], settings);
        const core = await runScript("db:rollback", ["--to", "1", "--discard-rows"], settings);
        expect([core.code, core.stderr]).toEqual([
            2,
            expect.stringContaining("the set 'search' needs what this would undo"),
        ]);
        const needed = await undo("search", "--discard-rows");
        expect([needed.code, needed.stderr]).toEqual([
            2,
            expect.stringContaining("pnpm db:rollback --set search_index --to 0"),
        ]);
        expect(await undo("search_index")).toMatchObject({ code: 0 });
        const kept = await undo("search");
        expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining("questions_search: 40 rows")]);
        expect(await undo("search", "--discard-rows")).toMatchObject({ code: 0 });
        const left = JSON.stringify(await listSchema());
        expect(left).not.toMatch(/search|question_vector|questions_words|replaced_question/);
        expect(await runScript("db:verify", [], settings)).toMatchObject({ code: 0 });
        expect((await runScript("db:migrate", ["--schema-only"], settings)).stdout).not.toContain("search");
        expect(JSON.stringify(await listSchema())).toBe(left);
        await database.client.execute("UPDATE questions SET answer = 'Written without the search.' WHERE id = 'q-1'");
        expect(await runScript("vector:init", ["--index"], settings)).toMatchObject({ code: 0 });
        expect(await listSchema()).toEqual(before);
        expect(await undo("nothing")).toMatchObject({
            code: 2,
            stderr: expect.stringContaining("core, search, search_index"),
        });
    });
});
