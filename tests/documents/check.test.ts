import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { checkEssential, checkStatements } from "../../src/documents/check/examples.ts";
import type { DocumentCheck } from "../../src/documents/check/finding.ts";
import { checkLinks, checkReach } from "../../src/documents/check/links.ts";
import { checkOutside } from "../../src/documents/check/outside.ts";
import { checkTables } from "../../src/documents/check/schema.ts";
import { checkShell } from "../../src/documents/check/shell.ts";
import { type Page, readPage } from "../../src/documents/markdown.ts";
import { readFiles } from "../../src/planning/files.ts";
import type { DocumentedQuery } from "../../src/queries/files.ts";
import { readTables } from "../../src/schema/table.ts";
import { openTestConnection, root } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";

const page = (path: string, ...lines: string[]): Page => readPage(path, `${lines.join("\n")}\n`);
const messagesOf = ({ findings }: DocumentCheck): string[] =>
    findings.map(({ path, line, message }) => `${path}:${line}: ${message}`);
const block = (language: string, ...lines: string[]): string[] => [`\`\`\`${language}`, ...lines, "```"];

describe("links", () => {
    const guide = page("docs/guide.md", "# Guide", "", "## One step");
    const isThere = (name: string): boolean => ["docs/guide.md", "docs/page.md", "docs/schema.svg"].includes(name);
    const judge = (...lines: string[]): string[] =>
        messagesOf(checkLinks([guide, page("docs/page.md", "# Page", ...lines)], isThere));

    test("are all right where file and anchor are there", () => {
        expect(judge("[a](guide.md#one-step) ![b](schema.svg) [c](#page) [d](https://turso.tech)")).toEqual([]);
    });

    test("to a file that is gone are found", () => {
        expect(judge("", "[a](gone.md)")).toEqual(["docs/page.md:3: links to 'gone.md', and there is no docs/gone.md"]);
    });

    test("to an anchor that moved are found", () => {
        expect(judge("[a](guide.md#two-steps)")).toEqual([
            "docs/page.md:2: links to 'guide.md#two-steps', and docs/guide.md has no heading with that anchor",
        ]);
    });

    test("lead to every page", () => {
        const start = page("docs/start.md", "[guide](guide.md)");
        const check = checkReach([start, guide, page("docs/lonely.md", "# Lonely")], "docs/start.md");
        expect(messagesOf(check)).toEqual(["docs/lonely.md:1: no link leads here from docs/start.md"]);
    });
});

describeTargets("examples", (target) => {
    const schema = `CREATE TABLE notes (
            /* One row is one note. */
            -- Identifies it.
            id INTEGER PRIMARY KEY,
            -- What it says.
            body TEXT NOT NULL,
            kind TEXT
        ) STRICT;
        CREATE INDEX idx_notes_body ON notes (body);
        CREATE TABLE mute (id INTEGER PRIMARY KEY) STRICT;
        INSERT INTO notes VALUES (1, 'first', 'a');`;

    const open = async () => {
        const database = await target.createDatabase();
        await database.client.executeMultiple(schema);
        return openTestConnection(database);
    };

    test("that fail are found at their line, and those that write leave nothing", async () => {
        const connection = await open();
        const pages = [
            page("docs/a.md", ...block("sql", "SELECT body FROM notes;", "DELETE FROM notes;")),
            page("docs/b.md", "# B", ...block("sql", "SELECT id FROM notes;", "", "SELECT boddy FROM notes;")),
            page("docs/c.md", ...block("text", "SELECT nothing;")),
        ];
        expect(messagesOf(await checkStatements(pages, connection))).toEqual([
            `docs/b.md:5: fails on ${connection.target.label}: no such column: boddy`,
        ]);
        const [left] = await connection.readAll([{ sql: "SELECT count(*) AS n FROM notes" }]);
        expect(left).toMatchObject({ ok: true, rows: [{ n: 1 }] });
        connection.close();
    });

    test("that are essential return rows, and find them by an index", async () => {
        const connection = await open();
        const query = (name: string, sql: string, example?: string): DocumentedQuery => ({
            ...{ name, path: `queries/${name}.sql`, title: name, purpose: "a test.", line: 1, sql },
            ...{ report: undefined, scans: undefined, sorts: undefined },
            parameters: example === undefined ? [] : [{ name: "body", example }],
        });
        const queries = [
            query("fine", "SELECT id FROM notes WHERE body = :body", "first"),
            query("empty", "SELECT id FROM notes WHERE body = :body", "second"),
            query("slow", "SELECT id FROM notes WHERE kind = :body", "a"),
        ];
        const check = await checkEssential(["fine", "empty", "slow", "gone"], queries, connection);
        expect(messagesOf(check).sort()).toEqual([
            "queries/empty.sql:1: returns no row with its example values",
            "queries/gone.sql:1: an essential query is missing",
            "queries/slow.sql:1: uses no index",
        ]);
        connection.close();
    });

    test("belong to tables that have a comment and a page, with a comment on each column", async () => {
        const connection = await open();
        const tables = (await readTables(connection)).filter(({ isShadow }) => !isShadow);
        const pathOf = (table: string): string => `docs/schema/${table}.md`;
        expect(messagesOf(checkTables(tables, [page("docs/schema/notes.md", "# notes")], pathOf))).toEqual([
            "docs/schema/notes.md:1: the column 'notes.kind' has no comment",
            "docs/schema/mute.md:1: the table 'mute' has no page",
            "docs/schema/mute.md:1: the table 'mute' has no comment",
            "docs/schema/mute.md:1: the column 'mute.id' has no comment",
        ]);
        connection.close();
    });
});

test("tables that the last migration of an optional set leaves are found when no page names them as code", async () => {
    const project = writeProject({
        "migrations/001.do.create-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;",
        "migrations/search/001.do.create-words.sql":
            "CREATE VIRTUAL TABLE note_words USING fts5 (body);\n\nCREATE TABLE Old_Marks (id INTEGER PRIMARY KEY) STRICT;",
        "migrations/search/002.do.rename-marks.sql":
            "ALTER TABLE old_marks RENAME TO marks;\n\nCREATE TABLE passing (id INTEGER PRIMARY KEY) STRICT;\n\nDROP TABLE passing;",
    });
    const { sets } = await readFiles(project);
    const judge = (...lines: string[]): DocumentCheck =>
        checkTables([], [page("docs/search.md", ...lines)], (table) => table, sets.slice(1));
    const check = judge("The words are in note_words, and `old_marks` is gone.");
    expect(messagesOf(check)).toEqual([
        "migrations/search/001.do.create-words.sql:1: no page names the table 'note_words'",
        "migrations/search/001.do.create-words.sql:1: no page names the table 'marks'",
    ]);
    expect(check.looked).toBe("2 tables, 0 columns");
    expect(messagesOf(judge("`note_words` and `marks`"))).toEqual([]);
});

test("shell examples are found that no test runs, but for those that need an account", () => {
    const run = page("docs/run.md", ...block("sh", "pnpm db:push"));
    const idle = page("docs/idle.md", ...block("sh", "turso db list", "# and", "gh secret list"), ...block("sh", "ls"));
    expect(messagesOf(checkShell([run, idle], ["docs/run.md"]))).toEqual([
        "docs/idle.md:7: no test runs the shell examples of this page",
    ]);
});

const isInstalled = existsSync(path.join(root, "checkers/node_modules/mermaid"));

describe(isInstalled ? "the checkers" : "the checkers (not installed: `pnpm --dir checkers install`)", () => {
    test.skipIf(!isInstalled)(
        "find an invalid diagram at its line, a wrong workflow, and one that is no YAML",
        async () => {
            const pages = [
                page("docs/a.md", "# A", ...block("mermaid", "flowchart LR", "    a --> b[")),
                page("docs/b.md", ...block("mermaid", "erDiagram", "    users ||--o{ sessions : has")),
                page("docs/c.md", ...block("mermaid", "stateDiagram-v2", "    [*] --> active")),
            ];
            const workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: nothing\n";
            const check = await checkOutside(root, pages, [
                { path: ".github/workflows/conflict.yml", text: `<<<<<<< ours\n${workflow}=======\n>>>>>>> theirs\n` },
                { path: ".github/workflows/a.yml", text: workflow },
            ]);
            expect(check.findings.map(({ path, line }) => `${path}:${line}`)).toEqual([
                expect.stringMatching(/^docs\/a\.md:[45]$/),
                ".github/workflows/conflict.yml:1",
                ".github/workflows/a.yml:6",
            ]);
            expect(check.looked).toBe("3 diagrams, 2 workflows");
        },
    );
});
