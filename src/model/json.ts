import { countRepeatedKeys, parseJson } from "../text/json.ts";

/** A value that was read, or why it was not. */
export type JsonReading = { readonly value: unknown } | { readonly problem: string };

/** A NUL, which SQLite ends a text at, or half of a surrogate pair, which UTF-8 cannot hold. */
export function findUnstorable(text: string): string | undefined {
    if (text.includes("\0")) return "a NUL character";
    return text.isWellFormed() ? undefined : "half of a surrogate pair";
}

/**
 * Parses JSON that a stranger wrote. Refuses what JSON.parse() lets pass although readers disagree about it, or a database
 * cannot store it: a key that is there twice, the key `__proto__`, NUL, half of a surrogate pair.
 */
export function readStrictJson(text: string): JsonReading {
    let value: unknown;
    try {
        value = parseJson(text);
    } catch {
        return { problem: "it is not JSON" };
    }
    if (countRepeatedKeys(value) > 0) return { problem: "an object has a key twice" };
    // Not recursive: a stranger also chooses the depth.
    const open = [value];
    while (open.length > 0) {
        const next = open.pop();
        if (typeof next === "string") {
            const unstorable = findUnstorable(next);
            if (unstorable) return { problem: `a text contains ${unstorable}` };
        }
        if (typeof next !== "object" || next === null) continue;
        for (const [key, part] of Object.entries(next)) {
            if (key === "__proto__") return { problem: "it has the key '__proto__'" };
            open.push(key, part);
        }
    }
    return { value };
}
