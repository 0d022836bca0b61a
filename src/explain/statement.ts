import type { Argument } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { type DocumentedQuery, listParameters } from "../queries/files.ts";
import { readLiteral } from "../queries/header.ts";
import { isKeyword, type Token, tokenize } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import { findNearest } from "./nearest.ts";

/** What is to be explained. */
export interface Explained {
    /** The documented query, where it is one. */
    readonly query: DocumentedQuery | undefined;
    /** Without its closing semicolon. */
    readonly sql: string;
    readonly tokens: readonly Token[];
    /** In the order of their numbers; a value of undefined was not given. */
    readonly parameters: readonly { readonly name: string; readonly value: Argument | undefined }[];
    /** Whether it changes rows. */
    readonly writes: boolean;
}

const queryName = /^[A-Za-z][\w]*(?:-\w+)*$/;
const reading = ["SELECT", "WITH", "VALUES"];

/**
 * Reads what the user asked about: a documented query by its name, or one SQL statement.
 *
 * @param settings `name=value` for each parameter; the value as SQL writes it, or a text without quotes
 * @throws AppError `usage` for anything that has no plan
 */
export function readExplained(
    asked: string,
    queries: readonly DocumentedQuery[],
    settings: readonly string[],
): Explained {
    const query = queries.find(({ name }) => name === asked);
    if (!query && queryName.test(asked.trim())) throw refuseName(asked, queries);
    const sql = query?.sql ?? asked;
    const statement = getStatement(sql);
    const names = query ? query.parameters.map(({ name }) => name) : listParameters(statement.tokens);
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

function refuseName(asked: string, queries: readonly DocumentedQuery[]): AppError {
    const names = queries.map(({ name }) => name);
    const near = findNearest(asked.trim().toLowerCase(), names);
    const mean = near === undefined ? "" : `did you mean '${near}'? `;
    return new AppError("usage", `there is no documented query '${asked.trim()}'`, {
        hint: `${mean}\`pnpm db:explain --list\` lists them; SQL goes in quotes, as one argument`,
    });
}

function getStatement(sql: string): Statement {
    const tokens = tokenize(sql);
    const open = tokens.find((token) => token.open);
    if (open) {
        const what = open.kind === "comment" ? "comment" : open.kind === "string" ? "literal" : "quoted name";
        throw new AppError("usage", `${describePlace(sql, open.offset)}: this ${what} is never closed`, {
            details: renderExcerpt(sql, open.offset),
        });
    }
    const [statement, second] = splitStatements(sql, tokens);
    if (!statement) {
        throw new AppError("usage", "that is no SQL: it holds no statement", {
            hint: 'write it as `pnpm db:explain "SELECT …"`, or name a documented query',
        });
    }
    if (second) {
        const offset = second.tokens[0]?.offset ?? 0;
        throw new AppError("usage", `${describePlace(sql, offset)}: a second statement begins here`, {
            details: renderExcerpt(sql, offset),
            hint: "explain one statement at a time",
        });
    }
    refuseWithoutPlan(statement);
    return statement;
}

function refuseWithoutPlan(statement: Statement): void {
    const [first] = statement.tokens;
    const fact = readFact(statement);
    if (isKeyword(first, "EXPLAIN")) {
        throw new AppError("usage", "the statement is an EXPLAIN itself", { hint: "leave EXPLAIN out" });
    }
    if (fact.does === "write" || reading.some((word) => isKeyword(first, word))) return;
    const what = first?.text.toUpperCase() ?? "";
    throw new AppError("usage", `${what} has no plan, and was not sent`, {
        hint: "explain a SELECT, INSERT, UPDATE or DELETE; what changes the schema belongs into a migration",
    });
}

function readSettings(settings: readonly string[], names: readonly string[]): Map<string, Argument> {
    const values = new Map<string, Argument>();
    for (const setting of settings) {
        const [, name, text = ""] = /^:?(\w+)=(.*)$/s.exec(setting) ?? [];
        if (name === undefined) {
            const hint = "write it as --param channel=system-design";
            throw new AppError("usage", `--param '${setting}' has no name and value`, { hint });
        }
        if (!names.includes(name)) {
            const listed = names.filter((other) => other !== "").map((other) => `:${other}`);
            const near = findNearest(name, names);
            const hint = listed.length === 0 ? "it has none with a name" : `it has ${listed.join(", ")}`;
            throw new AppError("usage", `the statement has no :${name}`, {
                hint: near === undefined ? hint : `did you mean '${near}'? ${hint}`,
            });
        }
        values.set(name, readLiteral(text) === undefined ? text : (readLiteral(text) as Argument));
    }
    return values;
}

/** `1:8`: the line and the column of a place, from 1. */
export function describePlace(sql: string, offset: number): string {
    const before = sql.slice(0, offset).split("\n");
    return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

const excerptWidth = 90;

/** The line that a place is on, and a sign below it. */
export function renderExcerpt(sql: string, offset: number): string[] {
    const start = sql.lastIndexOf("\n", offset - 1) + 1;
    const [line = ""] = sql.slice(start).split("\n");
    const cut = Math.max(0, offset - start - excerptWidth / 2);
    return [
        `    ${line.slice(cut, cut + excerptWidth).replaceAll("\t", " ")}`,
        `    ${" ".repeat(offset - start - cut)}^`,
    ];
}
