import { expect, test } from "vitest";
import { lintFiles } from "../../src/lint/lint.ts";
import { readFiles } from "../../src/planning/files.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { base, migration, second } from "./corpus/base.ts";

const rename = "ALTER TABLE notes RENAME COLUMN size TO length;";

async function lint(sql: string): Promise<string[]> {
    const root = writeProject(base);
    changeProject(root, migration(sql));
    const { findings } = lintFiles(await readFiles(root), (path) => path === second);
    return findings.map(({ line, rule, message }) => `${line} ${rule}: ${message}`);
}

const reason = "allow rename: the application has both names";
const found = "renames a column of 'notes'";

test.each([
    ["on the line before", `-- lint: ${reason}\n${rename}`],
    ["on the same line as the start", `/* lint: ${reason} */ ${rename}`],
    ["inside the statement", rename.replace(" RENAME", `\n-- lint: ${reason}\nRENAME`)],
    ["some lines before, with others between", `-- lint: ${reason}\n-- More.\n\n${rename}`],
    ["over several lines", `/*\n * lint: allow rename:\n * the application has both names\n */\n${rename}`],
])("a reason %s allows it", async (_, sql) => {
    expect(await lint(sql)).toEqual([]);
});

test("allows it in one statement, and no other", async () => {
    expect(await lint(`-- lint: ${reason}\n${rename}\nALTER TABLE notes RENAME COLUMN body TO text;`)).toEqual([
        `4 rename: ${found}`,
    ]);
});

test("allows it in one statement, where what is left of the file is one finding", async () => {
    const lower = "-- lint: allow keyword-case: copied\nselect 1;\nselect 1 as one\nfrom notes;";
    expect(await lint(lower)).toEqual(["4 keyword-case: 3 keywords are not in capitals, first at line 4"]);
});

test("allows what concerns the whole file before its first statement", async () => {
    const root = writeProject(base);
    changeProject(root, { [second]: "-- Looks.\n-- lint: allow no-undo: it changes nothing\nSELECT 1;\n" });
    expect(lintFiles(await readFiles(root)).findings).toEqual([]);
});

test.each([
    ["allow rename", [`2 allow: has no reason for 'rename'`, `3 rename: ${found}`]],
    ["allow rename:  ", [`2 allow: has no reason for 'rename'`, `3 rename: ${found}`]],
    [
        "allow renames: why",
        [`2 allow: there is no rule 'renames' (\`pnpm db:lint --rules\` lists them)`, `3 rename: ${found}`],
    ],
    [
        "allow allow: why",
        [`2 allow: there is no rule 'allow' (\`pnpm db:lint --rules\` lists them)`, `3 rename: ${found}`],
    ],
    ["ignore rename", [`2 allow: 'lint: ignore rename' is not a valid lint comment`, `3 rename: ${found}`]],
    ["allow drop-table: why", [`2 allow: 'drop-table' finds nothing in this statement`, `3 rename: ${found}`]],
    [
        "allow alter-column: why",
        [`2 allow: 'alter-column' cannot be allowed: a deploy refuses it`, `3 rename: ${found}`],
    ],
])("a comment that allows nothing is found: %s", async (comment, findings) => {
    expect(await lint(`-- lint: ${comment}\n${rename}`)).toEqual(findings);
});

test("a rule may be named in a literal or a longer comment without meaning anything", async () => {
    expect(await lint("-- See lint: allow rename.\nINSERT INTO tags (note_id) VALUES ('-- lint: allow x');")).toEqual(
        [],
    );
});
