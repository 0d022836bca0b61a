import { findRepeatedKey, parseJson } from "../../text/json.ts";
import { writeJson } from "../../text/written.ts";

// A parser of pieces decodes the escapes of strings, and how they were written is lost. So they are hidden from it: `\u00e9`
// is turned into NUL and `00e9`, and `\/` into NUL and `/`. No string has another NUL, which JSON can write only as `\u0000`.

/** Hides the escapes in JSON that comes in blocks. */
export interface EscapeHider {
    /** Whether there were any. */
    readonly found: boolean;
    /** Returns the block, but for an escape that begins at its end, which is returned with the next one. */
    hide(block: string): string;
    end(): string;
}

const escapes = /\\(?:u([\da-fA-F]{4})|([\s\S]))/g;
/** At the end of a block. An even number of backslashes before it is as many characters. */
const begun = /(?<!\\)(?:\\\\)*(\\(?:u[\da-fA-F]{0,3})?)$/;

/** Makes one for the blocks of one text. */
export function createEscapeHider(): EscapeHider {
    let [rest, found] = ["", false];
    const replace = (whole: string, code: string | undefined, sign: string | undefined): string => {
        if (code === undefined && sign !== "/") return whole;
        found = true;
        return `\\u0000${code ?? sign}`;
    };
    return {
        get found() {
            return found;
        },
        hide(block) {
            const text = rest + block;
            rest = begun.exec(text)?.[1] ?? "";
            return text.slice(0, text.length - rest.length).replace(escapes, replace);
        },
        end: () => rest,
    };
}

/** Reads a value that was parsed with hidden escapes as parseJson() reads it, and finds a key that is in one object twice. */
export function revealEscapes(value: unknown): { readonly value: unknown; readonly repeated: string | undefined } {
    const written = writeJson(value);
    if (!written.includes(hidden)) return { value, repeated: undefined };
    const revealed = parseJson(
        written.replace(/\\u0000(?:([\da-fA-F]{4})|\/)/g, (_, code) => (code ? `\\u${code}` : "\\/")),
    );
    return { value: revealed, repeated: findRepeatedKey(revealed) };
}

const hidden = "\\u0000";
