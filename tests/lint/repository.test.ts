import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { lintFiles } from "../../src/lint/lint.ts";
import type { Rule } from "../../src/lint/rule.ts";
import { rules } from "../../src/lint/rules.ts";
import { readFiles } from "../../src/planning/files.ts";
import { root } from "../support/deployed.ts";
import { copyRepository } from "../support/repository.ts";

test("this repository's files are clean, warnings included, and nothing in them is allowed by a comment", async () => {
    const found = await readFiles(root);
    const { paths, findings } = lintFiles(found);
    expect(findings).toEqual([]);
    expect(paths.length).toBeGreaterThanOrEqual(37);
    for (const file of found.sets.flatMap((set) => [...set.migrations, ...set.objects]))
        expect(file.sql).not.toMatch(/lint:/);
});

test("the examples of migrations/README.md are clean, but for the undo files that they do not show", async () => {
    const readme = readFileSync(path.join(root, "migrations/README.md"), "utf8");
    const examples = [...readme.matchAll(/```sql file\n-- NNN\.do\.([\w-]+)\.sql\n([\s\S]*?)```/g)];
    const files = examples.map(([, name, sql = ""], at) => [`migrations/${900 + at}.do.${name}.sql`, sql]);
    const project = copyRepository(Object.fromEntries(files));
    const { findings } = lintFiles(await readFiles(project));
    expect(findings.filter(({ rule }) => rule !== "no-undo")).toEqual([]);
    expect(findings.length).toBe(examples.length);
});

test("docs/reference/lint.md holds the table of all rules as they are (`npx vitest run tests/lint -u` writes it)", async () => {
    const file = path.join(root, "docs/reference/lint.md");
    const page = readFileSync(file, "utf8").replace(/\| rule \|[\s\S]*?\n(?=\n)/, `${renderRuleTable(rules)}\n`);
    await expect(page).toMatchFileSnapshot(file);
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

function renderRuleTable(rules: readonly Rule[]): string {
    // Between backticks, < and > need no escape.
    const plain = (text: string): string => text.replace(/</g, "&lt;").replace(/>/g, "&gt;");
    const cell = (text: string): string =>
        text
            .replaceAll("|", "\\|")
            .split("`")
            .map((part, at, parts) => (at % 2 === 1 && at < parts.length - 1 ? part : plain(part)))
            .join("`");
    const rows = rules.map(({ id, group, level, refused, summary, why, remedy }) =>
        [`\`${id}\``, group, refused ? "refused" : level, cell(summary), cell(why), cell(remedy)].join(" | "),
    );
    return [
        "| rule | group | level | what it finds | why | what to do |",
        "|---|---|---|---|---|---|",
        ...rows.map((row) => `| ${row} |`),
    ].join("\n");
}
