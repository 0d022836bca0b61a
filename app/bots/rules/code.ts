/** The lines of a text outside fenced blocks, and whether the last block is open. */
function readFences(text: string): { readonly prose: readonly string[]; readonly isOpen: boolean } {
    const prose: string[] = [];
    let fence: string | undefined;
    for (const line of text.split(/\r?\n/)) {
        if (fence === undefined) {
            fence = /^ {0,3}(`{3,}|~{3,})[^`]*$/.exec(line)?.[1];
            if (fence === undefined) prose.push(line);
            // Models also close a block behind its last line of code.
        } else if (line.trimEnd().endsWith(fence)) fence = undefined;
    }
    return { prose, isOpen: fence !== undefined };
}

/** Gives the text without its code: fenced blocks, also one that is not closed, and code within a line. */
export function withoutCode(text: string): string {
    return readFences(text)
        .prose.join("\n")
        .replace(/(`+)(?!`)[^`\n]*?(?<!`)\1(?!`)/g, " ");
}

/** Whether a fenced block of the text is not closed. */
export function hasOpenFence(text: string): boolean {
    return readFences(text).isOpen;
}
