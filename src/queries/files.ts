import type { Argument, Query } from "../database/connection.ts";
import { plainNames, readSqlFolder, type SqlFile, type SqlFolder } from "../sql/documented/folder.ts";
import type { Refuse } from "../sql/documented/problems.ts";
import { type Token, tokenize } from "../sql/lexer.ts";
import type { Statement } from "../sql/statements.ts";
import { type QueryHeader, type QueryParameter, readQueryHeader } from "./header.ts";

/** A statement that the application, a bot or an operator sends, as a file of queries/ documents it. */
export interface DocumentedQuery extends Omit<QueryHeader, "parameters"> {
    /** The file's name without its ending, such as `questions-by-channel`. */
    readonly name: string;
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    /** In the order in which the statement names them first: that of positional arguments. */
    readonly parameters: readonly QueryParameter[];
    /** The statement alone, without its closing semicolon. */
    readonly sql: string;
    /** Line of the file that it begins on. */
    readonly line: number;
}

const folder: SqlFolder = { path: "queries", names: plainNames, page: "docs/queries.md" };

/**
 * Reads the documented queries of a project, by name. A folder that does not exist holds none; its sub-folders are
 * something else.
 *
 * @throws AppError `invalid-files` that lists every file and line in which something is wrong
 */
export function readQueries(root: string): Promise<DocumentedQuery[]> {
    return readSqlFolder(root, folder, parseQuery);
}

/**
 * A query with its values: the given ones, and the examples where none is given. Names become numbers (`?1`), because a
 * server takes a list of values only for those.
 */
export function bindQuery(
    { sql, parameters }: Pick<DocumentedQuery, "sql" | "parameters">,
    values: Readonly<Record<string, Argument>> = {},
): Required<Pick<Query, "sql" | "args">> {
    const names = parameters.map(({ name }) => name);
    return {
        sql: tokenize(sql)
            .map(({ kind, text }) => (kind === "parameter" ? `?${names.indexOf(text.slice(1)) + 1}` : text))
            .join(""),
        args: parameters.map(({ name, example }) =>
            Object.hasOwn(values, name) ? (values[name] as Argument) : example,
        ),
    };
}

/** The names of a statement's parameters without their sign, each once, in the order in which they come first. */
export function listParameters(tokens: readonly Token[]): string[] {
    const names = tokens.filter(({ kind }) => kind === "parameter").map(({ text }) => text.slice(1));
    return [...new Set(names)];
}

function parseQuery(file: SqlFile, refuse: Refuse): DocumentedQuery {
    const [statement] = file.statements;
    const header = readQueryHeader(file, refuse);
    refuseMismatches(header, statement, refuse);
    const named = listParameters(statement.tokens);
    return {
        ...header,
        name: file.name,
        path: file.path,
        parameters: named.flatMap((parameter) => header.parameters.filter((entry) => entry.name === parameter)),
        sql: statement.sql,
        line: statement.line,
    };
}

function refuseMismatches(header: QueryHeader, statement: Statement, refuse: Refuse): void {
    const parameters = statement.tokens.filter(({ kind }) => kind === "parameter");
    const listed = new Set(header.parameters.map(({ name }) => name));
    const used = new Set(listParameters(parameters));
    for (const [at, { text, line }] of parameters.entries()) {
        if (parameters.findIndex((other) => other.text === text) < at) continue;
        if (!/^:\w+$/.test(text)) {
            const remedy = "write it as :channel, in letters, digits and _";
            refuse(line, `the parameter '${text}' is not written as a name`, remedy);
        } else if (!listed.has(text.slice(1))) {
            const remedy = `add a line such as \`-- ${text} = 'a value'\` to the comment at the top`;
            refuse(line, `${text} has no example`, remedy);
        }
    }
    for (const { name, line } of header.parameters) {
        if (!used.has(name)) refuse(line, `the statement has no :${name}`, "remove the line, or use the parameter");
    }
}
