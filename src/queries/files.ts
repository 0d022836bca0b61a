import type { Argument, Query } from "../database/connection.ts";
import {
    type DocumentedFile,
    type NamedFile,
    plainNames,
    readSqlFolder,
    type SqlFolder,
} from "../sql/documented/folder.ts";
import type { CommentLine, Refuse } from "../sql/documented/header.ts";
import { type Token, tokenize } from "../sql/lexer.ts";

/** A statement that the application, a bot or an operator sends, as a file of queries/ documents it. */
export interface DocumentedQuery extends NamedFile {
    /** Who sends it: the page or the bot. */
    readonly purpose: string;
    /** In the order of first use, which is that of positional arguments. */
    readonly parameters: readonly QueryParameter[];
    /** Why it may take as long as its tables are large: no page waits for it. */
    readonly report: string | undefined;
    readonly scans: string | undefined;
    /** Why it may sort or group in memory. */
    readonly sorts: string | undefined;
    readonly sql: string;
    readonly line: number;
}

/** A named parameter of the statement, such as `:channel`. */
export interface QueryParameter {
    /** Without the colon. */
    readonly name: string;
    /** An example value; integers are numbers. */
    readonly example: Argument;
}

const folder: SqlFolder = {
    path: "queries",
    names: plainNames,
    page: "docs/reference/queries.md",
    headings: { For: "the page of a question.", Report: null, Scans: null, Sorts: null },
    apart: /^:/,
};

/**
 * Reads the documented queries of a project, or those of an optional migration set, sorted by name; none without a folder.
 * @throws AppError `invalid-files`
 */
export function readQueries(root: string, set?: string): Promise<DocumentedQuery[]> {
    return readSqlFolder(root, set === undefined ? folder : { ...folder, path: `queries/${set}` }, parseQuery);
}

/** Binds values to a query, and the examples of parameters that have none. */
export function bindQuery(
    { sql, parameters }: Pick<DocumentedQuery, "sql" | "parameters">,
    values: Readonly<Record<string, Argument>> = {},
): Required<Pick<Query, "sql" | "args">> {
    const examples = Object.fromEntries(parameters.map(({ name, example }) => [name, example]));
    return bindNames(sql, { ...examples, ...values });
}

/**
 * Binds values to a statement. Names become numbers (`?1`), because a server accepts a list of values only for those;
 * values that the statement does not name are left out, because a server refuses them.
 */
export function bindNames<Value extends NonNullable<Query["args"]>[number]>(
    sql: string,
    values: Readonly<Record<string, Value>>,
): { sql: string; args: Value[] } {
    const tokens = tokenize(sql);
    const names = listParameters(tokens);
    const numbered = tokens.map(({ kind, text }) =>
        kind === "parameter" ? `?${names.indexOf(text.slice(1)) + 1}` : text,
    );
    return { sql: numbered.join(""), args: names.map((name) => values[name] as Value) };
}

/** Lists the names of a statement's parameters without their sign, each once, in the order of first use. */
export function listParameters(tokens: readonly Token[]): string[] {
    const names = tokens.filter(({ kind }) => kind === "parameter").map(({ text }) => text.slice(1));
    return [...new Set(names)];
}

function parseQuery({ name, path, title, find, statements }: DocumentedFile, refuse: Refuse): DocumentedQuery {
    const [{ sql, line, tokens, header }] = statements;
    const documented = readParameters(header.apart, refuse);
    refuseMismatches(documented, tokens, refuse);
    return {
        ...{ name, path, title, sql, line },
        purpose: find("For") ?? "",
        parameters: listParameters(tokens).flatMap((used) =>
            documented.filter((entry) => entry.name === used).map(({ example }) => ({ name: used, example })),
        ),
        report: find("Report") || undefined,
        scans: find("Scans") || undefined,
        sorts: find("Sorts") || undefined,
    };
}

type ParameterLine = QueryParameter & { readonly line: number };

function readParameters(lines: readonly CommentLine[], refuse: Refuse): ParameterLine[] {
    const parameters: ParameterLine[] = [];
    for (const { text, line } of lines) {
        const [, name, value] = /^:(\w+)\s*=\s*(.+)$/.exec(text) ?? [];
        const example = value === undefined ? undefined : readLiteral(value);
        if (name === undefined) {
            refuse(line, "is not a parameter with an example", "write it as `-- :channel = 'system-design'`");
        } else if (example === undefined) {
            refuse(line, `the example of :${name} is not a value`, "write it as SQL would: 'text', 42, 0.5 or NULL");
        } else if (parameters.some((other) => other.name === name)) {
            refuse(line, `:${name} appears twice`, "keep one");
        } else {
            parameters.push({ name, example, line });
        }
    }
    return parameters;
}

function refuseMismatches(documented: readonly ParameterLine[], tokens: readonly Token[], refuse: Refuse): void {
    const parameters = tokens.filter(({ kind }) => kind === "parameter");
    for (const [at, { text, line }] of parameters.entries()) {
        if (parameters.findIndex((other) => other.text === text) < at) continue;
        if (!/^:\w+$/.test(text)) {
            const remedy = "write it as :channel, in letters, digits and _";
            refuse(line, `the parameter '${text}' is not written as a name`, remedy);
        } else if (!documented.some(({ name }) => name === text.slice(1))) {
            const remedy = `add a line such as \`-- ${text} = 'a value'\` to the comment at the top`;
            refuse(line, `${text} has no example`, remedy);
        }
    }
    const used = listParameters(tokens);
    for (const { name, line } of documented) {
        if (used.includes(name)) continue;
        refuse(line, `the statement has no :${name}`, "remove the line, or use the parameter");
    }
}

/** Reads a value as SQL writes it: 'text', 42, -0.5 or NULL; undefined for anything else. */
export function readLiteral(text: string): Argument | undefined {
    const literal = text.trim();
    if (/^null$/i.test(literal)) return null;
    if (/^'(?:[^']|'')*'$/.test(literal)) return literal.slice(1, -1).replaceAll("''", "'");
    if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(literal)) return undefined;
    const number = Number(literal);
    return /^-?\d+$/.test(literal) && !Number.isSafeInteger(number) ? BigInt(literal) : number;
}
