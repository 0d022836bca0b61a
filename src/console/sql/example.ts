import type { Argument } from "../../database/connection.ts";
import type { DocumentedQuery } from "../../queries/files.ts";
import { tokenize } from "../../sql/lexer.ts";
import { quoteText } from "../../sql/quoting.ts";

/** Writes a documented query with the examples of its parameters as literals, ready to run. Pure. */
export function renderExampleQuery({ sql, parameters }: Pick<DocumentedQuery, "sql" | "parameters">): string {
    const literals = new Map(parameters.map(({ name, example }) => [`:${name}`, renderLiteral(example)]));
    return tokenize(sql)
        .map(({ kind, text }) => (kind === "parameter" ? (literals.get(text) ?? text) : text))
        .join("");
}

/** The address at which the box is filled with a statement. It runs nothing. */
export function linkSql(sql: string): string {
    return `/sql?${new URLSearchParams({ sql })}`;
}

/** The address at which the box is filled with a documented query and its example values. */
export function linkQuery(name: string): string {
    return `/sql?${new URLSearchParams({ query: name })}`;
}

/** Writes a value as SQL does. */
export function renderLiteral(value: Argument): string {
    if (value === null) return "NULL";
    return typeof value === "string" ? quoteText(value) : String(value);
}
