import { expect, test } from "vitest";
import { queueSite } from "../../app/queue.ts";
import { type DocumentedQuery, readQueries } from "../../src/queries/files.ts";
import { listSteps, type PlanStep, readPlan } from "../../src/queries/plan.ts";
import { readQueryPlans } from "../../src/queries/usage.ts";
import { createDeployedDatabase, openTestConnection, root } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";

const queries = await readQueries(root);
const verbs = Object.values(queueSite.queries).map(
    (name) => queries.find((query) => query.name === name) as DocumentedQuery,
);
const lists = /^(job|value|urgency|json_each|generate_series)\b/;

describeTargets("the statements of the queue", (target) => {
    test("find every job by an index or its id, and sort no jobs in memory", async () => {
        const connection = await openTestConnection(await createDeployedDatabase(target));
        const plans = await readQueryPlans(connection, verbs);
        connection.close();
        expect(plans.filter((plan) => "problem" in plan)).toEqual([]);
        for (const plan of plans) {
            const steps = "rows" in plan ? readPlan(plan.rows) : [];
            const all = listSteps(steps);
            const scanned = all.filter(
                ({ kind, derived, source = "" }) => kind === "scan" && !derived && !lists.test(source),
            );
            expect(scanned, plan.query.name).toEqual([]);
            expect(all.filter(({ kind }) => kind === "search").length > 0 || hasNoTable(plan.query)).toBe(true);
            // The jobs of an item are few, and so are the values of a list; waiting jobs are not.
            const sorted = findSorted(steps).filter(
                ({ source = "", terms = "" }) => !lists.test(source) && !terms.startsWith("item_id=?"),
            );
            expect(sorted, plan.query.name).toEqual([]);
        }
    });
});

const hasNoTable = ({ sql }: DocumentedQuery): boolean => !/\b(FROM|UPDATE)\s+work_queue\b/.test(sql);

/** The steps beside a temporary b-tree: they read the rows that it sorts. */
function findSorted(steps: readonly PlanStep[]): PlanStep[] {
    const own = steps.some(({ kind }) => kind === "sort") ? steps.filter(({ source }) => source !== undefined) : [];
    return [...own, ...steps.flatMap((step) => findSorted(step.steps))];
}
