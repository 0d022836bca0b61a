import { expect, test } from "vitest";
import { isReserved } from "../../src/sql/keywords.ts";
import { describeTargets } from "../support/targets.ts";

/** All keywords of SQLite: https://www.sqlite.org/lang_keywords.html */
const keywords = (
    "abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case " +
    "cast check collate column commit conflict constraint create cross current current_date current_time " +
    "current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape " +
    "except exclude exclusive exists explain fail filter first following for foreign from full generated glob group groups " +
    "having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key last " +
    "left like limit match materialized natural no not nothing notnull null nulls of offset on or order others outer over " +
    "partition plan pragma preceding primary query raise range recursive references regexp reindex release rename replace " +
    "restrict returning right rollback row rows savepoint select set table temp temporary then ties to transaction trigger " +
    "unbounded union unique update using vacuum values view virtual when where window with without"
).split(" ");

describeTargets("a keyword as a name", (target) => {
    test("needs quotes where the list of reserved words says so, and nowhere else", async () => {
        const { client } = await target.createDatabase();
        const refused: string[] = [];
        for (const word of keywords) {
            // Read as the time, whatever the column holds: accepted, and wrong.
            if (/^current_/.test(word)) refused.push(word);
            const sql = `CREATE TABLE ${word} (${word} TEXT); INSERT INTO ${word} (${word}) SELECT ${word} FROM ${word}; DROP TABLE ${word};`;
            await client.executeMultiple(sql).catch(() => refused.push(word));
        }
        expect(refused.filter((word) => !isReserved(word))).toEqual([]);
        expect(keywords.filter((word) => isReserved(word) && !refused.includes(word))).toEqual([]);
    });
});
