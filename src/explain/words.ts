import type { PlanStep } from "../queries/plan.ts";

/** How a step is told: the table in the place of the name that the query gives it. */
type FindTable = (source: string) => string | undefined;

/** What one step of a plan does, in a sentence without SQLite's own terms. Pure. */
export function describeStep(step: PlanStep, findTable: FindTable): string {
    switch (step.kind) {
        case "search":
            return describeSearch(step, nameOf(step, findTable));
        case "scan":
            return describeScan(step, nameOf(step, findTable));
        case "sort":
            return describeSort(step.detail);
        case "other":
            return describeOther(step.detail);
    }
}

function nameOf({ source = "", derived }: PlanStep, findTable: FindTable): string {
    const table = derived ? undefined : findTable(source);
    return table === undefined || table === source ? `'${source}'` : `'${table}' (${source})`;
}

function describeSearch({ detail, index, covering, terms, derived }: PlanStep, name: string): string {
    const where = terms === undefined ? "" : `, where ${renderTerms(terms)}`;
    if (/ AUTOMATIC /.test(detail)) {
        return `Builds an index for this one statement, and finds rows of ${name} by it${where}.`;
    }
    if (derived) return `Finds rows of ${name}${where}.`;
    if (index === undefined) return `Finds rows of ${name} by their number${where}.`;
    const how = covering ? "in the index alone, by" : "by the index";
    return `Finds rows of ${name} ${how} ${index}${where}.`;
}

function describeScan({ index, covering, derived, detail }: PlanStep, name: string): string {
    if (detail.includes("CONSTANT ROW")) return "Needs no table.";
    if (derived) return detail.includes("VIRTUAL TABLE") ? `Asks the virtual table ${name}.` : `Goes through ${name}.`;
    if (index === undefined) return `Reads the table ${name} from its beginning, row by row.`;
    if (covering) return `Reads the index ${index} of ${name} from one end, and not the table.`;
    return `Reads the table ${name} from one end, in the order of the index ${index}.`;
}

function describeSort(detail: string): string {
    const purpose = detail.replace(/^USE TEMP B-TREE(?: FOR )?/, "");
    if (purpose === "GROUP BY") return "Sorts in memory, to group.";
    if (/^DISTINCT$|DISTINCT\)$/.test(purpose)) return "Keeps the values in memory, to drop doubles.";
    const last = /^LAST (?:(\d+) TERMS|TERM) OF ORDER BY$/.exec(purpose);
    if (last || purpose === "RIGHT PART OF ORDER BY") {
        return "Sorts in memory, within groups that come in order already.";
    }
    return purpose === "ORDER BY" ? "Sorts all rows found in memory." : `Sorts in memory (${purpose.toLowerCase()}).`;
}

const others: readonly (readonly [RegExp, string])[] = [
    [/^CO-ROUTINE (.+)$/, "Makes the rows of '$1', each when it is asked for:"],
    [/^MATERIALIZE (.+)$/, "Makes all rows of '$1' first:"],
    [/^CORRELATED SCALAR SUBQUERY/, "For each row, looks up a value:"],
    [/^CORRELATED LIST SUBQUERY/, "For each row, makes a list:"],
    [/^SCALAR SUBQUERY/, "Once, looks up a value:"],
    [/^LIST SUBQUERY/, "Once, makes a list:"],
    [/^MULTI-INDEX OR$/, "Finds rows in more than one way, for the sides of an OR:"],
    [/^INDEX (\d+)$/, "Way $1:"],
    [/^COMPOUND QUERY$/, "Puts the results of several queries together:"],
    [/^LEFT-MOST SUBQUERY$/, "The first of them:"],
    [/^UNION ALL$/, "Then, all rows of:"],
    [/^(UNION|INTERSECT|EXCEPT) USING TEMP B-TREE$/, "Then, with the rows kept in memory ($1):"],
    [/^MERGE \((.+)\)$/, "Merges results that come in order ($1):"],
    [/^(LEFT|RIGHT)$/, "One side:"],
    [/^SETUP$/, "First:"],
    [/^RECURSIVE STEP$/, "Then again and again, until no row comes:"],
    [/^BLOOM FILTER ON (.+)$/, "Builds a filter, to pass over most rows of '$1':"],
];

function describeOther(detail: string): string {
    const found = others.find(([pattern]) => pattern.test(detail));
    return found ? detail.replace(found[0], found[1]).replace(/:.*$/s, ":") : `${detail}.`;
}

function renderTerms(terms: string): string {
    return terms.replaceAll(",", ", ").replaceAll(/\s*(<=|>=|[=<>])\s*/g, " $1 ");
}
