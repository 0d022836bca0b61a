import type { Token } from "./lexer.ts";

/** Returns the tokens outside all parentheses, the outer parentheses included. */
export function topLevel(tokens: readonly Token[]): Token[] {
    let depth = 0;
    return tokens.filter((token) => {
        if (token.kind !== "operator") return depth === 0;
        if (token.text === ")") depth--;
        const isOutside = depth === 0;
        if (token.text === "(") depth++;
        return isOutside;
    });
}

/** Splits tokens at the commas outside parentheses. */
export function splitList(tokens: readonly Token[]): Token[][] {
    const items: Token[][] = [[]];
    let depth = 0;
    for (const token of tokens) {
        const sign = token.kind === "operator" ? token.text : "";
        if (sign === "(") depth++;
        if (sign === ")") depth--;
        if (sign === "," && depth === 0) items.push([]);
        else items.at(-1)?.push(token);
    }
    return items;
}

/** Returns the tokens between a parenthesis and the one that closes it, or to the end where none does. */
export function insideOf(tokens: readonly Token[], open: Token): readonly Token[] {
    const start = tokens.indexOf(open);
    let depth = 0;
    for (let at = start; at < tokens.length; at++) {
        const token = tokens[at] as Token;
        if (token.kind !== "operator") continue;
        if (token.text === "(") depth++;
        if (token.text === ")" && --depth === 0) return tokens.slice(start + 1, at);
    }
    return tokens.slice(start + 1);
}
