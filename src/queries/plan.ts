import type { Row } from "../database/connection.ts";

/** One step of a plan of EXPLAIN QUERY PLAN, parsed. */
export interface PlanStep {
    readonly detail: string;
    /** search: finds rows by an index or the rowid; scan: reads from one end; sort: a temporary b-tree. */
    readonly kind: "search" | "scan" | "sort" | "other";
    /** What is searched or scanned: a table, or its alias in the query. */
    readonly source?: string;
    /** The index that is used; those of constraints begin with sqlite_autoindex_. */
    readonly index?: string;
    /** Whether the index alone answers, without the table. */
    readonly covering: boolean;
    readonly terms?: string;
    /** Whether the rows come from another part of the plan, such as a view, rather than from a table. */
    readonly derived: boolean;
    readonly steps: readonly PlanStep[];
}

// An index name may contain anything; after it comes nothing, or a parenthesis with the terms.
const access =
    /^(SEARCH|SCAN) (.+?)(?: USING (.+?)(?: \(((?:ANY\(|\(?[^()\s][^()]*\)?[=<>]).*)\))?)?(?: LEFT-JOIN| EXISTS)*$/;
const usedIndex = /^(COVERING |AUTOMATIC (?:PARTIAL )?(?:COVERING )?)?INDEX(?: (.+))?$/;
const made = /^(?:CO-ROUTINE|MATERIALIZE) (.+)$/;

/** Reads a plan as a tree, in its order. `rows` are those of EXPLAIN QUERY PLAN: id, parent and detail of each step. */
export function readPlan(rows: readonly Row[]): PlanStep[] {
    const derived = new Set(
        rows.map(({ detail }) => made.exec(String(detail))?.[1]).filter((name) => name !== undefined),
    );
    const below = (parent: number): PlanStep[] =>
        rows
            .filter((row) => Number(row.parent) === parent)
            .map((row) => ({ ...readStep(String(row.detail), derived), steps: below(Number(row.id)) }));
    return below(0);
}

function readStep(detail: string, derivedNames: ReadonlySet<string>): Omit<PlanStep, "steps"> {
    if (detail.startsWith("USE TEMP B-TREE")) return { detail, kind: "sort", covering: false, derived: false };
    const [, verb, source, using = "", terms] = access.exec(detail) ?? [];
    if (verb === undefined || source === undefined) return { detail, kind: "other", covering: false, derived: false };
    const [, how = "", index] = usedIndex.exec(using) ?? [];
    return {
        detail,
        kind: verb === "SEARCH" ? "search" : "scan",
        source,
        ...(index === undefined || how.startsWith("AUTOMATIC") ? {} : { index }),
        covering: how.includes("COVERING"),
        ...(terms === undefined ? {} : { terms }),
        derived: derivedNames.has(source) || /^CONSTANT ROW$|^\d+ CONSTANT ROWS?$| VIRTUAL TABLE\b/.test(source),
    };
}

/** Lists all steps of a plan, nested ones included. */
export function listSteps(plan: readonly PlanStep[]): PlanStep[] {
    return plan.flatMap((step) => [step, ...listSteps(step.steps)]);
}

/** Finds the names of the indexes that a plan uses, each once, in its order; `rows` are those of EXPLAIN QUERY PLAN. */
export function findUsedIndexes(rows: readonly Row[]): string[] {
    const names = listSteps(readPlan(rows)).map(({ index }) => index);
    return [...new Set(names.filter((name) => name !== undefined))];
}

/** Finds the steps that scan a table or one of its indexes. */
export function findScans(plan: readonly PlanStep[]): PlanStep[] {
    return listSteps(plan).filter(({ kind, derived }) => kind === "scan" && !derived);
}

/** Finds the steps that sort or group in memory. */
export function findSorts(plan: readonly PlanStep[]): PlanStep[] {
    return listSteps(plan).filter(({ kind }) => kind === "sort");
}
