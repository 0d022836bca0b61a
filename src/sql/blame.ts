import { isSignificant, readName, tokenize } from "./lexer.ts";

/**
 * Finds the line, in a statement and from 1, that a message of SQLite is about; undefined unless the word of a syntax error
 * occurs exactly once.
 */
export function findBlamedLine(sql: string, message: string): number | undefined {
    const near = /near "([^"]+)"/.exec(message)?.[1];
    const missing = /no such (?:table|column|function): (?:\S*\.)?(\S+)/.exec(message)?.[1];
    const hits = tokenize(sql).filter((token) => isSignificant(token) && readName(token) === (near ?? missing));
    return near === undefined || hits.length === 1 ? hits[0]?.line : undefined;
}
