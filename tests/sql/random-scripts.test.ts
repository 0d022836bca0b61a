import { type Client, createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { splitStatements } from "../../src/sql/statements.ts";
import { tell } from "../support/snapshot.ts";

const begin = "CREATE TRIGGER IF NOT EXISTS g AFTER INSERT ON t BEGIN";
const pieces = [
    "SELECT 1",
    "SELECT ';'",
    'SELECT 1 AS [a;b], 2 AS "c;"',
    ";",
    ";",
    ";",
    "\n",
    "-- c; '\n",
    '/* d; " */',
    "/* ' -- */",
    `${begin} SELECT 1; SELECT 2; END`,
    `${begin} SELECT CASE 1 WHEN 1 THEN 2 END; END`,
    `${begin} /* ; END; */ SELECT 1 -- ; END;\n; END`,
    `EXPLAIN ${begin} SELECT 1; END`,
    `explain query plan ${begin} SELECT 1; SELECT 'END;'; end`,
    "CREATE TRIGGER IF NOT EXISTS \"x;y\" BEFORE DELETE ON t WHEN OLD.a = 'END;' BEGIN DELETE FROM t WHERE a = ';'; END",
    'CREATE /* x; */ TABLE IF NOT EXISTS w ("begin" TEXT, [end] TEXT, `trigger;` TEXT)',
    "DROP TRIGGER IF EXISTS g",
    "INSERT INTO t VALUES (';')",
    "UPDATE t SET a = CASE a WHEN 1 THEN 2 END",
];

/** The same numbers in every run. */
function createDice(seed: number): (sides: number) => number {
    let state = seed;
    return (sides) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (state >>> 8) % sides;
    };
}

/** What a script leaves behind, and the error that ended it. */
async function outcomeOf(run: (client: Client) => Promise<void>): Promise<unknown> {
    const client = createClient({ url: ":memory:" });
    try {
        await client.executeMultiple("CREATE TABLE t (a)");
        const error = await run(client).then(
            () => "",
            (reason: Error) => reason.message,
        );
        const { rows: schema } = await client.execute("SELECT sql FROM sqlite_schema ORDER BY name");
        const { rows } = await client.execute("SELECT a FROM t");
        return [error, schema.map((row) => row[0]), rows.map((row) => row[0])];
    } finally {
        client.close();
    }
}

test("the splitter and SQLite make the same of random scripts", async () => {
    const roll = createDice(20_260_102);
    let whole = 0;
    for (let tried = 0; tried < 1_000; tried++) {
        const script = Array.from({ length: 2 + roll(9) }, () => pieces[roll(pieces.length)]).join(roll(3) ? " " : ";");
        const asOne = await outcomeOf((client) => client.executeMultiple(script));
        const cut = await outcomeOf(async (client) => {
            for (const { sql } of splitStatements(script)) await client.executeMultiple(sql);
        });
        expect([script, cut]).toEqual([script, asOne]);
        if ((asOne as string[])[0] === "") whole++;
    }
    expect(whole).toBeGreaterThan(200);
    tell(`1000 random scripts, ${whole} of them without an error, none cut otherwise than by SQLite`);
});
