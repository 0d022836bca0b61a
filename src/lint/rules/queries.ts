import { isKeyword, type Token } from "../../sql/lexer.ts";
import { splitList, topLevel } from "../../sql/nesting.ts";
import type { LintStatement } from "../files.ts";
import { defineRules } from "../rule.ts";

export const queryRules = defineRules("style", [
    {
        id: "case-in-trigger",
        group: "runs",
        level: "error",
        summary: "CASE in the body of a trigger",
        why: "Older releases of `turso db shell` cut a trigger at the END of a CASE.",
        remedy: "use iif(condition, one, other)",
        *find({ statements }) {
            for (const { fact, tokens } of statements) {
                if (fact.does !== "create" || fact.type !== "trigger") continue;
                const token = tokens.find((item) => isKeyword(item, "CASE"));
                if (token) yield { line: token.line, message: `the trigger '${fact.name}' uses CASE` };
            }
        },
    },
    {
        id: "select-star",
        summary: "SELECT *",
        why: "A column that is added later changes the result, and the meaning of positions.",
        remedy: "name the columns",
        *find({ statements }) {
            for (const { tokens } of statements) {
                for (const [at, token] of tokens.entries()) {
                    if (token.text !== "*" || token.kind !== "operator" || !isStar(tokens, at)) continue;
                    yield { line: token.line, message: "selects all columns" };
                }
            }
        },
    },
    {
        id: "view-columns",
        summary: "a column of a view without AS",
        why: "Without it, the name of the column depends on the release of SQLite.",
        remedy: "end each with AS <name>",
        *find({ statements }) {
            for (const statement of statements) {
                const { fact } = statement;
                if (fact.does !== "create" || fact.type !== "view") continue;
                for (const column of findResultColumns(statement)) {
                    const first = column[0];
                    const hasName = isKeyword(column.at(-2), "AS");
                    if (!first || hasName || column.at(-1)?.text === "*") continue;
                    yield { line: first.line, message: `a column of '${fact.name}' has no AS` };
                }
            }
        },
    },
]);

function isStar(tokens: readonly Token[], at: number): boolean {
    const before = tokens[at - 1];
    const after = tokens[at + 1];
    const begins = before && (/^(SELECT|DISTINCT|ALL|,|\.)$/i.test(before.text) || isKeyword(before, "RETURNING"));
    const ends = !after || /^(FROM|,|\)|;)$/i.test(after.text);
    return begins === true && ends;
}

const resultEnd = /^(FROM|WHERE|GROUP|HAVING|WINDOW|UNION|INTERSECT|EXCEPT|ORDER|LIMIT)$/i;

// Of the first SELECT outside parentheses, which names the columns.
function findResultColumns({ tokens }: LintStatement): Token[][] {
    const outside = topLevel(tokens);
    const as = outside.findIndex((token) => isKeyword(token, "AS"));
    // A list of names after the view's own name does the same.
    if (outside[as - 1]?.text === ")") return [];
    const select = tokens.findIndex(
        (token) => token === outside.find((item, at) => at > as && isKeyword(item, "SELECT")),
    );
    if (select === -1) return [];
    const end = outside.find((item) => item.offset > (tokens[select]?.offset ?? 0) && resultEnd.test(item.text));
    const start = isKeyword(tokens[select + 1], "DISTINCT") ? select + 2 : select + 1;
    return splitList(tokens.slice(start, end ? tokens.indexOf(end) : undefined));
}
