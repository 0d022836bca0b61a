import { isKeyword, isSignificant, readName, tokenize } from "../sql/lexer.ts";
import { splitList, topLevel } from "../sql/nesting.ts";
import type { DocumentedObject } from "./facts.ts";

/** Says when a trigger fires, such as `BEFORE DELETE`. */
export function readEvent({ sql }: Pick<DocumentedObject, "sql">): string {
    const words = tokenize(sql ?? "").filter(isSignificant);
    const at = words.findIndex(({ kind, text }) => kind === "word" && /^(INSERT|UPDATE|DELETE)$/i.test(text));
    const event = words[at]?.text ?? "";
    const before = words.slice(0, at).map(({ text }) => text.toUpperCase());
    const time = before.at(-1) === "OF" ? "INSTEAD OF" : /^(BEFORE|AFTER)$/.exec(before.at(-1) ?? "")?.[0];
    return [...(time === undefined ? [] : [time]), event.toUpperCase()].join(" ");
}

/** Lists the columns of a view: the aliases of its outer SELECT. */
export function listViewColumns({ sql }: Pick<DocumentedObject, "sql">): string[] {
    const words = tokenize(sql ?? "").filter(isSignificant);
    const outer = topLevel(words);
    const select = outer.findIndex((token) => isKeyword(token, "SELECT"));
    const end = outer.findIndex((token, at) => at > select && isKeyword(token, "FROM"));
    const [first, last] = [outer[select], outer[end]];
    if (!first) return [];
    const list = words.slice(words.indexOf(first) + 1, last ? words.indexOf(last) : undefined);
    return splitList(list).flatMap((item) => {
        const alias = item.at(-1);
        return alias ? [readName(alias)] : [];
    });
}

/** Whether the statement of an object names a table outside its comments. */
export function namesTable({ sql }: Pick<DocumentedObject, "sql">, table: string): boolean {
    return tokenize(sql ?? "").some(
        (token) => (token.kind === "word" || token.kind === "name") && readName(token) === table,
    );
}
