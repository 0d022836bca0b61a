import { copy, indexes, newTable, recipe, swap, unmanagedTrigger } from "./family.ts";

/** The file of a rebuild. */
export const path = "migrations/002.do.rebuild.sql";
const lost = (...items: string[]): string => items.map((item) => `would be lost: ${item}\n`).join("");

/** What is wrong, how it is written, and what the refusal says. */
export const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    [
        "rename the old table first",
        `ALTER TABLE parents RENAME TO parents_old;\n${newTable.replace("parents_new", "parents")}` +
            `INSERT INTO parents SELECT id, code, 0, boss FROM parents_old;\nDROP TABLE parents_old;\n${indexes}`,
        [
            `${path}:2: renames 'parents' away and creates it again, so child tables would follow the old one`,
            "    create 'parents_new' first, fill it, drop 'parents', then rename (migrations/README.md)",
        ],
    ],
    [
        "rename the old table away and the new one into its place",
        `${newTable}${copy}ALTER TABLE parents RENAME TO parents_old;\n` +
            `ALTER TABLE parents_new RENAME TO parents;\nDROP TABLE parents_old;\n${indexes}`,
        [`${path}:10: renames 'parents' away and creates it again`],
    ],
    ["forget all rows", newTable + swap + indexes, [lost("4 rows of parents")]],
    ["forget some rows", recipe.replace(copy, copy.replace(";", " WHERE size > 1;")), [lost("2 rows of parents")]],
    [
        "forget an index",
        newTable + copy + swap + indexes.split("\n").slice(1).join("\n"),
        [lost("index idx_parents_size")],
    ],
    ["forget a trigger that no file holds", recipe, [lost("trigger watch")]],
    [
        "forget everything",
        newTable + swap,
        [
            lost(
                "4 rows of parents",
                "index idx_parents_size",
                "index idx_parents_big",
                "index idx_parents_code",
                "trigger watch",
            ),
        ],
    ],
    [
        "give the rows other ids",
        `${recipe.replace("SELECT id,", "SELECT id + 100,").replace("boss FROM", "NULL FROM")}${unmanagedTrigger};\n`,
        [
            `${path}: leaves rows that violate a foreign key`,
            "cascades row 1 references a row of parents that does not exist",
        ],
    ],
    [
        "make a trigger again that does not prepare any more",
        `${recipe}${unmanagedTrigger.replace("('update')", "(NEW.length)")};\n`,
        [`${path}:14: no such column: NEW.length`],
    ],
    [
        "break a rule of the new table",
        recipe.replace("coalesce(size, 0)", "-1"),
        [`${path}:8: CHECK constraint failed: parents_size_is_not_negative`],
    ],
    [
        "lose the uniqueness that a child points to",
        `${recipe.replace("NOT NULL UNIQUE", "NOT NULL")}${unmanagedTrigger};\n`,
        [`${path}: foreign key mismatch - "by_code" referencing "parents"`, "reference the primary key"],
    ],
];
