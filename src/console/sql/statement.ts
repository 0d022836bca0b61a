import { AppError } from "../../errors.ts";
import { listParameters } from "../../queries/files.ts";
import { isKeyword, type Token, tokenize } from "../../sql/lexer.ts";
import { type Statement, splitStatements } from "../../sql/statements.ts";

/** A statement that the box accepts. */
export interface AskedStatement {
    /** Without its closing semicolon. */
    readonly sql: string;
    readonly tokens: readonly Token[];
    /** query: gives rows; plan: already begins with EXPLAIN, so that it reads no row; write: may only be planned. */
    readonly kind: "query" | "plan" | "write";
}

const reading = ["SELECT", "WITH", "VALUES"];
const writing = ["INSERT", "UPDATE", "DELETE", "REPLACE"];

/**
 * Reads the text of the box: exactly one statement, which begins with SELECT, WITH, VALUES or EXPLAIN.
 *
 * @param isPlanned also accept INSERT, UPDATE, DELETE and REPLACE, because only a plan is asked for
 * @throws AppError `usage` for anything else; nothing was sent
 */
export function readAsked(text: string, isPlanned: boolean): AskedStatement {
    const all = tokenize(text);
    const open = all.find((token) => token.open);
    if (open) throw refuse(`line ${open.line}: this is never closed: ${open.text.slice(0, 40)}`, "close it");
    const [statement, second] = splitStatements(text, all);
    if (!statement) throw refuse("there is no statement", "write a SELECT");
    if (second) throw refuse(`line ${second.line}: a second statement begins here`, "run one statement at a time");
    const { sql, tokens } = statement;
    const kind = findKind(statement, isPlanned);
    const [parameter] = listParameters(tokens);
    if (parameter !== undefined && kind === "query" && !isPlanned)
        throw refuse("a parameter has no value here", "write the value itself, such as 'system-design'");
    return { sql, tokens, kind };
}

function findKind({ tokens }: Statement, isPlanned: boolean): AskedStatement["kind"] {
    const [first, second, third, fourth] = tokens;
    if (is(first, reading)) return "query";
    if (is(first, writing)) {
        if (isPlanned) return "write";
        throw refuse(
            `${first?.text.toUpperCase()} writes; it was not sent`,
            "Explain shows its plan; changes come by migrations, seeds and bots",
        );
    }
    const explained =
        isKeyword(second, "QUERY") && isKeyword(third, "PLAN") ? fourth : isKeyword(first, "EXPLAIN") ? second : first;
    // A PRAGMA or ATTACH may act while it is prepared.
    if (isKeyword(first, "EXPLAIN") && is(explained, [...reading, ...writing])) return "plan";
    throw refuse(
        `${explained?.text.slice(0, 40).toUpperCase()} is not accepted here; it was not sent`,
        "begin with SELECT, WITH, VALUES or EXPLAIN",
    );
}

function is(token: Token | undefined, keywords: readonly string[]): boolean {
    return keywords.some((keyword) => isKeyword(token, keyword));
}

/**
 * Renders the statement that is run: the asked one in parentheses, where SQLite accepts nothing that writes, and only its
 * first rows. Columns of one name become `a` and `a:1`.
 */
export function renderRun({ sql, kind }: AskedStatement, rows: number): string {
    return kind === "query" ? `SELECT * FROM (\n${sql}\n) LIMIT ${rows}` : sql;
}

function refuse(message: string, hint: string): AppError {
    return new AppError("usage", message, { hint });
}
