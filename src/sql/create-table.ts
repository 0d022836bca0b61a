import { isKeyword, isSignificant, readName, type Token, tokenize } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { insideOf, splitList, topLevel } from "./nesting.ts";
import { findCreated } from "./statement-facts.ts";

/** The text between two commas of a CREATE TABLE. */
export interface Definition {
    readonly tokens: readonly Token[];
    /** The comments above and inside it, except the table's own. */
    readonly comments: readonly Token[];
}

export interface ColumnDefinition extends Definition {
    readonly name: string;
    /** The declared type in upper case, such as `VARCHAR(20)`; empty without one. */
    readonly type: string;
    readonly notNull: boolean;
    /** The value after DEFAULT; empty without one. */
    readonly default: readonly Token[];
    readonly generated: "STORED" | "VIRTUAL" | undefined;
    readonly isPrimaryKey: boolean;
    readonly isUnique: boolean;
    readonly comment: string;
}

export interface CheckDefinition {
    readonly name: string | undefined;
    /** The text between its parentheses. */
    readonly expression: string;
    readonly tokens: readonly Token[];
    /** The word CHECK. */
    readonly at: Token;
}

/** Columns whose values together are unique. */
interface UniqueDefinition {
    readonly columns: readonly string[];
    readonly isPrimaryKey: boolean;
}

interface ReferenceDefinition {
    readonly columns: readonly string[];
    readonly parent: string;
    /** Empty where the statement names none, which means the parent's primary key. */
    readonly parentColumns: readonly string[];
    /** In upper case, such as `SET NULL`; `NO ACTION` by default. */
    readonly onDelete: string;
    readonly onUpdate: string;
}

export interface TableDefinition {
    readonly name: string;
    readonly isVirtual: boolean;
    readonly isStrict: boolean;
    readonly isWithoutRowid: boolean;
    readonly isAutoincrement: boolean;
    /** What one row is: the comment before the first column. */
    readonly opening: Token | undefined;
    readonly comment: string;
    /** Columns and constraints in order; the arguments of a virtual table; none for CREATE TABLE … AS. */
    readonly definitions: readonly Definition[];
    readonly options: readonly (readonly Token[])[];
    readonly columns: readonly ColumnDefinition[];
    readonly checks: readonly CheckDefinition[];
    /** The primary key included. */
    readonly uniques: readonly UniqueDefinition[];
    readonly references: readonly ReferenceDefinition[];
}

/**
 * Reads a CREATE TABLE statement. Never throws: what it cannot parse is left out.
 *
 * @param source its text, or all its tokens, comments and white space included
 */
export function readTableDefinition(source: string | readonly Token[]): TableDefinition {
    const all = typeof source === "string" ? tokenize(source) : source;
    const words = all.filter(isSignificant);
    const { name, next } = findCreated(words) ?? { name: "", next: words.length };
    const isVirtual = isKeyword(words[1], "VIRTUAL");
    const open = isVirtual ? words.find(({ text }) => text === "(") : words[next];
    const list = open?.text === "(" ? insideOf(all, open) : [];
    const end = open && list.length > 0 ? all.indexOf(list.at(-1) as Token) + 2 : all.length;
    const options = splitList(all.slice(end).filter(isSignificant));
    const parts = list.length === 0 ? [] : splitList(list);
    const head = all.slice(all.indexOf(words[next - 1] as Token) + 1, open && all.indexOf(open));
    const opening = findOpening([...head, ...(parts[0] ?? [])]);
    const definitions = parts.map((part) => toDefinition(part, opening));
    const read = isVirtual ? [] : definitions.map(readDefinition);
    const uniques = read.flatMap((part) => part.uniques);
    const keys = uniques.flatMap(({ columns, isPrimaryKey }) => (isPrimaryKey ? columns : []));
    return {
        name,
        isVirtual,
        isStrict: options.some(([first]) => isKeyword(first, "STRICT")),
        isWithoutRowid: options.some(([first]) => isKeyword(first, "WITHOUT")),
        isAutoincrement: definitions.some(({ tokens }) => tokens.some((token) => isKeyword(token, "AUTOINCREMENT"))),
        opening,
        comment: opening ? readComment(opening) : "",
        definitions,
        options,
        columns: read.flatMap(({ column }) =>
            column ? [{ ...column, isPrimaryKey: keys.some((key) => isSameName(key, column.name)) }] : [],
        ),
        checks: parts.flatMap((part) => (isVirtual ? [] : readChecks(part))),
        uniques,
        references: read.flatMap((part) => part.references),
    };
}

/** Returns the text of a comment in one line, without its delimiters. */
export function readComment({ text }: Token): string {
    const body = text.startsWith("--") ? text.slice(2) : text.slice(2).replace(/\*\/$/, "");
    return body
        .replace(/^\s*\*?[ \t]?/gm, "")
        .replace(/\s+/g, " ")
        .trim();
}

/** Whether a definition describes a column rather than a constraint of the table. */
export function isColumnDefinition([first]: readonly Token[]): boolean {
    return first !== undefined && !(first.kind === "word" && constraintWord.test(first.text));
}

const constraintWord = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i;
const typeEnd = /^(CONSTRAINT|PRIMARY|NOT|NULL|UNIQUE|CHECK|DEFAULT|COLLATE|REFERENCES|GENERATED|AS)$/i;

function findOpening(tokens: readonly Token[]): Token | undefined {
    const first = tokens.find(({ kind }) => kind !== "space");
    return first?.kind === "comment" ? first : undefined;
}

/** Makes a definition from all its tokens; `opening` is the comment of the table. */
export function toDefinition(part: readonly Token[], opening: Token | undefined): Definition {
    return {
        tokens: part.filter(isSignificant),
        comments: part.filter((token) => token.kind === "comment" && token !== opening),
    };
}

interface ReadDefinition {
    readonly column: ColumnDefinition | undefined;
    readonly uniques: readonly UniqueDefinition[];
    readonly references: readonly ReferenceDefinition[];
}

/** Reads a column or a table constraint. */
export function readDefinition(definition: Definition): ReadDefinition {
    const { tokens } = definition;
    const outer = topLevel(tokens);
    const has = (word: string): boolean => outer.some((token) => isKeyword(token, word));
    if (!isColumnDefinition(tokens)) {
        const open = outer.find(({ text }) => text === "(");
        const columns = readNames(tokens, open);
        return {
            column: undefined,
            uniques: has("UNIQUE") || has("PRIMARY") ? [{ columns, isPrimaryKey: has("PRIMARY") }] : [],
            references: readReferences(tokens, columns),
        };
    }
    const column = readColumn(definition, outer);
    const columns = [column.name];
    return {
        column,
        uniques: column.isUnique || column.isPrimaryKey ? [{ columns, isPrimaryKey: column.isPrimaryKey }] : [],
        references: readReferences(tokens, columns),
    };
}

function readColumn(definition: Definition, outer: readonly Token[]): ColumnDefinition {
    const { tokens, comments } = definition;
    const has = (word: string, next?: string): boolean =>
        outer.some((token, at) => isKeyword(token, word) && (next === undefined || isKeyword(outer[at + 1], next)));
    const isGenerated = outer.some((token, at) => isKeyword(token, "AS") && outer[at + 1]?.text === "(");
    return {
        ...definition,
        name: readName(tokens[0] as Token),
        type: readType(tokens),
        notNull: has("NOT", "NULL"),
        default: readDefault(tokens),
        generated: isGenerated ? (has("STORED") ? "STORED" : "VIRTUAL") : undefined,
        isPrimaryKey: has("PRIMARY"),
        isUnique: has("UNIQUE"),
        comment: comments.map(readComment).join(" "),
    };
}

// The words up to the first constraint, and the parentheses after them.
function readType(tokens: readonly Token[]): string {
    const end = tokens.findIndex(
        ({ kind, text }, at) => at > 0 && (kind === "operator" || (kind === "word" && typeEnd.test(text))),
    );
    const words = tokens.slice(1, end === -1 ? undefined : end);
    const open = tokens[end];
    const size = words.length > 0 && open?.text === "(" ? `(${textOf(insideOf(tokens, open))})` : "";
    return `${words.map(readName).join(" ")}${size}`.toUpperCase();
}

function readDefault(tokens: readonly Token[]): readonly Token[] {
    const at = tokens.findIndex((token) => isKeyword(token, "DEFAULT"));
    const first = tokens[at + 1];
    if (at === -1 || !first) return [];
    if (first.text === "(") return tokens.slice(at + 1, at + insideOf(tokens, first).length + 3);
    return tokens.slice(at + 1, /^[+-]$/.test(first.text) ? at + 3 : at + 2);
}

function readChecks(part: readonly Token[]): CheckDefinition[] {
    const outer = topLevel(part.filter(isSignificant));
    return outer.flatMap((at, place): CheckDefinition[] => {
        const open = outer[place + 1];
        if (!isKeyword(at, "CHECK") || open?.text !== "(") return [];
        const name = outer[place - 1];
        const inside = insideOf(part, open);
        const named = name && isKeyword(outer[place - 2], "CONSTRAINT") ? readName(name) : undefined;
        return [{ name: named, expression: textOf(inside).trim(), tokens: inside.filter(isSignificant), at }];
    });
}

function readReferences(tokens: readonly Token[], columns: readonly string[]): ReferenceDefinition[] {
    const outer = topLevel(tokens);
    return outer.flatMap((token, at): ReferenceDefinition[] => {
        const parent = outer[at + 1];
        if (!isKeyword(token, "REFERENCES") || !parent) return [];
        const open = outer[at + 2];
        const rest = outer.slice(at);
        const parentColumns = open?.text === "(" ? readNames(tokens, open) : [];
        const [onDelete, onUpdate] = [readAction(rest, "DELETE"), readAction(rest, "UPDATE")];
        return [{ columns, parent: readName(parent), parentColumns, onDelete, onUpdate }];
    });
}

function readAction(tokens: readonly Token[], event: string): string {
    const on = tokens.findIndex((token, at) => isKeyword(token, "ON") && isKeyword(tokens[at + 1], event));
    if (on === -1) return "NO ACTION";
    const isTwoWords = /^(SET|NO)$/i.test(tokens[on + 2]?.text ?? "");
    const words = tokens.slice(on + 2, isTwoWords ? on + 4 : on + 3);
    return words.map(({ text }) => text.toUpperCase()).join(" ");
}

function readNames(tokens: readonly Token[], open: Token | undefined): string[] {
    const items = open ? splitList(insideOf(tokens, open)) : [];
    return items.flatMap(([first]) => (first ? [readName(first)] : []));
}

function textOf(tokens: readonly Token[]): string {
    return tokens.map(({ text }) => text).join("");
}
