import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { rules } from "../../src/lint/rules.ts";
import { base, migration, second } from "../lint/corpus/base.ts";
import { root as repository } from "../support/deployed.ts";
import { runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";

const [drop, rename] = ["DROP TABLE tags;", "ALTER TABLE settings RENAME COLUMN writer TO author;"];

function write(files: Readonly<Record<string, string | undefined>>): string {
    const root = writeProject(base);
    changeProject(root, files);
    return root;
}

test("prints place, level, rule, what is there, why and the remedy, and exits with 1 for an error", async () => {
    const root = write(migration(`${rename}\n\n${drop}`));
    const { code, stdout, stderr } = await runScript("db:lint", [], { cwd: root });
    expect(stdout).toBe(
        `migrations/002.do.change-notes.sql:2: warning: rename: renames a column of 'settings'
    Why:    Between the deploy of the database and that of the application, one of the two uses the wrong name.
    Remedy: add the new name beside the old one and drop that later, or allow it with the reason
migrations/002.do.change-notes.sql:4: error: drop-table: drops 'tags', which migrations/001.do.create-notes.sql created
    Why:    Its rows are lost, and a running application fails.
    Remedy: stop using it in the application first, keep a backup, and allow it here with the reason
migrations/002.undo.change-notes.sql:1: warning: undo-incomplete: does not restore the table 'tags'
    Why:    After a rollback, no files describe the database, and the next deploy fails or differs.
    Remedy: undo exactly what the do file does
migrations/002.undo.change-notes.sql:1: warning: undo-incomplete: leaves the column 'settings.author'
    Why:    After a rollback, no files describe the database, and the next deploy fails or differs.
    Remedy: undo exactly what the do file does
migrations/002.undo.change-notes.sql:1: warning: undo-incomplete: does not restore the column 'settings.writer'
    Why:    After a rollback, no files describe the database, and the next deploy fails or differs.
    Remedy: undo exactly what the do file does
Found 1 error and 4 warnings: 6 files checked.
`,
    );
    expect([code, stderr]).toEqual([1, ""]);
});

test("lets warnings pass, but not under --strict, and reports only the named files and folders", async () => {
    const root = write({ ...migration(rename), "migrations/002.undo.change-notes.sql": undefined });
    const loose = await runScript("db:lint", [], { cwd: root });
    expect(loose.stdout).toContain("Found 0 errors and 2 warnings: 5 files checked.");
    expect(loose.code).toBe(0);
    expect((await runScript("db:lint", ["--strict", "./migrations"], { cwd: root })).code).toBe(1);
    const views = await runScript("db:lint", ["--strict", "views/", path.join(root, "triggers")], { cwd: root });
    expect([views.code, views.stdout]).toEqual([0, "Nothing found: 2 files checked.\n"]);
});

test("reports of the migrations before lintFrom only what keeps them from running", async () => {
    const old =
        "create table IF NOT EXISTS Logs (id);\nDELETE FROM notes;\nALTER TABLE notes ALTER COLUMN size TO size TEXT;\nSELEC 1;\n";
    const third = "-- Adds.\nCREATE TABLE more (id INTEGER);\n";
    const root = write({
        ...migration(old),
        "migrations/003.do.add-more.sql": third,
        "package.json": '{ "lintFrom": 3 }',
    });
    const lint = (): ReturnType<typeof runScript> => runScript("db:lint", ["--json"], { cwd: root });
    const rulesOf = async (path: string): Promise<string[]> => {
        const { findings } = JSON.parse((await lint()).stdout) as { findings: { path: string; rule: string }[] };
        return findings.filter((finding) => finding.path === path).map(({ rule }) => rule);
    };
    expect(await rulesOf(second)).toEqual(["alter-column", "failing-statement"]);
    expect(await rulesOf("migrations/003.do.add-more.sql")).toContain("strict");
    changeProject(root, { "package.json": "{}" });
    expect(await rulesOf(second)).toEqual(expect.arrayContaining(["keyword-case", "no-where", "if-exists", "strict"]));
    changeProject(root, { "package.json": '{ "lintFrom": "014" }' });
    expect((await runScript("db:lint", [], { cwd: root })).stderr).toContain(
        'error: package.json: "lintFrom" is "014", not the number of a migration\n\nhint: write it like "lintFrom": 14, or remove it\n',
    );
});

test("refuses a path that is none of the SQL files", async () => {
    const { code, stderr } = await runScript("db:lint", ["migrations/009.do.x.sql"], { cwd: write({}) });
    expect(code).toBe(2);
    expect(stderr).toContain("error: 'migrations/009.do.x.sql' is not one of the SQL files");
});

test("gives one document under --json", async () => {
    const { code, stdout } = await runScript("db:lint", ["--json"], {
        cwd: write(migration(drop)),
        env: { GITHUB_ACTIONS: "true" },
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
        files: 6,
        errors: 1,
        warnings: 1,
        findings: [{ path: second, line: 2, rule: "drop-table", level: "error" }, { rule: "undo-incomplete" }],
    });
});

test("annotates in a GitHub workflow, or when asked to, with signs escaped", async () => {
    const sql = 'ALTER TABLE notes ADD COLUMN "a,b:c%" /* x */ TEXT NOT NULL;';
    const root = write(migration(sql));
    const annotation =
        `::error file=${second},line=2,title=not-null-without-default::'notes.a,b:c%25' is NOT NULL, and existing ` +
        "rows have no value%0AIt works in an empty database";
    const plain = await runScript("db:lint", [second], { cwd: root });
    expect(plain.stdout).not.toContain("::");
    for (const [args, env] of [
        [["--github"], {}],
        [[], { GITHUB_ACTIONS: "true" }],
    ] as const) {
        const { stdout } = await runScript("db:lint", [...args, second], { cwd: root, env });
        expect(stdout).toContain(annotation);
    }
});

test("lists its rules, as lines and as a document", async () => {
    const { stdout } = await runScript("db:lint", ["--rules"]);
    for (const { id } of rules) expect(stdout).toMatch(new RegExp(`^${id} +\\w+ +\\w+ +`, "m"));
    expect(stdout.replace(/\s+/g, " ")).toContain(rules[0]?.summary);
    const listed = await runScript("db:lint", ["--rules", "--json"]);
    expect((JSON.parse(listed.stdout) as { id: string }[]).map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
});

test("needs no database, and reads none of this repository's settings", () => {
    const source = readFileSync(path.join(repository, "src/cli/commands/lint.ts"), "utf8");
    expect(source).not.toMatch(/openDatabase|readConfig/);
});
