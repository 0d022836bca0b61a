import { findAddedColumn } from "../../sql/alter-table.ts";
import { readComment } from "../../sql/create-table.ts";
import { isKeyword, type Token } from "../../sql/lexer.ts";
import { writeName } from "../../sql/quoting.ts";
import { readAllTokens } from "../../sql/statements.ts";
import { isLintComment, type LintFile, type LintStatement } from "../files.ts";
import { defineRules } from "../rule.ts";
import { findMadeTables } from "./tables.ts";

export const commentRules = defineRules("style", [
    {
        id: "heading",
        summary: "a migration that does not begin with a comment that says what it is for",
        why: "The name of a file says what it does, but not why.",
        remedy: "begin with `-- ` and a sentence",
        *find({ kind, tokens, statements }) {
            if (kind !== "do" && kind !== "undo") return;
            const first = tokens.find((token) => token.kind !== "space" && !isLintComment(token));
            if (!first || statements.length === 0) return;
            if (first.kind !== "comment" || !/\w/.test(readComment(first))) {
                yield { line: 1, message: "does not say what it is for" };
            } else if (/: explain why here\.$/.test(readComment(first))) {
                yield { line: first.line, message: "has the heading that `pnpm db:new` wrote" };
            }
        },
    },
    {
        id: "object-comment",
        summary: "a table, index, view or trigger without a comment at its beginning, inside the statement",
        why: "SQLite stores comments inside a statement, so that the database documents itself, and the documents use them.",
        remedy: "say what one row is, or why the object exists",
        *find(file) {
            for (const { name, statement, table } of findMadeTables(file)) {
                const { opening, definitions } = table;
                if (definitions.length === 0 || (opening && !isLintComment(opening))) continue;
                yield { line: statement.line, message: `the table '${name}' does not say what one row is` };
            }
            for (const { statement, type, name } of findMadeObjects(file)) {
                if (hasOpeningComment(statement, type)) continue;
                const message = `the ${type} '${name}' has no comment at its beginning`;
                yield { line: statement.line, message, remedy: adviseOnComment(statement, type) };
            }
        },
    },
    {
        id: "column-comment",
        summary: "a column without a comment",
        why: "The documents use these comments. Write them above the column, or after the name in ADD COLUMN, which drops others.",
        remedy: "say what the value means",
        summed: "columns have no comment",
        *find(file) {
            for (const { name, table } of findMadeTables(file)) {
                for (const { name: column, comments, tokens } of table.columns) {
                    if (comments.length > 0) continue;
                    yield { line: tokens[0]?.line ?? 1, message: `'${name}.${column}' has no comment` };
                }
            }
            for (const statement of file.statements) {
                const { fact, line } = statement;
                const added = fact.does === "alter" ? findAddedColumn(statement) : undefined;
                if (fact.does !== "alter" || !added || added.comments.length > 0) continue;
                yield { line, message: `'${fact.table}.${added.name}' has no comment after its name` };
            }
        },
    },
    {
        id: "index-query",
        group: "safe",
        summary:
            "an index, other than a unique one, whose comment does not begin with 'Serves', or names a query, view or column that does not exist",
        why: "Each index makes writes slower, and one without a known query is never removed.",
        remedy: "say in its comment which queries it serves, or remove it",
        *find(file) {
            for (const { statement, type, name } of findMadeObjects(file)) {
                if (type !== "index" || isKeyword(statement.tokens[1], "UNIQUE")) continue;
                const comment = readAllTokens(statement).find((token) => token.kind === "comment");
                // object-comment reports one without a comment.
                if (!comment || /^Serves \w/.test(readComment(comment))) continue;
                yield { line: statement.line, message: `the index '${name}' does not say which queries it serves` };
            }
        },
    },
]);

function adviseOnComment({ fact }: LintStatement, type: MadeObject["type"]): string {
    if (type === "view") return "say what one row is: write AS /* One row is … */ before its SELECT";
    if (type === "trigger") return "say why it exists: write /* … */ after its name";
    const table = fact.does === "create" && fact.type === "index" ? fact.table : "…";
    return `say which queries it serves: write ON ${writeName(table)} (/* Serves … */ before its columns`;
}

interface MadeObject {
    readonly statement: LintStatement;
    readonly type: "index" | "view" | "trigger";
    readonly name: string;
}

// Indexes, views and triggers, except an index that a rebuild creates again unchanged.
function* findMadeObjects({ statements, before }: LintFile): Generator<MadeObject> {
    for (const statement of statements) {
        const { fact } = statement;
        if (fact.does !== "create" || fact.type === "table") continue;
        const old = before.parts.get(fact.name.toLowerCase());
        if (old && join(old.statement.tokens) === join(statement.tokens)) continue;
        yield { statement, type: fact.type, name: fact.name };
    }
}

function join(tokens: readonly Token[]): string {
    return tokens.map(({ text }) => text).join(" ");
}

// In an index after its parenthesis, in a view after AS, in a trigger before its event or its body.
function hasOpeningComment(statement: LintStatement, type: MadeObject["type"]): boolean {
    const all = readAllTokens(statement).filter((token) => token.kind !== "space");
    if (type === "trigger") {
        const begin = all.findIndex((token) => isKeyword(token, "BEGIN"));
        return all.slice(0, begin).some((token) => token.kind === "comment");
    }
    const start = all.findIndex((token) => (type === "index" ? token.text === "(" : isKeyword(token, "AS")));
    return start !== -1 && all[start + 1]?.kind === "comment";
}
