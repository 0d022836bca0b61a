// Postgrator as its README shows it, with its callbacks wired to @libsql/client. Runs in a project folder.
import { createClient } from "@libsql/client";
import Postgrator from "postgrator";
import { assertLocal } from "../tests/support/local.ts";

const [url = "", authToken = ""] = process.argv.slice(2);
assertLocal(url);
const client = createClient({ url, authToken });

const postgrator = new Postgrator({
    migrationPattern: "postgrator/*",
    driver: "sqlite3",
    newline: "LF",
    execQuery: async (query) => ({ rows: (await client.execute(query)).rows }),
    execSqlScript: (script) => client.executeMultiple(script),
});
await postgrator.migrate();
client.close();
