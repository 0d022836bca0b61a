import type { Connection } from "../../database/connection.ts";
import { bindQuery, type DocumentedQuery } from "../../queries/files.ts";
import { listSteps, readPlan } from "../../queries/plan.ts";
import { readQueryPlans } from "../../queries/usage.ts";
import { splitStatements } from "../../sql/statements.ts";
import type { CodeBlock, Page } from "../markdown.ts";
import type { DocumentCheck, DocumentFinding } from "./finding.ts";

/** Runs every SQL block of the pages as printed, each in a transaction that is rolled back. */
export async function checkStatements(pages: readonly Page[], connection: Connection): Promise<DocumentCheck> {
    const blocks = pages.flatMap(({ path, blocks }) => blocks.map((block) => ({ path, ...block }))).filter(isSql);
    const findings: DocumentFinding[] = [];
    for (const { path, line, text } of blocks) {
        const statements = splitStatements(text);
        const { failedIndex, message } = await connection.tryOut(statements.map(({ sql }) => ({ sql })));
        if (failedIndex === undefined) continue;
        const at = line + (statements[failedIndex]?.line ?? 1) - 1;
        findings.push({ path, line: at, message: `fails on ${connection.target.label}: ${message}` });
    }
    return { name: "SQL examples", looked: `${blocks.length} on ${connection.target.label}`, findings };
}

// A test of its own runs the files that pages show.
function isSql({ language, isFile }: CodeBlock): boolean {
    return language === "sql" && !isFile;
}

/**
 * Checks that each essential query returns rows with its example values and finds them by an index.
 *
 * @param names queries of queries/
 */
export async function checkEssential(
    names: readonly string[],
    queries: readonly DocumentedQuery[],
    connection: Connection,
): Promise<DocumentCheck> {
    const findings: DocumentFinding[] = [];
    const essential = names.flatMap((name) => {
        const query = queries.find((other) => other.name === name);
        if (!query) findings.push({ path: `queries/${name}.sql`, line: 1, message: "an essential query is missing" });
        return query ?? [];
    });
    const plans = await readQueryPlans(connection, essential);
    for (const [at, plan] of plans.entries()) {
        const query = essential[at];
        if (!query) continue;
        const find = (message: string): void => void findings.push({ path: query.path, line: query.line, message });
        if ("problem" in plan) {
            find(`has no plan: ${plan.problem}`);
            continue;
        }
        const steps = listSteps(readPlan(plan.rows));
        if (!steps.some(({ index, kind }) => index !== undefined || kind === "search")) find("uses no index");
        if (/^(WITH|SELECT)\b/i.test(query.sql)) {
            const { results } = await connection.tryOut([], [bindQuery(query)]);
            const [result] = results;
            if (!result?.ok || result.rows.length === 0) find("returns no row with its example values");
        }
    }
    return { name: "essential queries", looked: `${essential.length} on ${connection.target.label}`, findings };
}
