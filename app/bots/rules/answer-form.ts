import { withoutCode } from "./code.ts";

/** Whether an answer is JSON or a list of options instead of a text. */
export function findAnswerForm(answer: string): "json" | "options" | undefined {
    const trimmed = answer.trim();
    if (isJson(trimmed.replace(/^```(?:json)?\s*\n([\s\S]*)\n```$/, "$1").trim())) return "json";
    const letters = [
        ...withoutCode(answer).matchAll(/^[ \t]*(?:[-*][ \t]+)?\(?\*{0,2}([A-Ea-e])(?:[.)]|\*\*[.)]?)[ \t]+\S/gm),
    ].map(([, letter = ""]) => letter.toUpperCase());
    const isList = letters.length >= 3 && letters.every((letter, at) => letter === "ABCDE"[at]);
    return isList || /"?\bisCorrect\b"?\s*:/.test(withoutCode(answer)) ? "options" : undefined;
}

function isJson(text: string): boolean {
    // An object cut in the middle is still no text, but set braces and `[1]` may open a sentence.
    if (/^\{\s*"[^"]*"\s*:/.test(text) || /^\[\s*\{\s*"/.test(text)) return true;
    if (!/^[[{"]/.test(text)) return false;
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}
