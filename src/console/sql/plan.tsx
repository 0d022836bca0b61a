import type { Child } from "hono/jsx";
import type { Row } from "../../database/connection.ts";
import type { PlanStep } from "../../queries/plan.ts";
import { Heading, type Mark } from "../parts.tsx";

/** How a statement is carried out, in words. */
export function SqlPlan({
    plan,
    rows,
    advice,
    nameOf,
}: {
    readonly plan: readonly PlanStep[];
    /** As SQLite gave them. */
    readonly rows: readonly Row[];
    readonly advice: string | undefined;
    /** The table that a step names by an alias. */
    readonly nameOf: (source: string) => string;
}): Child {
    return (
        <section>
            <Heading title="Plan" />
            <Steps plan={plan} nameOf={nameOf} />
            {advice !== undefined && <p class="lead mt">{advice}</p>}
            <details class="mt">
                <summary>As SQLite prints it</summary>
                <pre class="mt" tabindex={0}>
                    {rows.map(({ detail }) => String(detail)).join("\n")}
                </pre>
            </details>
        </section>
    );
}

function Steps({
    plan,
    nameOf,
}: {
    readonly plan: readonly PlanStep[];
    readonly nameOf: (s: string) => string;
}): Child {
    return (
        <ol class="plan">
            {plan.map((step) => (
                <li>
                    <span class={`s ${markOf(step)}`} />
                    <span>
                        {describeStep(step, nameOf)}
                        {step.steps.length > 0 && <Steps plan={step.steps} nameOf={nameOf} />}
                    </span>
                </li>
            ))}
        </ol>
    );
}

function markOf({ kind, derived, detail }: PlanStep): Mark {
    if (detail.includes(" AUTOMATIC ")) return "warn";
    if (kind === "scan") return derived ? "off" : "warn";
    return kind === "search" ? "ok" : "off";
}

function describeStep(step: PlanStep, nameOf: (source: string) => string): Child {
    const { kind, source = "", index, covering, terms, derived, detail } = step;
    const table = <b>{derived ? source : nameOf(source)}</b>;
    const found = terms === undefined ? "" : `: ${terms.replaceAll(" AND ", " and ")}`;
    if (kind === "search" && detail.includes(" AUTOMATIC "))
        return (
            <>
                Builds an index on {table} while it runs, and finds rows by it{found}.
            </>
        );
    if (kind === "search")
        return (
            <>
                Finds rows of {table} by {index === undefined ? "its key" : <code>{index}</code>}
                {covering && " alone"}
                {found}.
            </>
        );
    if (kind === "scan" && !derived)
        return (
            <>
                Reads every row of {table}
                {index !== undefined && (
                    <>
                        {covering ? ", from " : ", in the order of "}
                        <code>{index}</code>
                        {covering && " alone"}
                    </>
                )}
                .
            </>
        );
    if (kind === "scan") return <>Goes through {table}.</>;
    return describeOther(detail);
}

const otherSteps: readonly (readonly [RegExp, string])[] = [
    [/^USE TEMP B-TREE FOR (?:LAST |RIGHT )?.*ORDER BY$/, "Sorts in memory."],
    [/^USE TEMP B-TREE FOR GROUP BY$/, "Groups in memory."],
    [/^USE TEMP B-TREE FOR .*DISTINCT.*$/, "Keeps a set in memory for DISTINCT."],
    [/^(?:CO-ROUTINE|MATERIALIZE) (.+)$/, "Makes the rows of $1:"],
    [/^CORRELATED (?:SCALAR|LIST) SUBQUERY \d+$/, "Asks again for every row:"],
    [/^(?:SCALAR|LIST) SUBQUERY \d+$/, "Asks once:"],
    [/^COMPOUND QUERY$/, "Joins several queries:"],
    [/^LEFT-MOST SUBQUERY$/, "The first:"],
    [/^UNION ALL$/, "And, with duplicates:"],
    [/^UNION.*$/, "And, without duplicates:"],
    [/^SETUP$/, "Begins with:"],
    [/^RECURSIVE STEP$/, "Repeats, with the rows before:"],
];

function describeOther(detail: string): Child {
    const known = otherSteps.find(([pattern]) => pattern.test(detail));
    return known ? detail.replace(known[0], known[1]) : <code>{detail}</code>;
}
