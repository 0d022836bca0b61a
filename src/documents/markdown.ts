import GithubSlugger from "github-slugger";
import { lexer, type Token, type Tokens, walkTokens } from "marked";

/** A page in Markdown, read for what can be checked. */
export interface Page {
    /** Relative to the project's folder, with `/`. */
    readonly path: string;
    readonly text: string;
    /** The anchors of its headings, as GitHub makes them, and those of `<a id>`. */
    readonly anchors: ReadonlySet<string>;
    readonly links: readonly PageLink[];
    readonly blocks: readonly CodeBlock[];
}

export interface PageLink {
    /** As written: a path, an anchor or an address. */
    readonly target: string;
    readonly line: number;
}

/** A fenced block. */
export interface CodeBlock {
    /** The word after the fence; empty for none. */
    readonly language: string;
    /** Whether it shows a file rather than something to run: the word `file` follows the language. */
    readonly isFile: boolean;
    readonly text: string;
    /** The line of its first line of text. */
    readonly line: number;
    /** The name of the generated part that it stands in. */
    readonly part: string | undefined;
}

/** Reads a page. Pure. */
export function readPage(path: string, text: string): Page {
    const slugger = new GithubSlugger();
    const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
    const links: PageLink[] = [];
    const blocks: CodeBlock[] = [];
    let from = 0;
    for (const token of lexer(text)) {
        const line = countLines(text, from);
        walkTokens([token], (inner) => {
            if (inner.type === "heading") anchors.add(slugger.slug(plainText(inner as Tokens.Heading)));
            if (inner.type === "link" || inner.type === "image") {
                const at = Math.max(0, token.raw.indexOf(inner.raw));
                links.push({ target: (inner as Tokens.Link).href, line: line + countLines(token.raw, at) - 1 });
            }
            if (inner.type === "code") {
                const at = Math.max(0, token.raw.indexOf(inner.raw));
                const start = line + countLines(token.raw, at) - 1;
                blocks.push(toBlock(inner as Tokens.Code, start, findPart(text, from + at)));
            }
        });
        from += token.raw.length;
    }
    return { path, text, anchors, links, blocks };
}

function toBlock({ lang, text, raw }: Tokens.Code, line: number, part: string | undefined): CodeBlock {
    const isFenced = /^\s*(```|~~~)/.test(raw);
    const [language = "", kind] = (lang ?? "").split(/\s+/);
    return { language, isFile: kind === "file", text, line: line + (isFenced ? 1 : 0), part };
}

// The last marker before a place opens a part, or closes the one before.
function findPart(text: string, at: number): string | undefined {
    const markers = [...text.slice(0, at).matchAll(/^<!-- (\/?)([\w -]+) -->$/gm)];
    const [, slash, name] = markers.at(-1) ?? [];
    return slash === "" ? name : undefined;
}

/** Returns the text of a heading or paragraph without its markup. Pure. */
export function plainText({ tokens }: { tokens?: Token[] | undefined }): string {
    return (tokens ?? [])
        .map((token) =>
            "tokens" in token && token.tokens ? plainText(token) : "text" in token ? token.text : token.raw,
        )
        .join("");
}

function countLines(text: string, end: number): number {
    return text.slice(0, end).split("\n").length;
}
