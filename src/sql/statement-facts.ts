import { isKeyword, readName, type Token } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { insideOf, splitList, topLevel } from "./nesting.ts";
import type { Statement } from "./statements.ts";

type SchemaType = "table" | "index" | "view" | "trigger";

/** What fires a trigger. */
export type WriteEvent = "INSERT" | "UPDATE" | "DELETE";

/** What a statement does to the schema or to rows, judged by its first words. */
export type StatementFact =
    | {
          readonly does: "create";
          readonly type: SchemaType;
          readonly name: string;
          /** The table of an index or trigger; the object itself otherwise. */
          readonly table: string;
          readonly temporary: boolean;
      }
    | { readonly does: "drop"; readonly type: SchemaType; readonly name: string }
    | { readonly does: "rename-table"; readonly table: string; readonly to: string }
    | { readonly does: "alter"; readonly table: string; readonly action: "add" | "drop" | "rename" | "alter" }
    | {
          readonly does: "write";
          readonly table: string;
          /** Those whose triggers it may fire on the table. */
          readonly events: readonly WriteEvent[];
          /** Whether it replaces rows: that fires no trigger of a deletion, but the actions of foreign keys to the table. */
          readonly replaces: boolean;
      }
    | { readonly does: "other"; readonly keyword: string };

const schemaTypes: readonly SchemaType[] = ["table", "index", "view", "trigger"];

/** Reads the first words of a statement. Returns names without quotes and without a schema prefix. */
export function readFact(statement: Statement): StatementFact {
    const { tokens } = statement;
    const first = tokens[0];
    if (isKeyword(first, "CREATE")) return readCreate(tokens) ?? other(first);
    if (isKeyword(first, "DROP")) return readDrop(tokens) ?? other(first);
    if (isKeyword(first, "ALTER") && isKeyword(tokens[1], "TABLE")) return readAlter(tokens);
    return readWrite(tokens) ?? other(first);
}

/** What fires a trigger: for each event the table and, for UPDATE OF, the columns. */
interface TriggerEvent {
    readonly event: WriteEvent;
    readonly table: string;
    /** Columns whose UPDATE fires it: those of UPDATE OF, else the rowid; for a view, a column that the body names. */
    readonly columns: readonly string[];
}

/** Reads the head of a CREATE TRIGGER; undefined for any other statement. */
export function findTriggerEvent(statement: Statement): TriggerEvent | undefined {
    const { tokens } = statement;
    const at = tokens.findIndex((token) => /^(INSERT|UPDATE|DELETE)$/i.test(token.text) && token.kind === "word");
    const on = tokens.findIndex((token, index) => index > at && isKeyword(token, "ON"));
    if (readFact(statement).does !== "create" || at === -1 || on === -1) return undefined;
    const named = tokens.slice(at + 2, on).filter((token) => token.text !== ",");
    const isRow = (token: Token | undefined): boolean => isKeyword(token, "NEW") || isKeyword(token, "OLD");
    const mentioned = tokens.filter((_, index) => tokens[index - 1]?.text === "." && isRow(tokens[index - 2]));
    const fallback = isKeyword(tokens[at - 2], "INSTEAD") ? mentioned.slice(0, 1).map(readName) : ["rowid"];
    return {
        event: (tokens[at] as Token).text.toUpperCase() as WriteEvent,
        table: nameAt(tokens, on + 1).name,
        columns: named.length > 0 ? named.map(readName) : fallback,
    };
}

/** Finds the columns of a CREATE INDEX; undefined for an index over an expression and for a partial one. */
export function findIndexColumns({ tokens }: Statement): string[] | undefined {
    const open = tokens.find(({ text }) => text === "(");
    if (!open || tokens.at(-1)?.text !== ")" || topLevel(tokens).some((token) => isKeyword(token, "WHERE"))) {
        return undefined;
    }
    const items = splitList(insideOf(tokens, open));
    const isPlain = items.every(([, second]) => !second || /^(ASC|DESC|COLLATE)$/i.test(second.text));
    return isPlain ? items.flatMap(([first]) => (first ? [readName(first)] : [])) : undefined;
}

/** Returns a CREATE statement as sqlite_schema stores it: one space between its first words, the rest as written. */
export function storedSql(statement: Statement): string {
    const { tokens, sql } = statement;
    const start = tokens[0]?.offset ?? 0;
    const made = findCreated(tokens);
    const name = made && tokens[made.next - 1];
    if (!name) return sql;
    const words = tokens.slice(0, made.typeAt + 1).map((token) => token.text.toUpperCase());
    return `${words.join(" ")} ${sql.slice(name.offset - start)}`;
}

function other(token: Token | undefined): StatementFact {
    return { does: "other", keyword: token?.text.toUpperCase() ?? "" };
}

/** Finds what a CREATE statement creates, with the indexes of its type and of the token after its name. */
export function findCreated(
    tokens: readonly Token[],
): { type: SchemaType; name: string; typeAt: number; next: number; isTemporary: boolean } | undefined {
    if (!isKeyword(tokens[0], "CREATE")) return undefined;
    const hasTemp = isKeyword(tokens[1], "TEMP") || isKeyword(tokens[1], "TEMPORARY");
    const word = hasTemp ? 2 : 1;
    const typeAt = isKeyword(tokens[word], "UNIQUE") || isKeyword(tokens[word], "VIRTUAL") ? word + 1 : word;
    const type = schemaTypes.find((item) => isKeyword(tokens[typeAt], item.toUpperCase()));
    if (!type) return undefined;
    const first = skipWords(tokens, typeAt + 1, "IF", "NOT", "EXISTS");
    const { name, next } = nameAt(tokens, first);
    const isTemporary = hasTemp || (next - first > 1 && isSameName(readName(tokens[first] as Token), "temp"));
    return { type, name, typeAt, next, isTemporary };
}

function readCreate(tokens: readonly Token[]): StatementFact | undefined {
    const made = findCreated(tokens);
    if (!made) return undefined;
    const { type, name, next, isTemporary } = made;
    const on = tokens.findIndex((token, index) => index >= next && isKeyword(token, "ON"));
    const isPart = (type === "index" || type === "trigger") && on !== -1;
    const table = isPart ? nameAt(tokens, on + 1).name : name;
    return { does: "create", type, name, table, temporary: isTemporary };
}

function readDrop(tokens: readonly Token[]): StatementFact | undefined {
    const type = schemaTypes.find((word) => isKeyword(tokens[1], word.toUpperCase()));
    if (!type) return undefined;
    return { does: "drop", type, name: nameAt(tokens, skipWords(tokens, 2, "IF", "EXISTS")).name };
}

function readAlter(tokens: readonly Token[]): StatementFact {
    const { name: table, next } = nameAt(tokens, 2);
    if (isKeyword(tokens[next], "RENAME") && isKeyword(tokens[next + 1], "TO")) {
        return { does: "rename-table", table, to: nameAt(tokens, next + 2).name };
    }
    const action = (["add", "drop", "rename", "alter"] as const).find((word) =>
        isKeyword(tokens[next], word.toUpperCase()),
    );
    return { does: "alter", table, action: action ?? "alter" };
}

// INSERT … INTO t, REPLACE INTO t, UPDATE … t, DELETE FROM t; after WITH, at the first of them outside parentheses.
function readWrite(tokens: readonly Token[]): StatementFact | undefined {
    let depth = 0;
    for (const [at, token] of tokens.entries()) {
        if (token.text === "(") depth++;
        if (token.text === ")") depth--;
        if (depth > 0 || (at > 0 && !isKeyword(tokens[0], "WITH"))) continue;
        const event = (["UPDATE", "DELETE", "INSERT", "REPLACE"] as const).find((word) => isKeyword(token, word));
        if (event === undefined) continue;
        const named = skipConflictClause(tokens, at + 1);
        const into = event === "DELETE" ? "FROM" : "INTO";
        const { name } = nameAt(tokens, event === "UPDATE" ? named : skipWords(tokens, named, into));
        const rest = tokens.slice(at);
        const replaces = event === "REPLACE" || (isKeyword(rest[1], "OR") && isKeyword(rest[2], "REPLACE"));
        return { does: "write", table: name, events: listEvents(rest, event), replaces };
    }
    return undefined;
}

function listEvents(tokens: readonly Token[], verb: WriteEvent | "REPLACE"): WriteEvent[] {
    const isUpsert = tokens.some((token, at) => isKeyword(token, "DO") && isKeyword(tokens[at + 1], "UPDATE"));
    return [verb === "REPLACE" ? "INSERT" : verb, ...(isUpsert ? ["UPDATE" as const] : [])];
}

function skipConflictClause(tokens: readonly Token[], at: number): number {
    return isKeyword(tokens[at], "OR") ? at + 2 : at;
}

function skipWords(tokens: readonly Token[], at: number, ...words: string[]): number {
    return words.every((word, index) => isKeyword(tokens[at + index], word)) ? at + words.length : at;
}

function nameAt(tokens: readonly Token[], at: number): { name: string; next: number } {
    if (tokens[at + 1]?.text === "." && tokens[at + 2]) {
        return { name: readName(tokens[at + 2] as Token), next: at + 3 };
    }
    const token = tokens[at];
    return { name: token ? readName(token) : "", next: at + 1 };
}
