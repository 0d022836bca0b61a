import { expect, test } from "vitest";
import { readFileFacts } from "../../../src/console/tables/facts.ts";
import { listFilters, selectRows } from "../../../src/console/tables/select.ts";
import { openFileReader } from "../../../src/database/file/reading.ts";
import { parseTarget } from "../../../src/database/target.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";

describeTargets("the pages of rows", (target) => {
    test.skipIf(target.name === "sqld")(
        "are read in the order of a key or an index, nothing sorted where the index ascends, further on too",
        async () => {
            const { url } = await createDeployedDatabase(target);
            const file = parseTarget(url, "the test's URL", undefined, "/");
            if (file.kind !== "file") throw new Error("not a file");
            const { schema } = await readFileFacts(root);
            const cases = schema.tables
                .filter(({ isShadow, isVirtual }) => !isShadow && !isVirtual)
                .flatMap((table) =>
                    [undefined, ...listFilters(table, [])].flatMap((column) => {
                        const request = { column, value: "x", isWhole: false, count: 50 };
                        const order = selectRows(table, { ...request, after: [] }, [])?.order ?? [];
                        return [[], order.map(() => "1")].map((after) => ({
                            name: `${table.name} by ${column ?? "key"}${after.length > 0 ? ", further on" : ""}`,
                            query: selectRows(table, { ...request, after }, [])?.query,
                        }));
                    }),
                );
            const reader = openFileReader(file);
            const results = await reader
                .connect()
                .readAll(cases.map(({ query }) => ({ ...query, sql: `EXPLAIN QUERY PLAN ${query?.sql}` })));
            reader.close();
            const sorted = cases.flatMap(({ name }, at) => {
                const result = results[at];
                // Tables of the optional sets are not in this database.
                if (!result?.ok)
                    return /no such table/.test(result?.message ?? "") ? [] : [`${name}: ${result?.message}`];
                const plan = result.rows.map(({ detail }) => String(detail)).join("; ");
                return /TEMP B-TREE/.test(plan) || (name.includes("by key") ? false : /^SCAN/.test(plan))
                    ? [`${name}: ${plan}`]
                    : [];
            });
            expect(cases.length).toBeGreaterThan(100);
            // Its index is descending, which a page cannot go on from: the rows of one priority are sorted.
            const others = sorted.filter((line) => !line.startsWith("work_queue by priority"));
            expect(others).toEqual([]);
        },
    );
});
