const quote = 0x22;
const backslash = 0x5c;

/** The index of the quote that ends a JSON string, given the index after the one that begins it. */
export function endOfString(text: string, from: number): number {
    for (let at = text.indexOf('"', from); ; at = text.indexOf('"', at + 1)) {
        let before = at;
        while (before > from && text.charCodeAt(before - 1) === backslash) before--;
        if ((at - before) % 2 === 0) return at;
    }
}

/** The index after a JSON number, given the index of its first character. */
export function endOfNumber(text: string, from: number): number {
    let at = from + 1;
    while (at < text.length && isOfNumber(text.charCodeAt(at))) at++;
    return at;
}

/** Whether a character outside a string begins a number. */
export function startsNumber(code: number): boolean {
    return isDigit(code) || code === 0x2d;
}

/** Whether a character is one of 0 to 9. */
export function isDigit(code: number): boolean {
    return code >= 0x30 && code <= 0x39;
}

/** Whether JSON.stringify() writes a number as it is written. */
export function isUsualNumber(token: string): boolean {
    return String(Number(token)) === token;
}

/** Removes the white space of a valid JSON text. */
export function packJson(text: string): string {
    if (!/\s/.test(text)) return text;
    const pieces: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === quote) at = endOfString(text, at + 1);
        else if (code <= 0x20) {
            if (from < at) pieces.push(text.slice(from, at));
            from = at + 1;
        }
    }
    pieces.push(text.slice(from));
    return pieces.join("");
}

/** Replaces each number, and each string with its quotes, of a valid JSON text. */
export function mapTokens(text: string, map: (token: string) => string): string {
    const pieces: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        const end =
            code === quote ? endOfString(text, at + 1) + 1 : startsNumber(code) ? endOfNumber(text, at) : undefined;
        if (end === undefined) continue;
        pieces.push(text.slice(from, at), map(text.slice(at, end)));
        from = end;
        at = end - 1;
    }
    return pieces.join("") + text.slice(from);
}

// Digits, sign, point, exponent.
function isOfNumber(code: number): boolean {
    return isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e || code === 0x45 || code === 0x65;
}
