import { posix } from "node:path";
import type { DocumentedQuery } from "../queries/files.ts";
import { findUsedIndexes } from "../queries/plan.ts";
import type { QueryPlan } from "../queries/usage.ts";
import { tokenize } from "../sql/lexer.ts";
import { quoteText } from "../sql/quoting.ts";
import type { ListInput } from "./facts.ts";
import { code, renderMarkdownTable } from "./parts.ts";

/** Renders every documented query: what it is for, how it is served, and its statement. */
export function renderQueryList({ facts, path }: ListInput): string {
    return facts.plans
        .map((plan) => renderEntry(plan, posix.relative(posix.dirname(path), plan.query.path)))
        .join("\n\n");
}

/** Renders the statements of an optional set as a table; `page` is the page that holds it. */
export function renderQueryTable(page: string, queries: readonly DocumentedQuery[]): string {
    return renderMarkdownTable(
        ["query", "for", "what it gives"],
        queries.map(({ name, path, purpose, title }) => [
            `[${code(name)}](${posix.relative(posix.dirname(page), path)})`,
            purpose.replace(/\.$/, ""),
            title,
        ]),
    );
}

/** Renders the indexes that queries use, with links to the queries of the same page. */
export function renderQueryIndexes({ facts }: ListInput): string {
    const rows = [...facts.served].sort(([one], [other]) => (one < other ? -1 : 1));
    return renderMarkdownTable(
        ["index", "queries"],
        rows.map(([index, names]) => [code(index), names.map((name) => `[${name}](#${name})`).join(", ")]),
    );
}

/** Renders a statement with its example values in the place of its parameters, so that it runs as printed. */
export function renderRunnable({ sql, parameters }: DocumentedQuery): string {
    const statement = tokenize(sql)
        .map(({ text }) => {
            const parameter = parameters.find(({ name }) => text === `:${name}`);
            if (!parameter) return text;
            return typeof parameter.example === "string" ? quoteText(parameter.example) : String(parameter.example);
        })
        .join("")
        .trim();
    return `\`\`\`sql\n${statement};\n\`\`\``;
}

function renderEntry(plan: QueryPlan, link: string): string {
    const { query } = plan;
    const indexes = "rows" in plan ? findUsedIndexes(plan.rows) : [];
    const lines = [
        ["For", query.purpose],
        ["Indexes", indexes.length === 0 ? "none" : indexes.map(code).join(", ")],
        ["Report", query.report],
        ["Scans", query.scans],
        ["Sorts", query.sorts],
    ].flatMap(([label, text]) => (text === undefined ? [] : [`- ${label}: ${text}`]));
    return [`### [${query.name}](${link})`, "", query.title, "", ...lines, "", renderRunnable(query)].join("\n");
}
