import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/deployed.ts";
import { changeProject, makeFolder } from "../support/project.ts";
import { copyTree } from "../support/tree.ts";

/** Two tables of another team. */
export const migrations: Readonly<Record<string, string>> = {
    "migrations/001.do.create-authors.sql": `-- Who writes books.
CREATE TABLE authors (
    /* One row is a person who wrote a book. */
    -- Identifies the author.
    id INTEGER PRIMARY KEY,
    -- As printed on the cover.
    name TEXT NOT NULL
) STRICT;
`,
    "migrations/001.undo.create-authors.sql": "-- Removes the authors.\nDROP TABLE authors;\n",
    "migrations/002.do.create-books.sql": `-- What authors write.
CREATE TABLE books (
    /* One row is a book. */
    -- Identifies the book.
    isbn TEXT PRIMARY KEY,
    -- As printed on the cover.
    title TEXT NOT NULL,
    -- Who wrote it.
    author_id INTEGER NOT NULL REFERENCES authors (id)
) STRICT;

CREATE INDEX idx_books_author_id ON books (
    /* Serves the page of an author. */
    author_id
);
`,
    "migrations/002.undo.create-books.sql": "-- Removes the books.\nDROP TABLE books;\n",
};

/** The five commands of CONTRIBUTING.md; the last one comes after the migrations were written. */
export function readCommands(): string[] {
    const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
    const [, section = ""] = text.split("\n## Taking the tools to another schema\n");
    const [commands = ""] = section.split("\n## ");
    return commands.split("\n").flatMap((line) => (line.startsWith("    ") ? [line.trim()] : []));
}

/** Runs commands in a shell, without the variables of the caller. */
export function runShell(cwd: string, commands: readonly string[]): string {
    const { PATH, HOME, NODE_EXTRA_CA_CERTS } = process.env;
    return execFileSync("sh", ["-ec", commands.join("\n")], {
        cwd,
        env: { PATH, HOME, ...(NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }) },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        maxBuffer: 100_000_000,
    });
}

/** Makes a project with two tables from this repository, by the commands of CONTRIBUTING.md but the last one. */
export function makeOther(): string {
    const folder = makeFolder();
    const origin = join(folder, "origin");
    copyTree(origin);
    const author = "-c user.name=a -c user.email=a@localhost";
    runShell(origin, ["git init -q", "git add -A", `git ${author} commit -q -m all`]);
    const commands = readCommands().slice(0, -1);
    runShell(
        folder,
        commands.map((line) => line.replace("<address>", "origin")),
    );
    const project = join(folder, "books");
    changeProject(project, migrations);
    return project;
}
