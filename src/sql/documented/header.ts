import type { SqlFile } from "./folder.ts";
import type { Refuse } from "./problems.ts";

/** A line of a comment, without its sign. */
export interface CommentLine {
    readonly text: string;
    readonly line: number;
}

/** What a comment says. */
export interface Header<Heading extends string> {
    /** Its sentences: all lines up to a heading or an empty line. */
    readonly title: string;
    /** What stands behind each heading, with the line of the heading. */
    readonly parts: ReadonlyMap<Heading, CommentLine>;
    /** Lines of another form, which are read elsewhere. */
    readonly apart: readonly CommentLine[];
}

/** The lines of `--` comments between a statement of a file, by its place, and the statement before. */
export function listLinesAbove({ tokens, statements }: SqlFile, at = 0): CommentLine[] {
    const from = at === 0 ? -1 : (statements[at - 1]?.tokens.at(-1)?.offset ?? -1);
    const to = statements[at]?.tokens[0]?.offset ?? from;
    return tokens
        .filter(({ offset }) => offset > from && offset < to)
        .filter(({ kind, text }) => kind === "comment" && text.startsWith("--"))
        .map(({ text, line }) => ({ text: text.slice(2).replace(/^ /, "").trimEnd(), line }));
}

/**
 * Reads a comment: sentences first, then lines `Heading: text`. An indented line goes on with the one before it; what
 * comes after an empty line is for readers alone.
 *
 * @param isApart what the lines look like that have another form
 */
export function readHeader<Heading extends string>(
    lines: readonly CommentLine[],
    headings: readonly Heading[],
    refuse: Refuse,
    isApart?: RegExp,
): Header<Heading> {
    const [title, prose, none]: [string[], string[], string[]] = [[], [], []];
    const found = new Map<Heading, { words: string[]; line: number }>();
    const apart: CommentLine[] = [];
    let current = title;
    for (const { text, line } of lines) {
        const heading = headings.find((word) => text.startsWith(`${word}:`));
        if (heading !== undefined) {
            if (found.has(heading)) refuse(line, `'${heading}:' stands here twice`, "keep one");
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
            refuse(line, "belongs to nothing", strayRemedy);
        }
    }
    const join = (words: readonly string[]): string => words.join(" ").trim();
    const parts = new Map([...found].map(([heading, { words, line }]) => [heading, { text: join(words), line }]));
    return { title: join(title), parts, apart };
}

const strayRemedy =
    "put sentences first, begin a line that goes on with four more spaces, and put an empty one before other notes";

/**
 * Refuses a comment that does not begin with a sentence, or that lacks a line.
 *
 * @param examples an example of what stands behind each heading that must be there
 */
export function requireHeader<Heading extends string>(
    { title, parts }: Header<Heading>,
    examples: Readonly<Partial<Record<NoInfer<Heading>, string>>>,
    refuse: Refuse,
): void {
    if (title === "") refuse(1, "does not say what it is", "begin the file with a sentence in a comment");
    for (const [heading, example] of Object.entries(examples) as [Heading, string][]) {
        if (parts.get(heading)?.text) continue;
        refuse(1, `has no line '${heading}: …'`, `add a line such as \`-- ${heading}: ${example}\``);
    }
}
