import { withoutCode } from "./code.ts";

/** Says what of a text no database should take: NUL or half of a surrogate pair; undefined for a sound text. */
export function findBrokenText(text: string): string | undefined {
    if (text.includes("\0")) return "a NUL character";
    return text.isWellFormed() ? undefined : "half of a surrogate pair";
}

const leastLetters = 0.4;
const mostRepeats = 8;

/**
 * Whether a text cannot be read: replacement or control characters, UTF-8 that was read as Latin-1, the same word or
 * character over and over, or hardly a letter. Code in it does not count.
 */
export function isGarbled(text: string): boolean {
    const prose = withoutCode(text).trim();
    if (/\uFFFD/.test(text) || hasControls(text)) return true;
    if (/â€[™œ\u009d“”˜]|Ã[©¨¤¶¼±³\u00a0¢]|ï¿½|Â[ \u00a0·°]/.test(prose)) return true;
    if (prose === "") return false;
    if (/([\p{L}?!])\1{19}/u.test(prose)) return true;
    if (repeatsWord(prose)) return true;
    const characters = prose.replace(/\s/g, "");
    const letters = characters.match(/[\p{L}\p{M}\p{N}]/gu)?.length ?? 0;
    return characters.length >= 20 && letters / characters.length < leastLetters;
}

function repeatsWord(prose: string): boolean {
    let [last, times] = ["", 0];
    for (const word of prose.toLowerCase().match(/\p{L}[\p{L}\p{M}]+|\p{N}+/gu) ?? []) {
        // Numbers may well repeat, as in [0, 0, 0, 0].
        times = word === last && !/^\p{N}/u.test(word) ? times + 1 : 1;
        last = word;
        if (times === mostRepeats) return true;
    }
    return false;
}

function hasControls(text: string): boolean {
    for (const character of text) {
        const code = character.codePointAt(0) ?? 0;
        if ((code < 32 && !"\t\n\r".includes(character)) || (code >= 127 && code < 160)) return true;
    }
    return false;
}
