import { toFault } from "../database/faults.ts";
import { openScratch } from "../database/file/connection.ts";
import { readTableDefinition } from "../sql/create-table.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { insideOf } from "../sql/nesting.ts";
import { quoteText } from "../sql/quoting.ts";
import { listComparable } from "./facts.ts";
import type { SchemaRow } from "./row.ts";

/** An object that libSQL reads, but does not create: another program made it, or an older SQLite. */
export interface UnmakeableObject extends Pick<SchemaRow, "type" | "name"> {
    readonly reason: string;
    /** The statement that creates it here; undefined where there is none. */
    readonly sql: string | undefined;
    /** How that differs: `with 'on' in single quotes`, which means the same, or `without COLLATE german`. */
    readonly changes: readonly string[];
}

const order: readonly SchemaRow["type"][] = ["table", "index", "view", "trigger"];

/**
 * Finds the objects that libSQL cannot create again, by creating all of them in memory. For each it finds the statement that
 * does: with texts in single quotes, or without what only the other program knows. Reads no database.
 */
export async function findUnmakeable(objects: readonly SchemaRow[]): Promise<UnmakeableObject[]> {
    const found: UnmakeableObject[] = [];
    const scratch = openScratch();
    const make = (sql: string): Promise<string | undefined> =>
        scratch.runAlone(sql).then(
            () => undefined,
            (error: unknown) => toFault(error).message,
        );
    try {
        const made = listComparable(objects);
        for (const object of order.flatMap((type) => made.filter((other) => other.type === type))) {
            const { type, name, sql } = object;
            const reason = await make(sql ?? "");
            if (reason === undefined) continue;
            const table = made.find((other) => other.type === "table" && isSameName(other.name, object.table));
            const columns = readTableDefinition(table?.sql ?? "").columns.map((column) => column.name);
            let next: Change | undefined = { sql: sql ?? "", says: "" };
            const changes: string[] = [];
            for (let message: string | undefined = reason; next && message !== undefined; ) {
                next = change(type, next.sql, message, columns);
                if (next) {
                    changes.push(next.says);
                    message = await make(next.sql);
                }
            }
            found.push({ type, name, reason, sql: next?.sql, changes: next ? changes : [] });
        }
        return found;
    } finally {
        scratch.close();
    }
}

/** Says of an object why it is here and what a restored backup has instead, as one sentence. */
export function describeUnmakeable({ type, name, reason, sql, changes }: UnmakeableObject): string {
    const has = sql === undefined ? "lacks it" : `has it ${changes.join(" and ")}`;
    return `libSQL can use the ${type} '${name}', but not create it again (${reason}): a restored backup ${has}`;
}

interface Change {
    readonly sql: string;
    readonly says: string;
}

// `columns` are those of the table as it was: one that calls a function may be gone.
function change(type: SchemaRow["type"], sql: string, message: string, columns: readonly string[]): Change | undefined {
    const [, what, name = ""] = /^no such (column|collation sequence|function): (.*)$/s.exec(message) ?? [];
    const tokens = tokenize(sql).filter(isSignificant);
    const isText = what === "column" && !columns.some((column) => isSameName(column, name));
    if (isText) return quoteOnce(sql, tokens, name);
    // An index without its order or its function would be another one, and holds no row.
    if (type !== "table") return undefined;
    if (what === "collation sequence") {
        const cuts = tokens.flatMap((token, at) =>
            isKeyword(tokens[at - 1], "COLLATE") && isSameName(readName(token), name)
                ? [[tokens[at - 1], token] as const]
                : [],
        );
        return cut(sql, cuts, `without COLLATE ${name}`);
    }
    const isIn = (inner: readonly Token[]): boolean =>
        inner.some(
            (token, at) => isSameName(readName(token), name) && (what === "column" || inner[at + 1]?.text === "("),
        );
    const uses = what === "column" ? `uses ${name}` : `calls ${name}()`;
    return what === undefined ? undefined : cut(sql, findClauses(sql, tokens, isIn), `without what ${uses}`);
}

// In double quotes, a word that names no column was a text.
function quoteOnce(sql: string, tokens: readonly Token[], text: string): Change | undefined {
    const body = tokens.findIndex((token) => token.text === "(");
    const texts = tokens.slice(body + 1).filter((token) => token.text.startsWith('"') && readName(token) === text);
    let changed = sql;
    for (const { offset, text: old } of texts.reverse()) {
        changed = changed.slice(0, offset) + quoteText(text) + changed.slice(offset + old.length);
    }
    return changed === sql ? undefined : { sql: changed, says: `with ${quoteText(text)} in single quotes` };
}

type Range = readonly [first: Token | undefined, last: Token | undefined];

// The CHECKs and the generated columns with something in their expression.
function findClauses(sql: string, tokens: readonly Token[], isIn: (expression: readonly Token[]) => boolean): Range[] {
    const starts = new Set(readTableDefinition(sql).definitions.map((definition) => definition.tokens[0]?.offset));
    return tokens.flatMap((token, at): Range[] => {
        const open = tokens[at + 1];
        const isCheck = isKeyword(token, "CHECK");
        if (open?.text !== "(" || !(isCheck || isKeyword(token, "AS"))) return [];
        const inner = insideOf(tokens, open);
        if (!isIn(inner)) return [];
        const first = isCheck && isKeyword(tokens[at - 2], "CONSTRAINT") ? at - 2 : at;
        const last = at + 2 + inner.length;
        if (isCheck && !starts.has(tokens[first]?.offset)) return [[tokens[first], tokens[last]]];
        return [cutDefinition(tokens, starts, at)];
    });
}

// From the comma before a definition, or else to the one after it.
function cutDefinition(tokens: readonly Token[], starts: ReadonlySet<number | undefined>, at: number): Range {
    const first = tokens.findLastIndex((token, index) => index <= at && starts.has(token.offset));
    const next = tokens.findIndex((token, index) => index > at && starts.has(token.offset));
    if (tokens[first - 1]?.text === "(") return [tokens[first], tokens[next - 1]];
    const end = next === -1 ? undefined : next - 2;
    return [tokens[first - 1], tokens[end ?? findBodyEnd(tokens) - 1]];
}

function findBodyEnd(tokens: readonly Token[]): number {
    const open = tokens.find((token) => token.text === "(");
    return open ? tokens.indexOf(open) + insideOf(tokens, open).length + 1 : tokens.length;
}

function cut(sql: string, ranges: readonly Range[], says: string): Change | undefined {
    let changed = sql;
    for (const [first, last] of [...ranges].reverse()) {
        if (!first || !last) return undefined;
        changed = changed.slice(0, first.offset) + changed.slice(last.offset + last.text.length);
    }
    return changed === sql ? undefined : { sql: changed, says };
}
