import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/deployed.ts";

const folder = path.join(root, ".github/workflows");
const workflows = readdirSync(folder).sort();
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { scripts: object };
const writing = ["bots.yml", "deploy.yml", "load.yml"];

test("there is a workflow for each duty", () => {
    expect(workflows.filter((name) => name !== "bots.yml")).toEqual([
        "backup.yml",
        "check.yml",
        "deploy.yml",
        "load.yml",
        "restore-test.yml",
        "verify.yml",
    ]);
});

describe.each(workflows)("%s", (name) => {
    const text = read(name);
    const lines = text.split("\n");

    test("runs commands that exist", () => {
        const commands = [...text.matchAll(/pnpm (?:--silent )?((?:bot|db|docs|schema):[\w:]+)/g)].map(
            ([, found]) => found,
        );
        for (const command of commands) expect(Object.keys(scripts)).toContain(command);
        expect(commands.length > 0 || text.includes(".ci/run")).toBe(true);
    });

    test("has each secret on the one step that needs it", () => {
        for (const line of lines.filter((found) => found.includes("secrets."))) {
            expect(line).toMatch(/^ {18}[A-Z_]+: \$\{\{ secrets\.[A-Z_]+ \}\}$/);
        }
    });

    test("has the read-write pair only where it writes", () => {
        const pair = lines.filter((line) => /secrets\.(TURSO_DATABASE_URL|TURSO_AUTH_TOKEN) /.test(line));
        expect(pair).toHaveLength(writing.includes(name) ? 2 : 0);
        // A reviewer of the environment approves what writes, but for the bots, which are off until somebody switches them on.
        if (writing.includes(name)) expect(text).toMatch(/environment: (production|bots)$/m);
    });

    test("may do no more than it must, and never runs twice at once", () => {
        expect(text).toMatch(/^permissions:\n( {4}actions: read\n)? {4}contents: read$/m);
        expect(text).toMatch(/^concurrency:\n {4}group: \S+/m);
        expect(text).not.toMatch(/: write$/m);
        expect(text.match(/persist-credentials: false/g)).toHaveLength(text.match(/actions\/checkout@/g)?.length ?? 0);
    });
});

test("deploy.yml deploys the plan that was approved, and nothing else", () => {
    const [plan = "", deploy = ""] = read("deploy.yml").split("\n    deploy:\n");
    expect(plan).toContain("db:push:schema --dry-run");
    expect(plan).not.toMatch(/secrets\.(TURSO_DATABASE_URL|TURSO_AUTH_TOKEN) /);
    expect(deploy).toContain('db:push:schema --yes --plan "$PLAN"');
    expect(deploy).toMatch(/PLAN: \$\{\{ needs\.plan\.outputs\.plan \}\}/);
});

test("a review by the owners of the database is asked for what changes the schema", () => {
    const owners = readFileSync(path.join(root, ".github/CODEOWNERS"), "utf8");
    for (const place of ["/migrations/", "/views/", "/triggers/", "/TURSO_SCHEMA.sql"]) {
        expect(owners).toMatch(new RegExp(`^${place} +@`, "m"));
    }
});
