import { expect, test } from "vitest";
import { lintFiles } from "../../src/lint/lint.ts";
import { readFiles } from "../../src/planning/files.ts";
import { copy, family, indexes, newTable, recipe, swap } from "../migrations/family.ts";
import { path, wrong } from "../migrations/wrong-rebuilds.ts";
import { changeProject, writeProject } from "../support/project.ts";

const root = writeProject(family);

/** The errors that the lint finds in a rebuild, without a database. */
async function findErrors(sql: string): Promise<string[]> {
    changeProject(root, { [path]: sql });
    const { findings } = lintFiles(await readFiles(root), (file) => file === path);
    return findings
        .filter(({ level }) => level === "error")
        .map(({ rule, line, message }) => `${line} ${rule}: ${message}`);
}

/** What the lint sees of the rebuilds that a deploy refuses. The others go wrong by the rows, or by what is in no file. */
const seen: Readonly<Record<string, readonly string[]>> = {
    "rename the old table first": [
        "2 renamed-away: renames 'parents' away and creates it again, so child tables would follow the old one",
    ],
    "rename the old table away and the new one into its place": [
        "5 foreign-key-parent: 'parents.boss' refers to the table 'parents_old', which does not exist",
        "10 renamed-away: renames 'parents' away and creates it again, so child tables would follow the old one",
    ],
    "forget all rows": ["8 rebuild-loses-rows: rebuilds 'parents' without copying its rows"],
    "forget some rows": ["8 rebuild-drops-rows: copies the rows of 'parents' with WHERE, which may leave some out"],
    "forget an index": ["9 rebuild-loses-objects: rebuilds 'parents' without its index 'idx_parents_size'"],
    "forget a trigger that no file holds": [],
    "forget everything": [
        "8 rebuild-loses-objects: rebuilds 'parents' without its index 'idx_parents_size'",
        "8 rebuild-loses-objects: rebuilds 'parents' without its index 'idx_parents_big'",
        "8 rebuild-loses-objects: rebuilds 'parents' without its index 'idx_parents_code'",
        "8 rebuild-loses-rows: rebuilds 'parents' without copying its rows",
    ],
    "give the rows other ids": ["8 rebuild-loses-rows: copies 'NULL' into 'boss'"],
    "make a trigger again that does not prepare any more": [],
    "break a rule of the new table": [],
    "lose the uniqueness that a child points to": [],
};

test.each(wrong)("the lint sees of a rebuild that would '%s' what files can tell", async (what, sql) => {
    expect(await findErrors(sql)).toEqual(seen[what]);
});

/** Wrong in a way that no deploy can know: the rows are as many as before. */
const onlySeen: readonly (readonly [string, string, readonly string[]])[] = [
    [
        "columns copied into each other",
        newTable +
            copy.replace("SELECT id, code, coalesce(size, 0), boss", "SELECT id, code, boss, size") +
            swap +
            indexes,
        ["8 rebuild-loses-rows: copies 'boss' into 'size'", "8 rebuild-loses-rows: copies 'size' into 'boss'"],
    ],
    [
        "a column forgotten in the copy",
        `${newTable}INSERT INTO parents_new (id, code, size) SELECT id, code, size FROM parents;\n${swap}${indexes}`,
        ["8 rebuild-loses-rows: does not copy 'boss'"],
    ],
    [
        "a copy by position",
        `${newTable}INSERT INTO parents_new SELECT * FROM parents;\n${swap}${indexes}`,
        ["8 rebuild-loses-rows: copies the rows of 'parents' by position"],
    ],
    [
        "a column that is gone",
        newTable.replace("    boss INTEGER REFERENCES parents (id) ON DELETE CASCADE,\n", "") +
            "INSERT INTO parents_new (id, code, size) SELECT id, code, size FROM parents;\n" +
            swap +
            indexes,
        ["8 rebuild-loses-columns: rebuilds 'parents' without its column 'boss'"],
    ],
];

test.each(onlySeen)("the lint alone sees %s", async (_, sql, findings) => {
    expect(await findErrors(sql)).toEqual(findings);
});

test("the lint lets the recipe pass", async () => {
    expect(await findErrors(recipe)).toEqual([]);
});
