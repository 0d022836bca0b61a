/** Removes secrets from a text, and pieces of them. */
export type Redactor = (text: string) => string;

/** Shorter pieces of a secret reveal little and may be ordinary words. */
const shortestPiece = 12;
/** What a server or a terminal may put into a secret: white space, invisible characters, and these as JSON writes them. */
const ignored = /(?:[\s\p{Cc}\p{Cf}]|\\[bfnrt]|\\u[01][\da-f]{3}|\\u20[02][\da-f])+/giu;
/** Stands at the beginning of every key of age, also in hints. */
const publicPrefix = /^AGE-SECRET-KEY-(?:PQ-)?1/i;

/**
 * Makes the function that replaces secrets, and every piece of `shortest` or more characters of one, with `mark`: also where a
 * line break or another invisible character was put in. A secret that is shorter is replaced where it stands as a whole.
 */
export function createRedactor(secrets: Iterable<string>, mark = "[token]", shortest = shortestPiece): Redactor {
    const forms = [...new Set([...secrets].flatMap(listForms))].sort((one, other) => other.length - one.length);
    const isShort = (form: string): boolean => form.replace(ignored, "").length < shortest;
    const short = forms.filter((form) => form !== "" && isShort(form));
    const pieces = indexPieces(
        forms.filter((form) => !isShort(form)).map((form) => form.replace(publicPrefix, "").replace(ignored, "")),
        shortest,
    );
    return (text) => {
        let clean = text;
        for (const [start, end] of findPieces(text, pieces).reverse())
            clean = clean.slice(0, start) + mark + clean.slice(end);
        for (const form of short) clean = clean.replaceAll(form, mark);
        return clean;
    };
}

/** Quotes what a server wrote, on one line: first without the secret, then cut to `length` characters. */
export function quoteReply(text: string, redact: Redactor, length = 200): string {
    return redact(text)
        .replaceAll(/[\p{Cc}\s]+/gu, " ")
        .trim()
        .slice(0, length)
        .toWellFormed();
}

// As it is, in JSON, and on both sides of percent-encoding.
function listForms(secret: string): string[] {
    const decoded = decode(secret);
    const forms = [secret, decoded, encodeURIComponent(decoded.toWellFormed())];
    return forms.flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
}

function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

interface Pieces {
    readonly shortest: number;
    /** Length of the samples. */
    readonly length: number;
    /** Where each sample stands in the secrets. */
    readonly places: ReadonlyMap<string, readonly (readonly [secret: string, at: number])[]>;
}

function indexPieces(secrets: readonly string[], shortest: number): Pieces {
    const length = shortest >> 1;
    const places = new Map<string, [string, number][]>();
    for (const secret of secrets) {
        for (let at = 0; at + length <= secret.length; at++) {
            const sample = secret.slice(at, at + length);
            const known = places.get(sample);
            if (known) known.push([secret, at]);
            else places.set(sample, [[secret, at]]);
        }
    }
    return { shortest, length, places };
}

// Returns the ranges of a text that are pieces, in order. Every piece contains a whole sample at one of the places looked at.
function findPieces(text: string, { shortest, length, places }: Pieces): [start: number, end: number][] {
    if (places.size === 0) return [];
    const bare = text.replace(ignored, "");
    let origins: readonly number[] | undefined;
    // Behind a backslash, the first letter of a piece may be ignored as that of an escape.
    const isEscaped = (start: number, letter: string | undefined): boolean => {
        origins ??= listOrigins(text);
        return letter !== undefined && text[(origins[start] ?? 0) - 1] === letter;
    };
    const found: [number, number][] = [];
    for (let at = 0; at + length <= bare.length; at += shortest - length) {
        for (const [secret, offset] of places.get(bare.slice(at, at + length)) ?? []) {
            let [before, after] = [0, length];
            while (before < Math.min(at, offset) && bare[at - before - 1] === secret[offset - before - 1]) before++;
            while (offset + after < secret.length && bare[at + after] === secret[offset + after]) after++;
            const isPiece =
                before + after >= shortest ||
                (before + after === shortest - 1 && isEscaped(at - before, secret[offset - before - 1]));
            if (isPiece) found.push([at - before, at + after]);
        }
    }
    if (found.length === 0) return [];
    const known = origins ?? listOrigins(text);
    return merge(found).map(([start, end]) => [known[start] ?? 0, (known[end - 1] ?? 0) + 1]);
}

// The place in the text of each character that is not ignored.
function listOrigins(text: string): number[] {
    const origins: number[] = [];
    let at = 0;
    const add = (end: number): void => {
        for (; at < end; at++) origins.push(at);
    };
    for (const { 0: gap, index } of text.matchAll(ignored)) {
        add(index);
        at = index + gap.length;
    }
    add(text.length);
    return origins;
}

function merge(ranges: readonly (readonly [number, number])[]): [number, number][] {
    const merged: [number, number][] = [];
    for (const [start, end] of [...ranges].sort(([one], [other]) => one - other)) {
        const last = merged.at(-1);
        if (last && start <= last[1]) last[1] = Math.max(last[1], end);
        else merged.push([start, end]);
    }
    return merged;
}

/** Shorter parts of a URL, such as the 0 of `tls=0`, are not secrets. */
const shortestPart = 8;

/** Finds the tokens and keys among variables, and the credentials of addresses in their values, also in a command or a path. */
export function findSecrets(variables: Readonly<Record<string, string | undefined>>): string[] {
    return Object.entries(variables).flatMap(([name, value = ""]) => {
        if (/^(TURSO_.*TOKEN|(LLM|EMBEDDING)_API_KEY$)/.test(name) || /^AGE-SECRET-KEY-/i.test(value.trim()))
            return [value.trim()];
        if (!/^(TURSO|EMBEDDING|LLM)_/.test(name)) return [];
        const addresses = value.match(/\b[a-z][\w+.-]*:[^\s"']+/gi) ?? [];
        const parts = addresses.flatMap((address) => {
            if (!URL.canParse(address)) return [];
            const { password, username, searchParams } = new URL(address);
            return [password, username, ...searchParams.values()];
        });
        return parts.filter((part) => part.length >= shortestPart);
    });
}
