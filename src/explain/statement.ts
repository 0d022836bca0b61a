import type { Argument } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { type DocumentedQuery, listParameters, readLiteral } from "../queries/files.ts";
import { isKeyword, type Token, tokenize } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import { suggest } from "../text/similar.ts";

/** A statement to explain. */
export interface Explained {
    /** Undefined for other SQL. */
    readonly query: DocumentedQuery | undefined;
    /** Without its closing semicolon. */
    readonly sql: string;
    readonly tokens: readonly Token[];
    /** In order of appearance; `value` is undefined if it is missing. */
    readonly parameters: readonly { readonly name: string; readonly value: Argument | undefined }[];
    readonly writes: boolean;
}

const queryName = /^[A-Za-z][\w]*(?:-\w+)*$/;

/**
 * Reads a documented query by its name, or one SQL statement.
 *
 * @param settings `name=value` for each parameter; the value is an SQL literal, or text without quotes
 * @throws AppError `usage` for anything that has no plan
 */
export function readExplained(
    asked: string,
    queries: readonly DocumentedQuery[],
    settings: readonly string[],
): Explained {
    const query = queries.find(({ name }) => name === asked);
    if (!query && queryName.test(asked.trim())) {
        const hint = "`pnpm db:explain --list` lists the documented queries; quote SQL as one argument";
        const meant = suggest(
            asked.trim(),
            queries.map(({ name }) => name),
        );
        throw refuse(`unknown query '${asked.trim()}'${meant}`, hint);
    }
    const statement = getStatement(query?.sql ?? asked);
    const names = listParameters(statement.tokens);
    const values = readSettings(settings, names);
    return {
        query,
        sql: statement.sql,
        tokens: statement.tokens,
        parameters: names.map((name) => {
            const example = query?.parameters.find((parameter) => parameter.name === name)?.example;
            return { name, value: values.has(name) ? values.get(name) : example };
        }),
        writes: readFact(statement).does === "write",
    };
}

function getStatement(sql: string): Statement {
    const tokens = tokenize(sql);
    const open = tokens.find((token) => token.open);
    if (open) throw refuse(`line ${open.line}: this is never closed: ${open.text.slice(0, 40)}`, "close it");
    const [statement, second] = splitStatements(sql, tokens);
    const example = 'write it as `pnpm db:explain "SELECT …"`, or name a documented query';
    if (!statement) throw refuse("the SQL has no statement", example);
    if (second) throw refuse(`line ${second.line}: a second statement begins here`, "explain one statement at a time");
    const [first] = statement.tokens;
    const reads = ["SELECT", "WITH", "VALUES"].some((word) => isKeyword(first, word));
    if (reads || readFact(statement).does === "write") return statement;
    throw isKeyword(first, "EXPLAIN")
        ? refuse("the statement already begins with EXPLAIN", "leave EXPLAIN out")
        : refuse(
              `${first?.text.toUpperCase() ?? ""} has no plan; it was not sent`,
              "explain a SELECT, INSERT, UPDATE or DELETE; a change of the schema belongs in a migration",
          );
}

function readSettings(settings: readonly string[], names: readonly string[]): Map<string, Argument> {
    const values = new Map<string, Argument>();
    for (const setting of settings) {
        const [, name, text = ""] = /^:?(\w+)=(.*)$/s.exec(setting) ?? [];
        if (name === undefined) {
            throw refuse(`--param '${setting}' is not name=value`, "write it as `--param channel=system-design`");
        }
        if (!names.includes(name)) {
            const listed = names.filter((other) => other !== "").map((other) => `:${other}`);
            const hint = listed.length === 0 ? "it has no named parameter" : `it has ${listed.join(", ")}`;
            throw refuse(`the statement has no :${name}`, hint);
        }
        const literal = readLiteral(text);
        values.set(name, literal === undefined ? text : literal);
    }
    return values;
}

function refuse(message: string, hint: string): AppError {
    return new AppError("usage", message, { hint });
}
