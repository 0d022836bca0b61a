import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import Assembler from "stream-json/assembler.js";
import { jsonParser } from "stream-json/parser.js";
import { createDecoder } from "../../text/decode.ts";
import { isUsualNumber } from "../../text/scan.ts";
import { WrittenNumber } from "../../text/written.ts";
import { describeRepeated } from "../validate.ts";
import { holdsLines, isGzip, linesName } from "./documents.ts";
import { createEscapeHider, revealEscapes } from "./escapes.ts";

/** A document, or a part of it with the same shape. `firstIndex` is the index of an array's first item in the whole. */
interface Part {
    readonly kind: "part";
    readonly value: unknown;
    readonly bytes: number;
    readonly firstIndex: number;
}

/** A piece of a file that is too large to read as a whole. */
export type Piece =
    | { readonly kind: "line"; readonly position: string; readonly text: string }
    /** A line that is longer than any valid record. */
    | { readonly kind: "overlong"; readonly position: string }
    | Part;

/** The file is not valid JSON or gzip. Earlier pieces must be discarded. */
export class DamagedFile extends Error {
    override name = "DamagedFile";
    readonly code: "invalid-json" | "invalid-gzip" | "repeated-key" | "too-large";

    constructor(code: DamagedFile["code"], message: string) {
        super(message);
        this.code = code;
    }
}

export interface PieceLimits {
    readonly block: number;
    /** Characters that are examined to find the format. */
    readonly head: number;
    /** Characters of text after which a part is complete. */
    readonly part: number;
    /** A line with more characters is overlong. */
    readonly line: number;
    /** A file with more characters of one value, which is kept in memory, is refused. */
    readonly value: number;
}

const usualLimits: PieceLimits = { block: 1 << 20, head: 1 << 22, part: 1 << 22, line: 1 << 25, value: 1 << 27 };

/**
 * Reads a file line by line, or one JSON value in parts of its outermost array or object. A blank file has no piece but blank lines.
 * @throws DamagedFile
 */
export async function* readPieces(file: string, limits = usualLimits): AsyncGenerator<Piece> {
    const blocks = decode(file, limits.block);
    let head = "";
    while (head.length < limits.head) {
        const { value, done } = await blocks.next();
        if (done) break;
        head += value;
        if (linesName.test(file) || holdsLines(head)) break;
    }
    const text = joinText(head, blocks);
    yield* linesName.test(file) || holdsLines(head) ? readLines(text, limits.line) : readParts(text, limits);
}

async function* joinText(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
    yield head.replace(/^\uFEFF/, "");
    yield* rest;
}

async function* decode(file: string, blockBytes: number): AsyncGenerator<string> {
    const packed = await isPacked(file);
    const bytes = createReadStream(file, { highWaterMark: blockBytes });
    // pipeline() passes an error of either stream to the reader of the last one.
    const source = packed ? pipeline(bytes, createGunzip({ chunkSize: blockBytes }), () => undefined) : bytes;
    const decoder = createDecoder();
    try {
        for await (const block of source) yield decoder.write(block as Buffer);
    } catch (error) {
        const isOfGzip = error instanceof Error && "code" in error && /^Z_/.test(String(error.code));
        if (!isOfGzip) throw error;
        throw new DamagedFile("invalid-gzip", `the file is cut off or damaged: ${(error as Error).message}`);
    }
    yield decoder.end();
}

async function isPacked(file: string): Promise<boolean> {
    const handle = await open(file);
    try {
        const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
        return isGzip(buffer);
    } finally {
        await handle.close();
    }
}

async function* readLines(text: AsyncIterable<string>, longest: number): AsyncGenerator<Piece> {
    let [number, rest, isOverlong] = [0, "", false];
    const emit = (line: string): Piece => {
        const position = `line ${++number}`;
        const piece: Piece = isOverlong
            ? { kind: "overlong", position }
            : { kind: "line", position, text: line.trim() };
        isOverlong = false;
        return piece;
    };
    for await (const block of text) {
        const lines = block.split("\n");
        for (const [at, line] of lines.entries()) {
            rest = isOverlong ? "" : rest + line;
            if (rest.length > longest) [rest, isOverlong] = ["", true];
            if (at === lines.length - 1) break;
            yield emit(rest);
            rest = "";
        }
    }
    yield emit(rest);
}

async function* readParts(
    text: AsyncIterable<string>,
    { part: partLength, value: longest }: PieceLimits,
): AsyncGenerator<Piece> {
    const tokensOf = jsonParser({ streamValues: false });
    const escapes = createEscapeHider();
    const splitter = createSplitter(partLength);
    let [seen, emitted, isBlank] = [0, 0, true];
    for await (const block of text) {
        isBlank &&= !/\S/.test(block);
        if (isBlank) {
            seen += block.length;
            emitted = seen;
            continue;
        }
        for (const token of parseBlock(tokensOf, escapes.hide(block), seen)) {
            const part = splitter.consume(token);
            if (!part) continue;
            yield escapes.found ? reveal(part) : part;
            emitted = seen;
        }
        seen += block.length;
        if (seen - emitted <= longest && splitter.depth() <= deepest) continue;
        const what =
            splitter.depth() > deepest ? `is nested over ${deepest} levels deep` : `has over ${longest} characters`;
        throw new DamagedFile("too-large", `a value after the first ${emitted} characters ${what}`);
    }
    if (isBlank) return;
    parseBlock(tokensOf, escapes.end(), seen);
    const rest = splitter.end();
    if (rest) yield escapes.found ? reveal(rest) : rest;
}

function reveal(part: Part): Part {
    const { value, repeated } = tryReveal(part.value);
    if (repeated !== undefined) throw new DamagedFile("repeated-key", describeRepeated(repeated));
    return { ...part, value };
}

function tryReveal(value: unknown): ReturnType<typeof revealEscapes> {
    try {
        return revealEscapes(value);
    } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new DamagedFile("too-large", "a value is nested too deep for a file with escapes");
    }
}

/** How deep a value may be nested. */
const deepest = 100_000;

type Token = Parameters<Assembler["consume"]>[0];

function parseBlock(tokensOf: ReturnType<typeof jsonParser>, block: string, seen: number): readonly Token[] {
    try {
        const tokens = tokensOf(block) as { readonly values?: readonly Token[] };
        return tokens.values ?? [];
    } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new DamagedFile("invalid-json", `${message}, within ${block.length} characters after the first ${seen}`);
    }
}

/** Keeps numbers as they were written, and refuses a repeated key, of which only one value would be left. */
class WrittenAssembler extends Assembler<unknown> {
    override numberValue(value: string): void {
        if (isUsualNumber(value)) super.numberValue(value);
        else this.stringValue(new WrittenNumber(value) as unknown as string);
    }

    override keyValue(value: string): void {
        if (Object.hasOwn(this.current as object, value)) {
            throw new DamagedFile("repeated-key", describeRepeated(value));
        }
        super.keyValue(value);
    }
}

// Assembles tokens into parts of the outermost container, or of a container in it, such as the array in `{questions: […]}`.
// The scalars of the outermost object are repeated in each part. end() returns the rest.
function createSplitter(partLength: number) {
    const assembler = new WrittenAssembler();
    let [bytes, firstIndex, isSplit, isInside] = [0, 0, false, false];
    /** Value of `bytes` when the container in the outermost one began. */
    let outside = 0;
    const emit = (value: unknown): Part => {
        const part: Part = { kind: "part", value, bytes, firstIndex };
        [bytes, outside] = [0, 0];
        return part;
    };
    const cut = (container: object, value: unknown): Part => {
        const part = emit(value);
        firstIndex += Array.isArray(container) ? container.length : 0;
        isSplit = true;
        assembler.current = Array.isArray(container) ? [] : {};
        return part;
    };
    return {
        depth: () => assembler.depth,
        consume(token: Token): Part | undefined {
            assembler.consume(token);
            bytes += lengthOf(token);
            const { depth, stack } = assembler;
            if (depth === 2 && (token.name === "startObject" || token.name === "startArray")) outside = bytes;
            if ((token.name !== "endObject" && token.name !== "endArray") || depth === 0) return;
            const current = assembler.current as object;
            if (depth === 1 && isInside) {
                const part = isAllEmitted(current) ? undefined : emit(current);
                [isInside, firstIndex] = [false, 0];
                assembler.current = pickScalars(current);
                return part;
            }
            if (bytes < partLength || !isCollection(current)) return;
            if (depth === 1) return cut(current, current);
            const [outermost, key] = stack;
            // A small one is a record by id of which only arrays and objects have been read so far.
            if (depth !== 2 || Array.isArray(outermost) || bytes - outside < partLength) return;
            isInside = true;
            stack[0] = pickScalars(outermost as object);
            return cut(current, { ...(outermost as object), [String(key)]: current });
        },
        end(): Part | undefined {
            if (!assembler.done) throw new DamagedFile("invalid-json", "the file ends before its JSON does");
            const { current } = assembler;
            return isSplit && isAllEmitted(current as object) ? undefined : emit(current);
        },
    };
}

function lengthOf(token: Token): number {
    return "value" in token && typeof token.value === "string" ? token.value.length + 4 : 4;
}

function isScalar(value: unknown): boolean {
    return value === null || typeof value !== "object";
}

// Whether only scalars, which every part has, and empty containers are left after a split.
function isAllEmitted(container: object): boolean {
    return Object.values(container).every((value) => isScalar(value) || Object.keys(value).length === 0);
}

/** More fields than any record has. */
const manyEntries = 1_000;

// A record has scalars; an object that has only containers can be divided.
function isCollection(container: object): boolean {
    if (Array.isArray(container)) return true;
    const values = Object.values(container);
    return values.length > manyEntries || !values.some(isScalar);
}

function pickScalars(container: object): object {
    return Object.fromEntries(Object.entries(container).filter(([, value]) => isScalar(value)));
}
