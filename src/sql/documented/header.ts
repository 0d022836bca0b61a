import type { Token } from "../lexer.ts";
import type { Statement } from "../statements.ts";

/** Records a problem of the file that is being read; reading goes on. */
export type Refuse = (line: number, message: string, remedy: string) => void;

/** A line of a comment, without the `--`. */
export interface CommentLine {
    readonly text: string;
    readonly line: number;
}

export interface Header {
    /** Its sentences: the lines up to a heading or an empty line. */
    readonly title: string;
    /** The text after each heading, with the line of the heading. */
    readonly parts: ReadonlyMap<string, CommentLine>;
    /** Lines of another form, such as parameters. */
    readonly apart: readonly CommentLine[];
}

/** Lists the lines of `--` comments between two statements, or above the first one. */
export function listLinesAbove(
    tokens: readonly Token[],
    before: Statement | undefined,
    next: Statement,
): CommentLine[] {
    const from = before?.tokens.at(-1)?.offset ?? -1;
    const to = next.tokens[0]?.offset ?? from;
    return tokens
        .filter(({ offset }) => offset > from && offset < to)
        .filter(({ kind, text }) => kind === "comment" && text.startsWith("--"))
        .map(({ text, line }) => ({ text: text.slice(2).replace(/^ /, "").trimEnd(), line }));
}

/**
 * Reads a comment: sentences first, then lines `Heading: text`. An indented line continues the line before it; text
 * after an empty line is not read.
 *
 * @param isApart the form of lines that the caller reads
 */
export function readHeader(
    lines: readonly CommentLine[],
    headings: readonly string[],
    refuse: Refuse,
    isApart?: RegExp,
): Header {
    const [title, prose, none]: [string[], string[], string[]] = [[], [], []];
    const found = new Map<string, { words: string[]; line: number }>();
    const apart: CommentLine[] = [];
    let current = title;
    for (const { text, line } of lines) {
        const heading = headings.find((word) => text.startsWith(`${word}:`));
        if (heading !== undefined) {
            if (found.has(heading)) refuse(line, `'${heading}:' appears twice`, "keep one");
            current = [text.slice(heading.length + 1).trim()];
            found.set(heading, { words: current, line });
        } else if (isApart?.test(text)) {
            current = none;
            apart.push({ text, line });
        } else if (text === "") {
            current = prose;
        } else if (current === title || current === prose || (current !== none && /^\s/.test(text))) {
            current.push(text.trim());
        } else {
            refuse(line, "belongs to no heading", strayRemedy);
        }
    }
    const join = (words: readonly string[]): string => words.join(" ").trim();
    const parts = new Map([...found].map(([heading, { words, line }]) => [heading, { text: join(words), line }]));
    return { title: join(title), parts, apart };
}

const strayRemedy =
    "put sentences first, indent a continued line by four more spaces, and put an empty line before other notes";
