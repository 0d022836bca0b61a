import { isSignificant, type Token } from "../sql/lexer.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import { findRunnersPart, type ParsedScript } from "./parse.ts";
import type { SourceMigration } from "./source.ts";

/** What becomes of one direction of a migration. */
export interface Transcript {
    /** The text of the new file; undefined when no statement is left. */
    readonly text: string | undefined;
    /** What the runner does itself, in the order of the file: `BEGIN`. */
    readonly removed: readonly string[];
}

/** A migration of the other tool on its way into files. */
export interface Imported {
    readonly source: SourceMigration;
    readonly up: ParsedScript;
    readonly down: ParsedScript | undefined;
    readonly forward: Transcript;
    readonly back: Transcript | undefined;
}

interface Range {
    readonly from: number;
    readonly to: number;
}

/**
 * Copies a script without the comments for the other tool, what the runner does itself, and the statements that move to
 * files of their own. The rest stays byte for byte, but for the blank lines around a gap and at the ends.
 */
export function transcribe(script: ParsedScript, isMoved: (statement: Statement) => boolean): Transcript {
    const { text, tokens, statements, instructions } = script;
    const removed = statements.flatMap((statement) => findRunnersPart(statement) ?? []);
    const gaps = [
        ...instructions.map(({ offset, text: own }) => ({ from: offset, to: offset + own.trimEnd().length })),
        ...statements.filter(findRunnersPart).map((statement) => rangeOf(statement, tokens)),
        ...statements.filter(isMoved).map((statement) => withComments(rangeOf(statement, tokens), script)),
    ].sort((left, right) => left.from - right.from);
    const rest = cut(text, gaps).replace(/^(?:[ \t]*\r?\n)+/, "");
    if (splitStatements(rest).length === 0) return { text: undefined, removed };
    return { text: `${rest.trimEnd()}\n`, removed };
}

/** Returns a statement with the comment directly above it and its semicolon. */
export function readWithComment(script: ParsedScript, statement: Statement): string {
    const { from, to } = withComments(rangeOf(statement, script.tokens), script);
    return `${script.text.slice(from, to).replace(/;?$/, ";")}\n`;
}

function rangeOf(statement: Statement, tokens: readonly Token[]): Range {
    const from = statement.tokens[0]?.offset ?? 0;
    const to = from + statement.sql.length;
    const next = tokens.find((token) => token.offset >= to && isSignificant(token));
    return { from, to: next?.text === ";" ? next.offset + 1 : to };
}

// Comments on lines of their own, without a blank line between them and the statement.
function withComments({ from, to }: Range, { tokens, instructions }: ParsedScript): Range {
    let start = from;
    const before = tokens.slice(
        0,
        tokens.findIndex(({ offset }) => offset === from),
    );
    for (let at = before.length - 1; at >= 0; at -= 2) {
        const [space, comment, gap] = [before[at], before[at - 1], before[at - 2]];
        const isNext = space?.kind === "space" && space.text.split("\n").length === 2;
        const isAlone = gap === undefined || (gap.kind === "space" && gap.text.includes("\n"));
        if (!isNext || comment?.kind !== "comment" || !isAlone || instructions.includes(comment)) break;
        start = comment.offset;
    }
    return { from: start, to };
}

// A line of which nothing is left goes, with the blank lines below it where there is one above.
function cut(text: string, gaps: readonly Range[]): string {
    const lines: string[] = [];
    let offset = 0;
    let isAfterGap = false;
    for (const line of text.split(/(?<=\n)/)) {
        const [start, end] = [offset, offset + line.length];
        offset = end;
        const own = gaps.filter(({ from, to }) => from < end && to > start);
        const left = own.reduceRight(
            (kept, { from, to }) =>
                `${kept.slice(0, Math.max(0, from - start))}${kept.slice(Math.min(line.length, to - start))}`,
            line,
        );
        const isBlank = left.trim() === "";
        const isAboveBlank = (lines.at(-1) ?? "").trim() === "";
        if (isBlank && (own.length > 0 || (isAfterGap && isAboveBlank))) {
            isAfterGap = true;
            continue;
        }
        isAfterGap = false;
        // A range that reaches over the end of its line takes the line break along; what stood before it gets one.
        const isAtEnd = own.some(({ to }) => line.slice(Math.max(0, to - start)).trim() === "");
        lines.push(isAtEnd ? `${left.trimEnd()}\n` : left);
    }
    return lines.join("");
}
