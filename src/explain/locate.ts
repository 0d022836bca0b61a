import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { readName, type Token, tokenize } from "../sql/lexer.ts";
import { describePlace, renderExcerpt } from "./statement.ts";

const nearToken = /^near "(.*)": syntax error$/s;
const unknownName = /^(?:no such (?:table|column|function|index)|ambiguous column name): (?:.*\.)?([^.]+)$/s;
const unknownFunction = /^(?:wrong number of arguments to function|no such function:?) (\w+)/;
const unrecognized = /^unrecognized token: "(.*)"$/s;
// A server's own parser gives places in the text that was sent, which is not the text that the user wrote.
const placeOfServer = / (?:at \(\d+, \d+\)|\(at offset \d+\))$/;
const parserOfServer = /syntax error (?:around|at) |^unsupported statement|^unexpected end of input/;

/**
 * What to tell about a statement that a database refuses: why, with line and column where they can be found.
 *
 * @param message as the database said it
 * @param scratch a database in memory, whose parser is asked about parts of the statement
 */
export async function explainRefusal(
    sql: string,
    message: string,
    scratch: Pick<Connection, "readAll">,
): Promise<AppError> {
    const said = parserOfServer.test(message) ? await findParseError(sql, scratch) : undefined;
    const reason = said ?? message.replace(placeOfServer, "");
    const offset = await findPlace(sql, reason, scratch);
    const place = offset === undefined ? "" : `${describePlace(sql, offset)}: `;
    return new AppError("sql", `${place}${reason}`, {
        details: offset === undefined ? [] : renderExcerpt(sql, offset),
        outcome: "Nothing was run.",
    });
}

async function findPlace(
    sql: string,
    reason: string,
    scratch: Pick<Connection, "readAll">,
): Promise<number | undefined> {
    const tokens = tokenize(sql);
    const near = nearToken.exec(reason)?.[1];
    if (near !== undefined) return (await findNear(sql, near, tokens, scratch))?.offset;
    if (reason === "incomplete input") return sql.trimEnd().length;
    const strange = unrecognized.exec(reason)?.[1];
    if (strange !== undefined) return sql.includes(strange) ? sql.indexOf(strange) : undefined;
    const name = (unknownName.exec(reason) ?? unknownFunction.exec(reason))?.[1]?.toLowerCase();
    const named = ({ kind }: Token): boolean => kind === "word" || kind === "name" || kind === "string";
    return tokens.find((token) => named(token) && readName(token).toLowerCase() === name)?.offset;
}

// The parser stops at the first token that nothing can follow: up to there, but not before, the error is the same.
async function findNear(
    sql: string,
    text: string,
    tokens: readonly Token[],
    scratch: Pick<Connection, "readAll">,
): Promise<Token | undefined> {
    for (const token of tokens.filter((candidate) => candidate.text === text)) {
        const message = await findParseError(sql.slice(0, token.offset + token.text.length), scratch);
        if (message === `near "${text}": syntax error`) return token;
    }
    return undefined;
}

async function findParseError(sql: string, scratch: Pick<Connection, "readAll">): Promise<string | undefined> {
    const [result] = await scratch.readAll([{ sql: `EXPLAIN ${sql}` }]);
    return result?.ok === false && /syntax error|incomplete input|unrecognized token/.test(result.message)
        ? result.message
        : undefined;
}
