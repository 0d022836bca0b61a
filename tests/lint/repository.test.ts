import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findUnknownQueries } from "../../src/lint/index-queries.ts";
import { lintFiles } from "../../src/lint/lint.ts";
import { findFailingStatements } from "../../src/lint/replay.ts";
import { rules } from "../../src/lint/rules.ts";
import { readFiles } from "../../src/planning/files.ts";
import { root } from "../support/deployed.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";

test("this repository's files are clean, warnings included, and one rule alone is allowed once by a comment", async () => {
    const found = await readFiles(root);
    const { paths, findings } = lintFiles(found, undefined, [
        ...(await findFailingStatements(found)),
        ...(await findUnknownQueries(root, found)),
    ]);
    expect(findings).toEqual([]);
    expect(paths.length).toBeGreaterThanOrEqual(37);
    const files = found.sets.flatMap((set) => [...set.migrations, ...set.objects]);
    const allowed = files.flatMap(({ sql }) => [...sql.matchAll(/lint: allow ([\w-]+)/g)].map(([, rule]) => rule));
    // A STRICT table cannot have a column of vectors.
    expect(allowed).toEqual(["strict"]);
});

test("the examples of migrations/README.md are clean, but for the undo files that they do not show", async () => {
    const readme = readFileSync(path.join(root, "migrations/README.md"), "utf8");
    const examples = [...readme.matchAll(/```sql file\n-- NNN\.do\.([\w-]+)\.sql\n([\s\S]*?)```/g)];
    const files = examples.map(([, name, sql = ""], at) => [
        `migrations/0${migrationCount + 1 + at}.do.${name}.sql`,
        sql,
    ]);
    const project = copyRepository(Object.fromEntries(files));
    const { findings } = lintFiles(await readFiles(project));
    expect(findings.filter(({ rule }) => rule !== "no-undo")).toEqual([]);
    expect(findings.length).toBe(examples.length);
});

test("every rule says what, why and what to do, in words of its own", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, summary, why, remedy } of rules) {
        expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(summary, id).toMatch(/[^.]$/);
        expect(why, id).toMatch(/^[A-Z].*\.$|^`.*\.$/);
        expect(remedy, id).toMatch(/[^.]$/);
    }
});
