import { expect, test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { listCopies, readWhole, rehearseHere, report, shareBookshop } from "./rehearsing.ts";

const untouched = "This was a rehearsal on a copy. The database itself was not changed.";
const path = "migrations/002.do.change.sql";
const booksNew = (columns: string): string => `CREATE TABLE books_new (${columns}) STRICT;\n`;
const bookColumns = "id TEXT NOT NULL PRIMARY KEY, author INTEGER NOT NULL REFERENCES authors (id), pages INTEGER";
const moveBooks =
    "INSERT INTO books_new SELECT id, author, pages FROM books;\nDROP TABLE books;\nALTER TABLE books_new RENAME TO books;\n";
const booksIndex = "CREATE INDEX idx_books_author ON books (author);\n";

describeTargets("a rehearsal", (target) => {
    const shop = shareBookshop(target);
    const { withFiles } = shop;

    async function refuse(sql: string): Promise<string> {
        const project = withFiles({ [path]: sql });
        const before = await readWhole(shop.database);
        const { code, stderr } = await rehearseHere(project);
        expect([code, listCopies()]).toEqual([1, []]);
        expect(await readWhole(shop.database)).toEqual(before);
        expect(stderr).toContain(untouched);
        return stderr;
    }

    async function find(sql: string): Promise<string[]> {
        const project = withFiles({ [path]: sql });
        const before = await readWhole(shop.database);
        const { code, findings } = await report(project);
        expect([code, listCopies()]).toEqual([findings.length === 0 ? 0 : 4, []]);
        expect(await readWhole(shop.database)).toEqual(before);
        return findings.map((finding) => `${finding.path ?? "-"}: ${finding.message}`);
    }

    test("counts what each file does, and leaves the database as it is", async () => {
        const project = withFiles({
            [path]: "ALTER TABLE books ADD COLUMN title TEXT;\nUPDATE authors SET born = 0 WHERE id <= 10;",
            "migrations/003.do.delete-loans.sql":
                "DELETE FROM loans WHERE id > 150;\nCREATE TABLE shelves (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO shelves VALUES (1), (2);",
        });
        const before = await readWhole(shop.database);
        const { code, findings, migrations, version, copy } = await report(project);
        expect([code, findings, version, copy.rows > 440, copy.views]).toEqual([0, [], 3, true, 1]);
        expect(migrations.map(({ milliseconds, ...rest }) => rest)).toEqual([
            // Ten authors, and a line of the log for each.
            { path, changed: 20, tables: [{ table: "log", before: 0, after: 10 }] },
            {
                path: "migrations/003.do.delete-loans.sql",
                changed: 52,
                tables: [
                    { table: "loans", before: 200, after: 150 },
                    { table: "shelves", before: null, after: 2 },
                ],
            },
        ]);
        expect(await readWhole(shop.database)).toEqual(before);
        expect(listCopies()).toEqual([]);
    });

    test("shows the refusal of a rebuild that loses an index, a trigger and rows", async () => {
        await shop.database.client.execute("CREATE TRIGGER watch AFTER UPDATE ON books BEGIN SELECT 1; END");
        const moveSome = moveBooks.replace("FROM books;", "FROM books WHERE pages > 1;");
        const said = await refuse(booksNew(bookColumns) + moveSome);
        expect(said).toContain(`${path}: the rebuild would lose what the table has now`);
        expect(said).toMatch(/would be lost: 1 row of books\n.*index idx_books_author\n.*trigger watch\n/);
    });

    test("shows the line of a rebuild whose CHECK the rows do not pass", async () => {
        const checked = bookColumns.replace(
            "pages INTEGER",
            "pages INTEGER CONSTRAINT books_are_short CHECK (pages < 200)",
        );
        const said = await refuse(booksNew(checked) + moveBooks + booksIndex);
        expect(said).toContain(`error: ${path}:2: CHECK constraint failed: books_are_short`);
    });

    test("shows a rebuild that leaves rows which refer to missing rows", async () => {
        const move = moveBooks.replace("author, pages FROM", "author + 1, pages FROM");
        const said = await refuse(booksNew(bookColumns) + move + booksIndex);
        expect(said).toContain(`${path}: leaves rows that violate a foreign key`);
        expect(said).toContain("books row 200 references a row of authors that does not exist");
    });

    test("shows the line of a statement that a foreign key stops", async () => {
        expect(await refuse("SELECT 1;\nDELETE FROM authors WHERE id = 1;")).toContain(
            `error: ${path}:2: FOREIGN KEY constraint failed`,
        );
    });

    test("finds views and triggers of no file that no longer work, and only notes what was broken before", async () => {
        await shop.database.client.executeMultiple(
            "CREATE TABLE extra (id INTEGER PRIMARY KEY, what TEXT);\nCREATE VIEW mine AS SELECT what FROM extra;\n" +
                "CREATE TRIGGER watch AFTER DELETE ON loans BEGIN INSERT INTO extra (what) VALUES (OLD.book); END;\n" +
                "CREATE TRIGGER sound AFTER DELETE ON loans BEGIN SELECT 1; END;\n" +
                "CREATE TRIGGER above AFTER DELETE ON authors BEGIN DELETE FROM loans; END;\n" +
                "CREATE VIEW old AS SELECT gone FROM nowhere;\n" +
                "CREATE TRIGGER on_old INSTEAD OF INSERT ON old BEGIN SELECT 1; END;",
        );
        expect(await find("DROP TABLE extra;")).toEqual([
            "-: the view mine no longer works: no such table: main.extra",
            "-: the trigger watch no longer works: no such table: main.extra",
        ]);
        const { notes } = await report(withFiles({ [path]: "SELECT 1;" }));
        expect(notes).toEqual(["The view old was broken before: no such table: main.nowhere."]);
    });

    test("finds an index that does not come back with its table", async () => {
        await shop.database.client.executeMultiple(
            "CREATE TABLE extra (id INTEGER PRIMARY KEY);\nCREATE INDEX lost ON extra (id);",
        );
        const files = {
            [path]: "DROP TABLE extra;",
            "migrations/003.do.again.sql": "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;",
        };
        const { code, findings } = await report(withFiles(files));
        const message = "the index 'lost' on 'extra' is gone, and no file drops it by name";
        expect([code, findings]).toEqual([
            4,
            [{ kind: "lost-object", path, message, remedy: "create it again in the same file" }],
        ]);
    });

    test("finds rows that go with others", async () => {
        const lost = `${path}: 'loans' has lost 20 of its 200 rows, and no statement of the file deletes rows from it`;
        expect(await find("DELETE FROM books WHERE id <= 'b-020';")).toEqual([lost]);
        // A file that puts rows in, or changes some, says nothing of rows that go.
        const touched = "UPDATE loans SET id = id + 1000;\nINSERT INTO loans (book) VALUES ('b-021');\n";
        expect(await find(`${touched}DELETE FROM books WHERE id <= 'b-020';`)).toEqual([
            lost.replace("lost 20", "lost 19"),
        ]);
        const named = "DELETE FROM loans WHERE book <= 'b-020';\nDELETE FROM books WHERE id <= 'b-020';";
        expect(await find(named)).toEqual([]);
    });

    test("finds references that go with the rows that they point to", async () => {
        await shop.database.client.executeMultiple(
            "CREATE TABLE marks (id INTEGER PRIMARY KEY, book TEXT REFERENCES books (id) ON DELETE SET NULL);\n" +
                "INSERT INTO marks (book) SELECT id FROM books WHERE id > 'b-190';",
        );
        const sql = "DELETE FROM loans WHERE book = 'b-195';\nDELETE FROM books WHERE id = 'b-195';";
        expect(await find(sql)).toEqual([
            `${path}: 'marks.book' is empty now in 1 row, and no statement of the file changes 'marks'`,
        ]);
        expect(await find(`UPDATE marks SET book = NULL WHERE book = 'b-195';\n${sql}`)).toEqual([]);
    });

    test("finds a column that somebody added by hand and that a rebuild does not know", async () => {
        await shop.database.client.executeMultiple(
            "ALTER TABLE books ADD COLUMN shelf TEXT;\nUPDATE books SET shelf = 'by hand';",
        );
        const rebuild = booksNew(bookColumns) + moveBooks + booksIndex;
        expect(await find(rebuild)).toEqual([`${path}: 'books' has lost its column 'shelf', which no file created`]);
        expect(await find("ALTER TABLE books DROP COLUMN shelf;")).toEqual([]);
    });

    test("lets a rebuild leave out a column that the files made", async () => {
        const rebuild =
            booksNew(bookColumns.replace(", pages INTEGER", "")) + moveBooks.replace(", pages FROM", " FROM");
        expect(await find(rebuild + booksIndex)).toEqual([]);
    });

    test("finds a column whose values a rebuild does not copy", async () => {
        const forgot = moveBooks.replace(
            "books_new SELECT id, author, pages",
            "books_new (id, author) SELECT id, author",
        );
        expect(await find(booksNew(bookColumns) + forgot + booksIndex)).toEqual([
            `${path}: no row has a value in 'books.pages' any more`,
        ]);
        const zero = bookColumns.replace("pages INTEGER", "pages INTEGER NOT NULL DEFAULT 0");
        expect(await find(booksNew(zero) + forgot + booksIndex)).toEqual([
            `${path}: all rows have the same value in 'books.pages' now`,
        ]);
        expect(await find(`${booksNew(zero) + forgot + booksIndex}UPDATE books SET pages = 1;`)).toEqual([]);
        expect(await find(booksNew(bookColumns) + moveBooks + booksIndex)).toEqual([]);
    });

    test("says what the copy lacks before a file fails for it", async () => {
        await shop.database.client.executeMultiple(
            "CREATE TABLE strict (n INTEGER) STRICT;\nINSERT INTO strict VALUES (NULL);\n" +
                "ALTER TABLE strict ALTER COLUMN n TO n INTEGER NOT NULL;",
        );
        const said = await refuse("INSERT INTO log (id) SELECT 1 / 0 FROM nowhere;");
        const isFile = target.name === "file:";
        expect(said.includes("1 row of 'strict' was not copied")).toBe(!isFile);
        expect(said).toContain(`error: ${path}:1: no such table: nowhere`);
    });
});
