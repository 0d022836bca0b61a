// The fastest way into a file: prepared statements of the driver, in a loop, all in one transaction. It neither validates
// nor compares. Arguments: the database, the folder of questions, and that of history if it is to be loaded.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { assertLocal } from "../../tests/support/local.ts";
import {
    beginImport,
    endImport,
    insertEvent,
    insertMapping,
    insertQuestion,
    readEvents,
    readQuestions,
    replaceEvent,
    type Value,
} from "./records.ts";

interface RawDatabase {
    exec(sql: string): void;
    prepare(sql: string): { run(...values: Value[]): { changes: number } };
    close(): void;
}

// Not imported: the types of the whole repository are checked where this folder's own packages are not installed.
const Database = createRequire(import.meta.url)("libsql") as new (path: string) => RawDatabase;

const [url = "", questions = "", history] = process.argv.slice(2);
assertLocal(url);
const database = new Database(fileURLToPath(url));
database.exec("BEGIN IMMEDIATE");
database.exec(beginImport);
const [question, mapping] = [database.prepare(insertQuestion), database.prepare(insertMapping)];
for (const rows of readQuestions(questions)) {
    question.run(...rows.question);
    mapping.run(...rows.mapping);
}
database.exec(endImport);
if (history !== undefined) {
    const [replace, insert] = [database.prepare(replaceEvent), database.prepare(insertEvent)];
    for (const event of readEvents(history)) {
        if (replace.run(...event.replace).changes === 0) insert.run(...event.insert);
    }
}
database.exec("COMMIT");
database.close();
