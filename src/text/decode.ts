import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { describeReadError, findObstacle } from "./obstacle.ts";

/**
 * Decodes UTF-8 without losing anything: each byte that is not UTF-8 becomes the unpaired surrogate U+DC00 + byte, which no
 * valid text contains.
 */
export function decodeBytes(bytes: Uint8Array): string {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (isUtf8(buffer)) return buffer.toString();
    let [text, from, at] = ["", 0, 0];
    while (at < buffer.length) {
        const length = lengthOf(buffer[at] ?? 0);
        if (length === 1 || isUtf8(buffer.subarray(at, at + length))) {
            at += length;
            continue;
        }
        text += buffer.toString("utf8", from, at) + String.fromCharCode(0xdc00 + (buffer[at] ?? 0));
        from = ++at;
    }
    return text + buffer.toString("utf8", from);
}

/** The bytes that decodeBytes() made a text of. */
export function encodeBytes(text: string): Buffer {
    if (text.isWellFormed()) return Buffer.from(text);
    const parts = text.split(/([\udc80-\udcff])/u);
    return Buffer.concat(
        parts.map((part, at) => (at % 2 === 0 ? Buffer.from(part) : Buffer.from([part.charCodeAt(0) - 0xdc00]))),
    );
}

/** Shows a text from decodeBytes(): a byte that is not UTF-8 as `\xE9`. */
export function showEachByte(text: string): string {
    return text.replace(/[\udc80-\udcff]/gu, (byte) => `\\x${hexOf(byte)}`);
}

/** Decodes a stream block by block, as decodeBytes() does; a character may be cut by the end of a block. */
export function createDecoder(): { write: (block: Buffer) => string; end: () => string } {
    let rest: Buffer = Buffer.alloc(0);
    return {
        write(block) {
            const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
            let cut = bytes.length;
            for (let back = 1; back <= 3 && back <= bytes.length; back++) {
                const byte = bytes[bytes.length - back] ?? 0;
                if ((byte & 0xc0) === 0x80) continue;
                if (lengthOf(byte) > back) cut = bytes.length - back;
                break;
            }
            rest = bytes.subarray(cut);
            return decodeBytes(bytes.subarray(0, cut));
        },
        end: () => decodeBytes(rest),
    };
}

/**
 * Decodes a file that is used only as a whole.
 *
 * @param name of the file, for the error
 * @throws AppError `invalid-files` with the line of the first byte that is not UTF-8
 */
export function decodeText(bytes: Uint8Array, name: string, outcome = "Nothing was changed."): string {
    const problem = explainEncoding(bytes);
    if (!problem) return decodeBytes(bytes);
    const message = `'${name}' cannot be read: ${name}:${problem.line}: ${problem.why}`;
    throw new AppError("invalid-files", message, { hint: `save ${name} as UTF-8`, outcome });
}

/**
 * Reads a file of text.
 *
 * @param path relative to `root`
 * @throws AppError `invalid-files` when it is not UTF-8, cannot be read, or is a pipe, a device, or a link without its file
 */
export async function readText(root: string, path: string, outcome?: string): Promise<string> {
    const refuse = (why: string): never => {
        const hint = "replace it with a file that can be read, or remove it";
        throw new AppError("invalid-files", `${path} cannot be read: ${why}`, { hint, outcome });
    };
    const obstacle = findObstacle(join(root, path));
    if (obstacle !== undefined) return refuse(obstacle);
    const bytes = await readFile(join(root, path)).catch((error: unknown) => refuse(describeReadError(error)));
    return decodeText(bytes, path, outcome);
}

/** Says why bytes are not UTF-8, and in which line; undefined when they are. */
export function explainEncoding(bytes: Uint8Array): { readonly line: number; readonly why: string } | undefined {
    if (isUtf16(bytes)) return { line: 1, why: "it is UTF-16, not UTF-8" };
    if (isUtf8(bytes)) return undefined;
    const text = decodeBytes(bytes);
    const at = text.search(/[\udc80-\udcff]/u);
    const line = text.slice(0, at).split("\n").length;
    return { line, why: `it is not UTF-8 (byte ${hexOf(text.charAt(at))})` };
}

/** Whether bytes are UTF-16: by their byte order mark, or because every second one of the first is NUL. */
export function isUtf16(bytes: Uint8Array): boolean {
    const [first, second, third, fourth] = bytes;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
    if (bytes.length < 4 || bytes.length % 2 === 1) return false;
    return first === 0 ? second !== 0 && third === 0 && fourth !== 0 : second === 0 && third !== 0 && fourth === 0;
}

// Of the sequence that begins with a byte. A byte that begins none is tried as one, and refused.
function lengthOf(byte: number): number {
    if (byte < 0x80) return 1;
    if (byte < 0xe0) return 2;
    return byte < 0xf0 ? 3 : 4;
}

function hexOf(byte: string): string {
    return (byte.charCodeAt(0) & 0xff).toString(16).toUpperCase();
}
