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
        value = JSON.parse(text);
    } catch {
        return { problem: "it is not JSON" };
    }
    let members = 0;
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
            if (!Array.isArray(next)) members++;
        }
    }
    return members === countMembers(text) ? { value } : { problem: "an object has a key twice" };
}

// JSON.parse() keeps one of two members with the same key, so the text has more of them than the value.
function countMembers(text: string): number {
    let count = 0;
    let isText = false;
    for (let at = 0; at < text.length; at++) {
        const character = text[at];
        if (isText && character === "\\") at++;
        else if (character === '"') isText = !isText;
        else if (!isText && character === ":") count++;
    }
    return count;
}
