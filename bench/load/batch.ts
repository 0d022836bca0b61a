// The way that the client's documentation shows: batches of 50 rows, each a transaction and, on a server, a request. It
// neither validates nor compares. Arguments: the database, the folder of questions, and that of history if it is to be
// loaded.
import { createClient } from "@libsql/client";
import { assertLocal } from "../../tests/support/local.ts";
import {
    beginImport,
    type EventRow,
    endImport,
    insertEvent,
    insertMapping,
    insertQuestion,
    readEvents,
    readQuestions,
    replaceEvent,
} from "./records.ts";

const LENGTH = 50;
const [url = "", questions = "", history] = process.argv.slice(2);
assertLocal(url);
const client = createClient({ url });

for (const rows of inBatches(readQuestions(questions))) {
    const inserts = rows.map(({ question }) => ({ sql: insertQuestion, args: question }));
    await client.batch([beginImport, ...inserts, endImport], "write");
    await client.batch(
        rows.map(({ mapping }) => ({ sql: insertMapping, args: mapping })),
        "write",
    );
}
if (history !== undefined) await loadHistory(history);
client.close();

async function loadHistory(folder: string): Promise<void> {
    let missing: EventRow[] = [];
    for (const events of inBatches(readEvents(folder))) {
        const results = await client.batch(
            events.map(({ replace }) => ({ sql: replaceEvent, args: replace })),
            "write",
        );
        missing.push(...events.filter((_, at) => results[at]?.rowsAffected === 0));
        if (missing.length < LENGTH) continue;
        await insertEvents(missing.slice(0, LENGTH));
        missing = missing.slice(LENGTH);
    }
    if (missing.length > 0) await insertEvents(missing);
}

async function insertEvents(events: readonly EventRow[]): Promise<void> {
    await client.batch(
        events.map(({ insert }) => ({ sql: insertEvent, args: insert })),
        "write",
    );
}

function* inBatches<Item>(items: Iterable<Item>): Generator<Item[]> {
    let batch: Item[] = [];
    for (const item of items) {
        batch.push(item);
        if (batch.length < LENGTH) continue;
        yield batch;
        batch = [];
    }
    if (batch.length > 0) yield batch;
}
