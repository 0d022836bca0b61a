import { expect, test } from "vitest";
import { raiseKeywords } from "../../src/sql/keyword-case.ts";
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

/** Statements in which only names are in lower case, although each word may be a name. */
const written: readonly string[] = [
    "CREATE TABLE a (key TEXT, no INTEGER, PRIMARY KEY (key), FOREIGN KEY (no) REFERENCES b (no) ON DELETE NO ACTION ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID",
    "CREATE TABLE a (action INTEGER REFERENCES b ON UPDATE RESTRICT, x TEXT GENERATED ALWAYS AS (first))",
    "ALTER TABLE main.a ADD COLUMN column TEXT; ALTER TABLE a RENAME COLUMN column TO key; ALTER TABLE a RENAME TO rename; ALTER TABLE a DROP COLUMN key",
    "INSERT INTO a (no) VALUES (1) ON CONFLICT (no) DO NOTHING",
    "INSERT OR IGNORE INTO a (ignore) SELECT ignore FROM b INNER JOIN c ON inner = c.full FULL OUTER JOIN d RIGHT JOIN e",
    "SELECT key FROM a INDEXED BY i WHERE body MATCH 'x' ORDER BY first NULLS FIRST, last NULLS LAST",
    "WITH q AS MATERIALIZED (SELECT 1), r AS NOT MATERIALIZED (SELECT 2) SELECT * FROM q",
    "CREATE TRIGGER t INSTEAD OF INSERT ON v FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'no'); END",
    "CREATE TRIGGER t AFTER UPDATE OF key, no ON a BEGIN UPDATE OR ROLLBACK a SET no = 1; END",
    "SELECT sum(rows) OVER (ORDER BY range ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), sum(x) OVER (ORDER BY y ROWS 3 PRECEDING) FROM a",
];

test.each(written)("words are keywords where they stand as one, and names elsewhere: %s", (sql) => {
    const names = new Set("key no action column first last ignore inner full rename rows range".split(" "));
    expect(raiseKeywords(sql.toLowerCase(), names)).toBe(sql);
});
