import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { rehearseDeploy } from "../../src/cli/commands/rehearse.ts";
import type { PushOptions } from "../../src/cli/options.ts";
import type { RehearseOptions } from "../../src/cli/rehearsal.ts";
import type { RehearsalReport } from "../../src/rehearsal/rehearse.ts";
import { readAll } from "../migrations/deploy.ts";
import { createDeployedProject, type TestProject } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import type { Target, TestDatabase } from "../support/targets.ts";

/** Authors with books, a list that cascades, a view and a trigger of the files, and room for whatever a test adds. */
export const bookshop = {
    "migrations/001.do.create-bookshop.sql": [
        "CREATE TABLE authors (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, born INTEGER) STRICT;",
        "CREATE INDEX idx_authors_name ON authors (name);",
        "CREATE TABLE books (id TEXT NOT NULL PRIMARY KEY, author INTEGER NOT NULL REFERENCES authors (id), pages INTEGER) STRICT;",
        "CREATE INDEX idx_books_author ON books (author);",
        "CREATE TABLE loans (id INTEGER PRIMARY KEY, book TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE) STRICT;",
        "CREATE INDEX idx_loans_book ON loans (book);",
        "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT) STRICT;",
    ].join("\n"),
    "views/v_books.sql":
        "CREATE VIEW v_books AS SELECT b.id AS id, a.name AS author FROM books AS b JOIN authors AS a ON a.id = b.author;",
    "triggers/trg_authors_update.sql":
        "CREATE TRIGGER trg_authors_update AFTER UPDATE ON authors BEGIN\n" +
        "    INSERT INTO log (what) VALUES ('author ' || NEW.id);\nEND;",
};

/** 40 authors, 200 books of theirs (5 each), 200 loans. */
export const rows = [
    "INSERT INTO authors (name, born) SELECT 'author ' || value, 1900 + value FROM generate_series(1, 40);",
    "INSERT INTO books (id, author, pages) SELECT printf('b-%03d', value), 1 + (value - 1) / 5, value FROM generate_series(1, 200);",
    "INSERT INTO loans (book) SELECT printf('b-%03d', value) FROM generate_series(1, 200);",
].join("\n");

/** Gives a deployed bookshop with its rows. */
async function createBookshop(target: Target): Promise<TestProject> {
    const project = await createDeployedProject(target, writeProject(bookshop));
    await project.client.executeMultiple(rows);
    return project;
}

/** What the tests of one group share. */
export interface Bookshop {
    /** The database of the test that runs: a bookshop with its rows. */
    readonly database: TestDatabase;
    /** A project with the bookshop's files and these, on that database. */
    withFiles(files: Record<string, string>): TestProject;
}

/** Makes one bookshop for a group of tests, and gives each a copy of it. */
export function shareBookshop(target: Target): Bookshop {
    let made: TestProject;
    let database: TestDatabase;
    beforeAll(async () => {
        made = await createBookshop(target);
    });
    beforeEach(async () => {
        database = await target.createCopy(made.database);
        return () => database.close();
    });
    return {
        get database() {
            return database;
        },
        withFiles: (files) => ({
            root: writeProject({ ...bookshop, ...files }),
            database,
            client: database.client,
        }),
    };
}

/** `db:rehearse` inside this process. */
export function rehearseHere({ root, database }: TestProject, options: RehearseOptions = {}): Promise<Ran> {
    return runHere((context) => rehearseDeploy(context, options), { root, url: database.url });
}

/** What `db:rehearse --json` prints, and its exit code. */
export async function report(
    { root, database }: TestProject,
    options: RehearseOptions = {},
): Promise<RehearsalReport & { code: number }> {
    const ran = await runHere((context) => rehearseDeploy(context, options), { root, url: database.url, json: true });
    if (ran.error) throw ran.error;
    return { ...(JSON.parse(ran.stdout) as RehearsalReport), code: ran.code };
}

/** `db:push` inside this process. */
export function pushHere({ root, database }: TestProject, options: PushOptions = {}): Promise<Ran> {
    return runHere((context) => push(context, options), { root, url: database.url });
}

/** All that a rehearsal must leave as it is: every object and row, and of a file each byte. */
export async function readWhole(database: TestDatabase): Promise<unknown> {
    const bytes = database.url.startsWith("file:") ? readFileSync(fileURLToPath(database.url)).toString("base64") : "";
    return { contents: await readAll(database.client), bytes };
}

/** Copies of this process that are still there. */
export function listCopies(pid = process.pid): string[] {
    return existsSync(tmpdir()) ? readdirSync(tmpdir()).filter((name) => name.startsWith(`db-rehearsal-${pid}-`)) : [];
}
