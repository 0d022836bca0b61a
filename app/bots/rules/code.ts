/** Gives the text without its code: fenced blocks, also one that is not closed, and code within a line. */
export function withoutCode(text: string): string {
    const kept: string[] = [];
    let fence: string | undefined;
    for (const line of text.split(/\r?\n/)) {
        const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
        if (fence === undefined) {
            if (mark === undefined) kept.push(line);
            else fence = mark;
        } else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    }
    return kept.join("\n").replace(/(`+)(?!`)[^`\n]*?(?<!`)\1(?!`)/g, " ");
}

/** Whether a fenced block of the text is not closed. */
export function hasOpenFence(text: string): boolean {
    let fence: string | undefined;
    for (const line of text.split(/\r?\n/)) {
        const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
        if (fence === undefined) fence = mark;
        else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    }
    return fence !== undefined;
}
