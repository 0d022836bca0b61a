import { type Assumption, must, mustEqual, returns } from "./assumption.ts";

/** Assumptions about scripts, trials and writes. */
export const transactionAssumptions: readonly Assumption[] = [
    {
        name: "a script with BEGIN IMMEDIATE and COMMIT is one transaction in one request",
        why: "every migration run is such a script",
        attempt: async (lab) => {
            await lab.run(`CREATE TABLE schema_probe_guard (ok INTEGER);
                CREATE TABLE schema_probe_script (n INTEGER PRIMARY KEY) STRICT;
                INSERT INTO schema_probe_script VALUES (1);
                DROP TABLE schema_probe_guard;`);
            mustEqual(await lab.value("SELECT count(*) FROM schema_probe_script"), 1, "rows");
            mustEqual(await lab.count("guard"), 0, "tables that the script dropped again");
        },
    },
    {
        name: "a script that fails leaves nothing behind",
        why: "half a run would be a database that no file describes",
        attempt: async (lab) => {
            await lab.refused(`CREATE TABLE schema_probe_half (n);
                INSERT INTO schema_probe_missing VALUES (1);`);
            mustEqual(await lab.count("half"), 0, "tables of the failed script");
        },
    },
    {
        name: "an incomplete statement fails its script",
        why: "if a server ignored it, a migration would be recorded that was not applied",
        attempt: async (lab) => {
            for (const short of ["DROP TABLE", "UPDATE schema_probe_short SET n = 1 WHERE", "SELECT 1)", "WRONG"]) {
                await lab.refused(`CREATE TABLE schema_probe_short (n); ${short};`);
                mustEqual(await lab.count("short"), 0, "tables of the failed script");
            }
        },
    },
    {
        name: "a transaction that ends without COMMIT is rolled back, and the next one runs",
        why: "a broken connection must not keep a transaction open",
        attempt: async (lab) => {
            const open = await lab.connection.begin("write");
            mustEqual(await open.tryRun("CREATE TABLE schema_probe_open (n)"), undefined, "refusal");
            await open.close();
            mustEqual(await lab.count("open"), 0, "tables of the transaction");
            await lab.run("CREATE TABLE schema_probe_next (n)");
        },
    },
    {
        name: "an existing row stops a second script with the same row",
        why: "the version row lets only one of two concurrent deploys succeed",
        attempt: async (lab) => {
            await lab.run("CREATE TABLE schema_probe_version (version INTEGER PRIMARY KEY) STRICT;");
            const script = "INSERT INTO schema_probe_version VALUES (1); CREATE TABLE schema_probe_by_NAME (n);";
            await lab.run(script.replace("NAME", "first"));
            const fault = await lab.refused(script.replace("NAME", "second"));
            mustEqual(fault.kind, "constraint", "kind of fault");
            mustEqual(await lab.count("by_second"), 0, "tables of the second script");
        },
    },
    {
        name: "INSERT OR ROLLBACK rolls the whole transaction back",
        why: "TURSO_SCHEMA.sql uses it to protect a database that is not empty",
        attempt: async (lab) => {
            await lab.refused(`CREATE TABLE schema_probe_all (must_hold INTEGER CHECK (must_hold));
                INSERT OR ROLLBACK INTO schema_probe_all VALUES (0);`);
            mustEqual(await lab.count("all"), 0, "tables of the transaction");
        },
    },
    {
        name: "each query of a request has its own outcome, even if a table is missing",
        why: "the state is read in one request, whether or not the bookkeeping tables exist",
        attempt: async ({ connection }) => {
            const results = await connection.readAll([
                { sql: "SELECT * FROM schema_probe_missing" },
                { sql: "SELECT 1 AS one" },
            ]);
            mustEqual(
                results.map((result) => result.ok),
                [false, true],
                "outcomes",
            );
        },
    },
    {
        name: "a read may take the write lock",
        why: "after a lost reply, the state is read after the transaction has ended",
        attempt: async ({ connection }) => {
            const [result] = await connection.readAll([{ sql: "SELECT 1 AS one" }], { settle: true });
            must(result?.ok === true, "the query failed");
        },
    },
    {
        name: "a trial finds the statement that fails, and leaves nothing",
        why: "it finds the view or trigger that broke another",
        attempt: async (lab) => {
            const { failedIndex } = await lab.tryOut([
                "CREATE TABLE schema_probe_trial (n INTEGER)",
                "INSERT INTO schema_probe_trial VALUES (1)",
                "INSERT INTO schema_probe_missing VALUES (1)",
                "CREATE TABLE schema_probe_after (n INTEGER)",
            ]);
            mustEqual(failedIndex, 2, "index of the failing statement");
            mustEqual([await lab.count("trial"), await lab.count("after")], [0, 0], "tables left");
        },
    },
    {
        name: "a trial shows its own rows, and rolls them back",
        why: "a rollback lists the rows that would be lost before it runs",
        attempt: async (lab) => {
            const statements = ["CREATE TABLE schema_probe_seen (n)", "INSERT INTO schema_probe_seen VALUES (1), (2)"];
            await returns(statements, "SELECT count(*) AS n FROM schema_probe_seen", [{ n: 2 }])(lab);
            mustEqual(await lab.count("seen"), 0, "tables left");
        },
    },
    {
        name: "a write of several statements returns the rows of each, and is atomic",
        why: "the lease is acquired, and rows are loaded, in one request",
        attempt: async (lab) => {
            const insert = "INSERT INTO schema_probe_write VALUES (?) RETURNING n";
            const results = await lab.connection.write([
                { sql: "CREATE TABLE schema_probe_write (n INTEGER PRIMARY KEY)" },
                { sql: insert, args: [7] },
            ]);
            mustEqual(results.at(-1), [{ n: 7 }], "rows");
            await lab.refused(
                lab.connection.write([
                    { sql: insert, args: [8] },
                    { sql: insert, args: [7] },
                ]),
            );
            mustEqual(await lab.value("SELECT group_concat(n) FROM schema_probe_write"), "7", "rows kept");
        },
    },
    {
        name: "a conditional UPDATE with RETURNING returns a row to only one writer",
        why: "the lease of a long deploy is such a row",
        attempt: async (lab) => {
            const take = (owner: string): string =>
                `UPDATE schema_probe_lease SET owner = '${owner}' WHERE owner IS NULL RETURNING owner`;
            const [, , first, second] = await lab.connection.write([
                { sql: "CREATE TABLE schema_probe_lease (owner TEXT)" },
                { sql: "INSERT INTO schema_probe_lease VALUES (NULL)" },
                { sql: take("a") },
                { sql: take("b") },
            ]);
            mustEqual([first, second], [[{ owner: "a" }], []], "rows");
        },
    },
    {
        name: "a wrong statement and a refused row cause different faults",
        why: "the hint depends on it: correct the SQL, or correct the row",
        attempt: async (lab) => {
            const wrong = await lab.refused("SELECT * FROM schema_probe_missing;");
            await lab.run("CREATE TABLE schema_probe_kind (n INTEGER NOT NULL) STRICT;");
            const kinds = [wrong.kind];
            for (const value of ["NULL", "'text'"]) {
                kinds.push((await lab.refused(`INSERT INTO schema_probe_kind VALUES (${value});`)).kind);
            }
            mustEqual(kinds, ["sql", "constraint", "constraint"], "kinds of fault");
        },
    },
];
