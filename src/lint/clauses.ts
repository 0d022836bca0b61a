import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import { splitList, topLevel } from "../sql/nesting.ts";
import type { Statement } from "../sql/statements.ts";

/** Finds the verb with which a statement writes rows, outside parentheses; undefined for one that writes none. */
export function findVerb(statement: Statement): "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | undefined {
    const { tokens } = statement;
    const first = tokens[0]?.text.toUpperCase();
    const token = first === "WITH" ? topLevel(tokens).find((item) => isVerb(item)) : tokens[0];
    return token && isVerb(token) ? (token.text.toUpperCase() as "INSERT") : undefined;
}

/** Whether a statement has these words outside parentheses. */
export function hasClause({ tokens }: Statement, ...words: readonly string[]): boolean {
    const outside = topLevel(tokens);
    return outside.some((_, at) => words.every((word, index) => isKeyword(outside[at + index], word)));
}

const conditionEnd = /^(RETURNING|GROUP|ORDER|LIMIT|ON|UNION|INTERSECT|EXCEPT|WINDOW)$/i;
const constantWord = /^(TRUE|FALSE|NULL|NOT|AND|OR|IS|IN|BETWEEN)$/i;

/** Whether a statement has a WHERE that is not always true. */
export function choosesRows({ tokens }: Statement): boolean {
    const outside = topLevel(tokens);
    const where = outside.findIndex((token) => isKeyword(token, "WHERE"));
    const first = outside[where];
    if (!first) return false;
    const end = outside.slice(where + 1).find(({ kind, text }) => kind === "word" && conditionEnd.test(text));
    const condition = tokens.slice(tokens.indexOf(first) + 1, end && tokens.indexOf(end));
    const text = condition.map((token) => token.text.toLowerCase()).join(" ");
    if (/^(0|false|null)$/.test(text)) return true;
    const isConstant = condition.every(
        ({ kind, text: word }) => kind !== "name" && (kind !== "word" || constantWord.test(word)),
    );
    // `id = id`
    return !isConstant && !/^([^()=]+) ={1,2} \1$/.test(text);
}

/** `INSERT INTO target (columns) SELECT values FROM source …` of a single table. */
interface RowCopy {
    readonly source: string;
    /** What the source is called in the statement. */
    readonly alias: string;
    /** Whether other tables are joined to it. */
    readonly isJoined: boolean;
    /** Undefined where it names no columns. */
    readonly columns: readonly string[] | undefined;
    readonly values: readonly (readonly Token[])[];
}

/** Reads a copy of rows from one table into another; undefined for any other statement. */
export function findRowCopy(statement: Statement): RowCopy | undefined {
    const { tokens } = statement;
    const verb = findVerb(statement);
    if (verb !== "INSERT" && verb !== "REPLACE") return undefined;
    const into = tokens.findIndex((token) => isKeyword(token, "INTO"));
    const select = tokens.findIndex((token, at) => at > into && isKeyword(token, "SELECT"));
    if (into === -1 || select === -1) return undefined;
    const open = tokens.findIndex((token, at) => at > into && at < select && token.text === "(");
    const close = tokens.findIndex((token, at) => at > open && token.text === ")");
    const outside = new Set(topLevel(tokens.slice(select)));
    const from = tokens.findIndex((token, at) => at > select && outside.has(token) && isKeyword(token, "FROM"));
    const sourceAt = tokens[from + 2]?.text === "." ? from + 3 : from + 1;
    const source = from === -1 ? undefined : tokens[sourceAt];
    if (!source || source.text === "(") return undefined;
    const next = tokens[isKeyword(tokens[sourceAt + 1], "AS") ? sourceAt + 2 : sourceAt + 1];
    const hasAlias = next && (next.kind === "name" || (next.kind === "word" && !sourceEnd.test(next.text)));
    const named = splitList(tokens.slice(open + 1, close));
    return {
        source: readName(source),
        alias: readName(hasAlias ? next : source),
        isJoined: findJoins(tokens.slice(sourceAt)).length > 0,
        columns: open === -1 ? undefined : named.map(([item]) => (item ? readName(item) : "")),
        values: splitList(tokens.slice(select + 1, from)),
    };
}

const sourceEnd =
    /^(WHERE|GROUP|ORDER|LIMIT|JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL|ON|UNION|INTERSECT|EXCEPT|WINDOW|INDEXED|NOT|RETURNING)$/i;

// The commas and JOINs outside parentheses, up to the end of the FROM clause, each with the words before it.
function findJoins(tokens: readonly Token[]): { join: Token; kind: readonly Token[] }[] {
    const outside = topLevel(tokens);
    const end = outside.findIndex(({ kind, text }) => kind === "word" && fromEnd.test(text));
    return outside.slice(0, end === -1 ? undefined : end).flatMap((join, at) => {
        if (join.text !== "," && !isKeyword(join, "JOIN")) return [];
        return [{ join, kind: outside.slice(Math.max(0, at - 2), at) }];
    });
}

const fromEnd = /^(WHERE|GROUP|ORDER|LIMIT|UNION|INTERSECT|EXCEPT|WINDOW|RETURNING)$/i;

/** Finds the words by which a copy of rows may leave some of them out; undefined where it copies each. */
export function findSelection(statement: Statement): string | undefined {
    const outside = topLevel(statement.tokens);
    const has = (...words: readonly string[]): boolean => hasClause(statement, ...words);
    if (has("OR", "IGNORE") || has("DO", "NOTHING")) return has("OR", "IGNORE") ? "OR IGNORE" : "DO NOTHING";
    if (choosesRows(statement)) return "WHERE";
    const word = ["DISTINCT", "GROUP", "HAVING", "LIMIT", "INTERSECT", "EXCEPT"].find((item) => has(item));
    if (word !== undefined) return word === "GROUP" ? "GROUP BY" : word;
    if (outside.some((token, at) => isKeyword(token, "UNION") && !isKeyword(outside[at + 1], "ALL"))) return "UNION";
    const from = outside.findIndex((token) => isKeyword(token, "FROM"));
    const joins = from === -1 ? [] : findJoins(outside.slice(from));
    const keepsRows = ({ join, kind }: (typeof joins)[number]): boolean =>
        join.text !== "," && kind.some((token) => isKeyword(token, "LEFT") || isKeyword(token, "FULL"));
    return joins.every(keepsRows) ? undefined : "a join";
}

/** Renders a CREATE TABLE for comparison: without quotes, letter case and the names of the table. */
export function describeTable({ tokens }: Statement, ...names: readonly string[]): string {
    const own = new Set(names.map((name) => name.toLowerCase()));
    const texts = tokens.map((token) => (token.kind === "string" ? token.text : readName(token).toLowerCase()));
    return JSON.stringify(texts.map((text) => (own.has(text) ? "" : text)));
}

function isVerb(token: Token): boolean {
    return token.kind === "word" && /^(INSERT|REPLACE|UPDATE|DELETE)$/i.test(token.text);
}
