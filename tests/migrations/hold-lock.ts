// Another program that writes to a database file: `hold-lock.ts <file: URL> <reserved|exclusive> <milliseconds>`.
// Prints "held" once it has the lock, keeps it for that long, or until SIGTERM, and rolls back.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@libsql/client/sqlite3";
import { assertLocal } from "../support/local.ts";

const [url = "", lock, milliseconds] = process.argv.slice(2);
assertLocal(url);
// What does not fit into the page cache is written to the file before the commit: readers are locked out then, too.
const rows = lock === "exclusive" ? 10_000 : 1;

const released = once(process, "SIGTERM");
const transaction = await createClient({ url, timeout: 5_000 }).transaction("write");
await transaction.executeMultiple(`
    CREATE TABLE held_by_another_program (filling BLOB);
    INSERT INTO held_by_another_program
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT randomblob(1000) FROM n;
`);
process.stdout.write("held\n");
const elapsed = new AbortController();
await Promise.race([released, sleep(Number(milliseconds), undefined, { signal: elapsed.signal })]);
elapsed.abort();
transaction.close();
