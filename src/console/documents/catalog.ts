import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import { lexer, type Token, type Tokens } from "marked";
import { plainText } from "../../documents/markdown.ts";
import type { PageTexts } from "../../documents/pages.ts";

/** A page of the documents with its headings. */
export interface DocumentPage {
    /** Relative to the project's folder. */
    readonly path: string;
    /** Where the console shows it. */
    readonly address: string;
    readonly title: string;
    readonly tokens: readonly Token[];
    readonly sections: readonly DocumentSection[];
}

/** A heading and the text below it, up to the next heading. */
export interface DocumentSection {
    readonly heading: string;
    /** 1 to 6. */
    readonly depth: number;
    readonly anchor: string;
    readonly text: string;
}

/** A section that has all words of a search. */
export interface Match {
    readonly page: DocumentPage;
    readonly section: DocumentSection;
    /** The text around the first word. */
    readonly excerpt: string;
}

const own = "docs/";

/** Returns the address of a page or picture: that of docs/ in short, others below `project/`. */
export function addressOf(path: string): string {
    const shown = path.startsWith(own) ? path.slice(own.length) : `project/${path}`;
    return `/docs/${shown.split("/").map(encodeURIComponent).join("/")}`;
}

/** Finds the file that an address shows; undefined where there is none. `name` is what follows `/docs/`. */
export function findDocumentPath(texts: PageTexts, name: string): string | undefined {
    const path = name.startsWith("project/") ? name.slice("project/".length) : `${own}${name}`;
    return texts.has(path) ? path : undefined;
}

/** Reads a page: its tokens, and its sections with their anchors as GitHub makes them. Pure. */
export function readDocumentPage(path: string, text: string): DocumentPage {
    const tokens = lexer(text);
    const sections = listSections(tokens);
    const title = sections.find(({ depth }) => depth === 1)?.heading ?? posix.basename(path, ".md");
    return { path, address: addressOf(path), title, tokens, sections };
}

function listSections(tokens: readonly Token[]): DocumentSection[] {
    const slugger = new GithubSlugger();
    const sections: (Omit<DocumentSection, "text"> & { text: string })[] = [];
    for (const token of tokens) {
        if (token.type === "heading") {
            const { depth } = token as Tokens.Heading;
            const heading = plainText(token as Tokens.Heading);
            sections.push({ heading, depth, anchor: slugger.slug(heading), text: "" });
        } else if (token.type !== "html" && token.type !== "space") {
            const section = sections.at(-1);
            if (section) section.text += ` ${toText(token)}`;
        }
    }
    return sections;
}

function toText(token: Token): string {
    if (token.type === "list") return (token as Tokens.List).items.map(toText).join(" ");
    if (token.type === "table") {
        const { header, rows } = token as Tokens.Table;
        return [header, ...rows].flatMap((cells) => cells.map(plainText)).join(" ");
    }
    if (token.type === "code") return (token as Tokens.Code).text;
    if ("tokens" in token && token.tokens) return token.tokens.map(toText).join("");
    return "text" in token ? String(token.text) : "";
}

const mostMatches = 50;
const excerptLength = 140;

/** Finds the sections that have every word of a search, those that name it in their heading first. Pure. */
export function searchDocuments(pages: readonly DocumentPage[], search: string): Match[] {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const matches = pages.flatMap((page) =>
        page.sections.flatMap((section) => {
            const [heading, text] = [section.heading.toLowerCase(), section.text.toLowerCase()];
            if (!words.every((word) => heading.includes(word) || text.includes(word))) return [];
            const rank = words.every((word) => heading.includes(word)) ? section.depth : 10;
            return [{ rank, match: { page, section, excerpt: excerptOf(section.text, words) } }];
        }),
    );
    return matches
        .sort((one, other) => one.rank - other.rank)
        .slice(0, mostMatches)
        .map(({ match }) => match);
}

function excerptOf(text: string, words: readonly string[]): string {
    const line = text.replace(/\s+/g, " ").trim();
    const found = words.map((word) => line.toLowerCase().indexOf(word)).filter((at) => at >= 0);
    const from = Math.max(0, (found.length === 0 ? 0 : Math.min(...found)) - 40);
    const start = from === 0 ? 0 : line.indexOf(" ", from) + 1;
    const cut = line.lastIndexOf(" ", start + excerptLength);
    const end = line.length - start <= excerptLength || cut <= start ? start + excerptLength : cut;
    return `${start > 0 ? "… " : ""}${line.slice(start, end)}${end < line.length ? " …" : ""}`;
}
