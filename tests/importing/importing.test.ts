import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { formatNames } from "../../src/importing/formats.ts";
import { isMigratorTable } from "../../src/schema/facts.ts";
import { deployWell } from "../support/deploying.ts";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { history } from "./history.ts";
import { renderedFormats, renderHistory } from "./rendering.ts";

const hasSqlite = spawnSync("sqlite3", ["--version"]).status === 0;
const schemaQuery =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name";

const rowQueries = ["shops", "items", "orders", "labels"].map(
    (table) => `SELECT '${table}' AS of, count(*) AS many, group_concat(quote(id)) AS ids FROM ${table}`,
);

function makeWithSqlite(ups: readonly string[], query = schemaQuery): unknown {
    const input = `${ups.join("\n")}\n.mode json\n${query};\n`;
    return JSON.parse(execFileSync("sqlite3", ["-bail", ":memory:"], { input, encoding: "utf8" }));
}

async function readDeployed({ client }: TestDatabase): Promise<unknown> {
    const { rows } = await client.execute(schemaQuery);
    return rows.filter(({ tbl_name: table }) => !isMigratorTable(String(table))).map((row) => ({ ...row }));
}

function writeSource(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): string {
    const source = Object.entries(files).map(([name, text]) => [`old/${name}`, text]);
    return writeProject({ ...Object.fromEntries(source), ...more });
}

test("every format has a rendered history", () => {
    expect(renderedFormats.toSorted()).toEqual([...formatNames].sort());
});

describeTargets("an imported history of twenty migrations", (target) => {
    describe.skipIf(!hasSqlite)(hasSqlite ? "beside sqlite3" : "beside sqlite3 (not installed here)", () => {
        test.each(renderedFormats)("of %s deploys to the schema that the originals make", async (format) => {
            const { files, ups, hasDowns } = renderHistory(format, history);
            const root = writeSource(files);
            const { code, stdout } = await runScript("db:new", ["--import", "old", "--json"], { cwd: root });
            expect(code).toBe(0);
            const { decisions, format: detected } = JSON.parse(stdout);
            expect(detected).toBe(format);
            // Of formats that only go forward that is said once; nothing else is left to decide.
            expect(decisions.map(({ path }: { path: string }) => path)).toEqual(hasDowns ? [] : ["old"]);
            const database = await target.createDatabase();
            await deployWell(root, database);
            expect(await readDeployed(database)).toEqual(makeWithSqlite(ups));
            for (const query of rowQueries) {
                const { rows } = await database.client.execute(query);
                expect(rows.map((row) => ({ ...row }))).toEqual(makeWithSqlite(ups, query));
            }
            if (!hasDowns) return;
            const undone = await runScript("db:rollback", ["--to", "0", "--discard-rows", "--yes"], {
                cwd: root,
                env: { TURSO_DATABASE_URL: database.url },
            });
            expect(undone).toMatchObject({ code: 0 });
            expect(await readDeployed(database)).toEqual([]);
        });
    });
});
