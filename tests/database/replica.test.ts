import { describe, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { DatabaseFault } from "../../src/database/faults.ts";
import { openServer } from "../../src/database/server/connection.ts";
import { parseTarget } from "../../src/database/target.ts";
import { findSqld } from "../../src/server/sqld.ts";
import { readContents, readValue } from "../support/contents.ts";
import { runScript } from "../support/here.ts";
import { withReplica } from "../support/replica.ts";
import { copyProject } from "../support/repository.ts";

const root = copyProject({ seeds: true });

function open(url: string): Connection {
    const target = parseTarget(url, "the address", undefined, "/");
    if (target.kind !== "server") throw new Error("not a server");
    return openServer(target);
}

/** Statements that fail, each in its own way. */
const failing = [
    "SELECT * FROM nowhere",
    "SELECT nothing FROM t",
    "INSERT INTO t SELECT nothing FROM t",
    "CREATE TABLE t(a)",
    "CREATE INDEX i ON nowhere(a)",
    "ALTER TABLE t ADD COLUMN a INTEGER",
    "DROP TABLE nowhere",
    "INSERT INTO t VALUES (-1, 1)",
    "INSERT INTO t VALUES (1, 1)",
    "INSERT INTO t VALUES (5, NULL)",
    "INSERT INTO t VALUES (6, 'text')",
    "INSERT INTO t VALUES (7, 404)",
    "INSERT INTO t VALUES (9, 1)",
    "INSERT INTO t (a) VALUES (1, 2)",
    "SELECT json('{')",
    "SELECT abs(-9223372036854775808)",
    "INSERT INTO v VALUES (1)",
    "BEGIN",
    "SELEC 1",
];

describe.skipIf(findSqld() === undefined)("a replica", () => {
    test("reports each fault of its primary as the primary does", async () => {
        await withReplica(async ({ url, primary, client }) => {
            await client.executeMultiple(`
                CREATE TABLE t (a INTEGER PRIMARY KEY CONSTRAINT a_is_positive CHECK (a > 0),
                    b INTEGER NOT NULL REFERENCES t(a)) STRICT;
                INSERT INTO t VALUES (1, 1);
                CREATE VIEW v AS SELECT a FROM t;
                CREATE TRIGGER no_nine BEFORE INSERT ON t WHEN NEW.a = 9 BEGIN SELECT RAISE(ABORT, 'No nine.'); END;`);
            const [direct, through] = [open(primary.url), open(url)];
            const told = async (connection: Connection, sql: string): Promise<unknown[]> => {
                const fault = await connection.runScript([{ sql }]).catch((error: unknown) => error);
                if (!(fault instanceof DatabaseFault)) return ["nothing", sql];
                const [read] = await connection.readAll([{ sql }]).catch((error: unknown) => [String(error)]);
                return [fault.kind, fault.message, fault.part, read];
            };
            for (const sql of failing) expect(await told(through, sql), sql).toEqual(await told(direct, sql));
            const long = { sql: "INSERT INTO t SELECT 2, 1 WHERE length(?) > 0", args: ["x".repeat(4_300_000)] };
            const broken = await through.write([long]).catch((error: unknown) => error);
            expect(broken).toMatchObject({ kind: "server-fault", variant: "primary-broken" });
            expect([direct.countsRows, through.countsRows]).toEqual([true, false]);
            expect(await readValue(client, "SELECT count(*) FROM t")).toBe(1);
        });
    });

    test("of a fresh database is deployed, verified and seeded, reads what it wrote, and prints no counts of rows", async () => {
        await withReplica(async ({ url, primary, client }) => {
            const printed: string[] = [];
            const run = async (name: string, ...args: string[]): Promise<number> => {
                const { code, stdout } = await runScript(name, args, { cwd: root, env: { TURSO_DATABASE_URL: url } });
                printed.push(stdout);
                return code;
            };
            expect([await run("db:status"), await run("db:verify")]).toEqual([3, 4]);
            expect(await run("db:migrate", "--schema-only")).toBe(0);
            expect([await run("db:verify"), await run("db:seed"), await run("db:status", "--json")]).toEqual([0, 0, 0]);
            expect(await run("db:seed")).toBe(0);
            expect(printed.at(-1)).toMatch(/^Nothing to do\. .* ms, 1 request\.$/m);
            expect(printed.join("")).not.toMatch(/rows? read|written/);
            expect(JSON.parse(printed.at(-2) ?? "")).not.toMatchObject({ rowsRead: 0 });
            const { stdout } = await runScript("db:status", [], {
                cwd: root,
                env: { TURSO_DATABASE_URL: primary.url },
            });
            expect(stdout).toContain("The database is up to date.");
            const { questions = [] } = await readContents(client);
            expect(questions).toHaveLength(128);
        });
    });
});
