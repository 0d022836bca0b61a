import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { countVolumeRows, fillVolumes, readVolumes } from "../../src/queries/volumes.ts";
import { createDeployedDatabase, openTestConnection, root } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { readAccessPatterns, renderPattern } from "./access-patterns.ts";
import { CHOSEN, type Exceptions, SCANS, SORTS } from "./plans.ts";
import { readRows, readValue } from "./rows.ts";

describeTargets("the plans of what the application asks", (target) => {
    const statements = readAccessPatterns().map(renderPattern);
    let client: Client;
    const plans = new Map<string, string[]>();

    beforeAll(async () => {
        const database = await createDeployedDatabase(target);
        client = database.client;
        // Without ANALYZE a plan does not depend on the rows; one target with rows is enough to show it.
        if (target.name === "file:") {
            const connection = await openTestConnection(database);
            await fillVolumes(connection, await readVolumes(root), 1);
            connection.close();
        }
        for (const sql of [...statements, ...CHOSEN.map(([chosen]) => chosen)])
            plans.set(
                sql,
                (await readRows(client, `EXPLAIN QUERY PLAN ${sql}`)).map((row) => `${row.detail}`),
            );
    });

    const find = (pattern: RegExp) => statements.filter((sql) => plans.get(sql)?.some((step) => pattern.test(step)));
    const listed = (exceptions: Exceptions) => Object.values(exceptions).flat().sort();

    test("are made without statistics, as on a server that refuses ANALYZE", async () => {
        expect(await readRows(client, "SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")).toEqual([]);
        const volumes = target.name === "file:" ? await readVolumes(root) : [];
        for (const volume of volumes.filter(({ large }) => large !== undefined)) {
            const table = volume.path.replace(/^.*\d\.|\.sql$/g, "").replaceAll("-", "_");
            expect(await readValue(client, `SELECT count(*) FROM ${table}`), table).toBe(countVolumeRows(volume, 1));
        }
    });

    test("cover 100 different patterns", () => {
        expect(new Set(statements).size).toBe(100);
    });

    test("scan only where a reason is given", () => {
        expect(find(/^SCAN /).sort()).toEqual(listed(SCANS));
    });

    test("read a table itself, and no index, only where nothing is asked that an index knows", () => {
        const tables = find(/^SCAN (?!.* USING )/);
        expect(tables.sort()).toEqual(
            [
                "DELETE FROM questions",
                "SELECT * FROM questions LIMIT ?",
                "SELECT * FROM questions WHERE difficulty = ? AND status = ? ORDER BY random() LIMIT ?",
                "SELECT * FROM questions WHERE status = ? AND answer LIKE ? LIMIT ?",
                "SELECT * FROM questions WHERE status = ? AND companies LIKE ?",
                "SELECT * FROM work_queue LIMIT ?",
            ].sort(),
        );
    });

    test("sort in a temporary b-tree only where a reason is given, in at most 15 of the patterns", () => {
        const sorts = find(/USE TEMP B-TREE/);
        expect(sorts.sort()).toEqual(listed(SORTS));
        expect(sorts.length).toBeLessThanOrEqual(15);

        const scans = find(/^SCAN /).length;
        process.stdout.write(
            `${target.name} ${statements.length} patterns: ${statements.length - scans} without a scan, ${scans} scans ` +
                `with a reason, ${sorts.length} sorts with a reason (15 allowed).\n`,
        );
    });

    test("never build an index of their own for one statement", () => {
        expect(find(/AUTOMATIC/)).toEqual([]);
    });

    test.each(CHOSEN)("serve %s by %s", (sql, index) => {
        const steps = plans.get(sql)?.filter((step) => /\bUSING\b/.test(step));
        expect(steps?.join("\n")).toMatch(new RegExp(`SEARCH \\w+ USING (COVERING )?INDEX ${index} `));
        expect(plans.get(sql)?.filter((step) => /^SCAN (?!v_)/.test(step))).toEqual([]);
    });
});
