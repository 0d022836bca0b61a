import { isKeyword, type Token } from "./lexer.ts";
import { splitStatements } from "./statements.ts";

/** A comment by which another migration tool tells apart what goes forward and what goes back. */
export interface ToolMarker {
    readonly tool: string;
    /** What begins below it; undefined for another instruction to the tool. */
    readonly begins: "up" | "down" | undefined;
    readonly token: Token;
}

interface Markers {
    readonly up: RegExp;
    readonly down: RegExp;
    readonly other?: RegExp;
}

/** Tools whose files may hold both directions, with what they look for at the beginning of a line. */
const tools: Readonly<Record<string, Markers>> = {
    dbmate: { up: /^--\s*migrate:up\b/i, down: /^--\s*migrate:down\b/i },
    goose: markWith("\\+goose"),
    "sql-migrate": markWith("\\+migrate"),
    micrate: markWith("\\+micrate"),
    rambler: { up: /^--\s*rambler\s+up\b/i, down: /^--\s*rambler\s+down\b/i },
    tern: { up: /^(?!)/, down: /^-+ create above \/ drop below -+$/i },
    shmig: { up: /^-- =+ *up *=+$/i, down: /^-- =+ *down *=+$/i },
    Play: { up: /^-+\s*!Ups\b/i, down: /^-+\s*!Downs\b/i },
    MyBatis: { up: /^(?!)/, down: /^--\s*\/\/\s*@UNDO\b/i },
    "node-pg-migrate": { up: /^--+\s*up migration\b/i, down: /^--+\s*down migration\b/i },
    "node-sqlite": { up: /^--+\s*up$/i, down: /^--+\s*down$/i },
};

function markWith(sign: string): Markers {
    const mark = (words: string): RegExp => new RegExp(`^--\\s*${sign}\\s+(?:${words})\\b`, "i");
    return {
        up: mark("up"),
        down: mark("down"),
        other: mark("statement ?begin|statement ?end|no transaction|notransaction|envsub (?:on|off)"),
    };
}

/** How all of them begin, so that other comments are compared with one expression only. */
const beginning = /^-+\s*(?:migrate:|\+|rambler\s|create above|=|!|\/\/|(?:up|down)\b)/i;

/** Finds these comments among all tokens of a script, in order. One in a literal or after a statement on its line is none. */
export function findToolMarkers(tokens: readonly Token[]): ToolMarker[] {
    return tokens.flatMap((token, at) => {
        if (token.kind !== "comment" || !beginning.test(token.text)) return [];
        const before = tokens[at - 1];
        const isFirst = before === undefined || (before.kind === "space" && (at === 1 || before.text.includes("\n")));
        const marker = isFirst ? readMarker(token) : undefined;
        // Plain words, which a comment above a column may be.
        return marker && !(marker.tool === "node-sqlite" && isInside(tokens, token)) ? marker : [];
    });
}

const firstWord = /^(ALTER|CREATE|DELETE|DROP|INSERT|PRAGMA|REINDEX|REPLACE|SELECT|UPDATE|VALUES|WITH)$/i;

// Whether a comment is part of a statement; the last statement before a marker may lack its semicolon.
function isInside(tokens: readonly Token[], { offset }: Token): boolean {
    const text = tokens.map((token) => token.text).join("");
    for (const { tokens: own } of splitStatements(text, tokens)) {
        const at = own.findIndex((token) => token.offset > offset);
        const next = own[at];
        if (at < 1 || !next) continue;
        const count = (sign: string): number => own.slice(0, at).filter((token) => token.text === sign).length;
        const isBody = isKeyword(own.at(-1), "END");
        return count("(") > count(")") || isBody || !firstWord.test(next.text);
    }
    return false;
}

function readMarker(token: Token): ToolMarker | undefined {
    const text = token.text.trimEnd();
    for (const [tool, { up, down, other }] of Object.entries(tools)) {
        if (up.test(text)) return { tool, begins: "up", token };
        if (down.test(text)) return { tool, begins: "down", token };
        if (other?.test(text)) return { tool, begins: undefined, token };
    }
    return undefined;
}
