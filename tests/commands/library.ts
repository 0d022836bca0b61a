const authors = `CREATE TABLE authors (
    -- Who it is.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    born INTEGER
) STRICT;

CREATE INDEX idx_authors_name ON authors (name);
CREATE INDEX idx_authors_born ON authors (born);
`;
const books = `CREATE TABLE books (
    id INTEGER NOT NULL PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors (id) ON DELETE CASCADE,
    "order" INTEGER,
    title TEXT NOT NULL
) STRICT;
`;
/** A small project: two tables with a foreign key that cascades, two more, views and a trigger. */
export const library: Readonly<Record<string, string>> = {
    "migrations/001.do.create-authors.sql": authors,
    "migrations/001.undo.create-authors.sql": "DROP TABLE authors;\n",
    "migrations/002.do.create-books.sql": books,
    "migrations/002.undo.create-books.sql": "DROP TABLE books;\n",
    "migrations/003.do.create-shelves.sql":
        "CREATE TABLE shelves (id INTEGER PRIMARY KEY) STRICT;\nCREATE TABLE boards (id INTEGER PRIMARY KEY, shelf_id INTEGER REFERENCES shelves (id)) STRICT;\n",
    "views/v_titles.sql":
        "-- Kept: a heading of the file.\nCREATE VIEW v_titles AS SELECT b.title AS title FROM books AS b;\n",
    "views/v_names.sql": "CREATE VIEW v_names AS SELECT a.name AS name FROM authors AS a;\n",
    "triggers/trg_books_title.sql":
        "CREATE TRIGGER trg_books_title AFTER UPDATE OF title ON books BEGIN\n    SELECT NEW.title;\nEND;\n",
};
/** A row in each of the two. */
export const libraryRows =
    "INSERT INTO authors (id, name) VALUES (7, 'Ada'); INSERT INTO books VALUES (1, 7, 2, 'Notes');";
