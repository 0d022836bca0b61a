import { hasOpenFence, withoutCode } from "./code.ts";

// Words that stand for a text still to be written. "placeholder" alone is a term of frontends, SQL and diagrams.
const placeholder =
    /\b(?:TODO|FIXME|TBD|XXX)\b|\blorem ipsum\b|\bcoming soon\b|\bto be determined\b|\bplaceholder (?:text|content|answer|question|explanation)\b|\b(?:answer|explanation|example|text|content) (?:goes )?here\b|\[(?:insert|add|your|placeholder|to be (?:added|written|completed))\b[^\]]*\](?!\()/;
const anyCase = new RegExp(placeholder.source.replace("TODO|FIXME|TBD|XXX", "fixme|tbd"), "i");

/** Finds a word or phrase outside code that stands for a text still to be written. */
export function findPlaceholder(text: string): string | undefined {
    const prose = withoutCode(text);
    return (placeholder.exec(prose) ?? anyCase.exec(prose))?.[0];
}

/** The original bots cut answers after so many characters. */
const cutAfter = 200;
const dangling =
    /(?:^|\s)(?:a|an|the|and|or|but|nor|of|to|in|on|at|by|for|from|with|without|into|as|than|that|which|is|are|was|be|via|using|while|because|if)$/i;

/**
 * Whether a text stops before its end: in an ellipsis, in a block of code or behind an opening bracket, comma, colon or
 * conjunction, or after exactly as many characters as the original bots kept.
 */
export function isCutOff(text: string): boolean {
    const trimmed = text.trim();
    if (trimmed === "") return false;
    if (hasOpenFence(trimmed)) return true;
    if (/\.{2,}$|…$|\[(?:truncated|continued)[^\]]*\]$|\bcontinue[sd]\.?$/i.test(trimmed)) return true;
    // The last line is read as prose; code, tables and headings end as they like.
    const last = withoutCode(trimmed).trimEnd().split("\n").at(-1) ?? "";
    if (!trimmed.endsWith(last.trim()) || last.trim() === "" || /^\s*[|#]/.test(last)) return false;
    if (/[,:;([{–—]$|\s-$/.test(last)) return true;
    if (dangling.test(last)) return true;
    return isCutAtLimit(text, trimmed);
}

function isCutAtLimit(text: string, trimmed: string): boolean {
    const isFull = text.length === cutAfter || (trimmed.length <= cutAfter && trimmed.length >= cutAfter - 1);
    return isFull && !/[.!?)\]}"'`]$/.test(trimmed);
}
