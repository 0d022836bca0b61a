import type { Argument } from "../database/connection.ts";
import type { SqlFile } from "../sql/documented/folder.ts";
import { type CommentLine, listLinesAbove, readHeader, requireHeader } from "../sql/documented/header.ts";
import type { Refuse } from "../sql/documented/problems.ts";
import { tokenize } from "../sql/lexer.ts";

/** A value that the statement asks for by name, such as `:channel`. */
export interface QueryParameter {
    /** Without its colon. */
    readonly name: string;
    /** A value that shows what is meant; integers are numbers. */
    readonly example: Argument;
}

/** What the comment at the top of a query's file says. */
export interface QueryHeader {
    /** What the query gives or does, in a sentence or two. */
    readonly title: string;
    /** Who asks: the page or the bot. */
    readonly purpose: string;
    /** In the order in which they are listed, with the line of each. */
    readonly parameters: readonly (QueryParameter & { readonly line: number })[];
    /** Why it takes as long as its tables are large, where it does: no page waits for it. */
    readonly report: string | undefined;
    /** Why it reads a table or an index from one end, where it does. */
    readonly scans: string | undefined;
    /** Why it sorts, or groups, in memory, where it does. */
    readonly sorts: string | undefined;
}

const parameter = /^:(\w+)\s*=\s*(.+)$/;

/**
 * Reads the comment lines above the statement: sentences first, then `For: …`, `:name = example`, and `Report: …`,
 * `Scans: …` or `Sorts: …` where they apply.
 */
export function readQueryHeader(file: SqlFile, refuse: Refuse): QueryHeader {
    const header = readHeader(listLinesAbove(file), ["For", "Report", "Scans", "Sorts"], refuse, /^:/);
    requireHeader(header, { For: "the page of a question." }, refuse);
    const { title, parts, apart } = header;
    return {
        title,
        purpose: parts.get("For")?.text ?? "",
        parameters: readParameters(apart, refuse),
        report: parts.get("Report")?.text || undefined,
        scans: parts.get("Scans")?.text || undefined,
        sorts: parts.get("Sorts")?.text || undefined,
    };
}

function readParameters(lines: readonly CommentLine[], refuse: Refuse): QueryHeader["parameters"] {
    const parameters: (QueryParameter & { line: number })[] = [];
    for (const { text, line } of lines) {
        const [, name, example] = parameter.exec(text) ?? [];
        const value = example === undefined ? undefined : readLiteral(example);
        if (name === undefined) {
            refuse(line, "is no parameter with an example", "write it as `-- :channel = 'system-design'`");
        } else if (value === undefined) {
            refuse(line, `the example of :${name} is no value`, "write it as SQL would: 'text', 42, 0.5 or NULL");
        } else if (parameters.some((other) => other.name === name)) {
            refuse(line, `:${name} stands here twice`, "keep one");
        } else {
            parameters.push({ name, example: value, line });
        }
    }
    return parameters;
}

/** Reads a value as SQL writes it: 'text', 42, -0.5 or NULL; undefined for anything else. */
export function readLiteral(text: string): Argument | undefined {
    const tokens = tokenize(text.trim()).filter((token) => token.kind !== "space");
    const [first, second] = tokens;
    const isNegative = first?.text === "-" && tokens.length === 2;
    const token = isNegative ? second : first;
    if (!token || token.open || tokens.length > (isNegative ? 2 : 1)) return undefined;
    if (token.kind === "number") return readNumber(isNegative ? `-${token.text}` : token.text);
    if (isNegative) return undefined;
    if (token.kind === "word" && token.text.toUpperCase() === "NULL") return null;
    if (token.kind === "string" && token.text.startsWith("'")) return token.text.slice(1, -1).replaceAll("''", "'");
    return undefined;
}

function readNumber(text: string): Argument {
    const number = Number(text);
    return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
