import { isTransactionControl } from "../planning/refusals.ts";
import { readStructure } from "../planning/structure.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import { findOpenToken, type Statement, splitStatements } from "../sql/statements.ts";
import { findToolMarkers } from "../sql/tool-markers.ts";
import { refuseSource, type SourceText } from "./source.ts";

/** A script with its tokens; their lines and those of the statements are those of the file. */
export interface ParsedScript {
    readonly path: string;
    readonly text: string;
    readonly tokens: readonly Token[];
    readonly statements: readonly Statement[];
    /** Comments that instruct the other tool. */
    readonly instructions: readonly Token[];
}

/**
 * Parses a script. Where the other tool ends a statement without a semicolon, one is added.
 * @throws AppError `invalid-files` for a text with an unclosed literal, name or comment, or a NUL character
 */
export function parseScript({ path, line, text: written }: SourceText): ParsedScript {
    const open = findOpenToken(written);
    if (open) {
        const message = `${path}:${open.line + line - 1}: this ${open.kind} is never closed`;
        refuseSource(message, "close it; what stands below it cannot be read");
    }
    if (written.includes("\0")) refuseSource(`${path} contains a NUL character`, "save it as UTF-8 without it");
    const text = closeStatements(written);
    const tokens = tokenize(text).map((token) => ({ ...token, line: token.line + line - 1 }));
    const instructions = findInstructions(tokens);
    return { path, text, tokens, statements: splitStatements(text, tokens), instructions };
}

// `--> statement-breakpoint` may stand on the line of the statement before it.
function findInstructions(tokens: readonly Token[]): Token[] {
    const markers = findToolMarkers(tokens).map(({ token }) => token);
    return tokens.filter((token) => markers.includes(token) || isBreakpoint(token));
}

function isBreakpoint(token: Token): boolean {
    return token.kind === "comment" && /^--> statement-breakpoint\s*$/.test(token.text);
}

// drizzle-kit and goose end a statement at such a comment, even without a semicolon.
function closeStatements(text: string): string {
    const tokens = tokenize(text);
    const ends = findInstructions(tokens).flatMap((instruction) => {
        const last = tokens.slice(0, tokens.indexOf(instruction)).findLast(isSignificant);
        const isClosed = last === undefined || (last.text === ";" && last.kind === "operator");
        return isClosed ? [] : [last.offset + last.text.length];
    });
    return [...new Set(ends)].reduceRight((whole, at) => `${whole.slice(0, at)};${whole.slice(at)}`, text);
}

const strippedPragma = /^(foreign_keys|defer_foreign_keys|foreign_key_check)$/i;

/** Names what the runner does itself: the control of the transaction and the switching of foreign keys. */
export function findRunnersPart(statement: Statement): string | undefined {
    const [first, second] = statement.tokens;
    const keyword = first?.text.toUpperCase() ?? "";
    // What a ROLLBACK undid would stay, so it is left for a person to decide.
    if (isTransactionControl(statement) && keyword !== "ROLLBACK") return keyword;
    if (!isKeyword(first, "PRAGMA") || !strippedPragma.test(second?.text ?? "")) return undefined;
    return `PRAGMA ${second?.text.toLowerCase()}`;
}

/**
 * Finds the statements that switch foreign keys off, or defer them, for writes that the runner makes with them on: it only
 * switches them off for a rebuild.
 */
export function findKeySwitches({ statements }: ParsedScript): Statement[] {
    if (readStructure(statements).rebuilt.length > 0) return [];
    const last = statements.findLastIndex((statement) => {
        const fact = readFact(statement);
        return fact.does === "write" || (fact.does === "drop" && fact.type === "table");
    });
    return statements.slice(0, last + 1).filter(({ tokens: [first, name, , value] }) => {
        if (!isKeyword(first, "PRAGMA")) return false;
        const isOff = /^(off|no|false|0)$/i.test(value ? readName(value) : "");
        return isKeyword(name, "FOREIGN_KEYS") ? isOff : isKeyword(name, "DEFER_FOREIGN_KEYS") && !!value && !isOff;
    });
}
