import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AppError } from "../../errors.ts";
import { ageMark, decrypt } from "../encryption.ts";
import {
    firstWords,
    formatNumber,
    longestManifest,
    longestStatement,
    longestText,
    type Manifest,
    manifestLine,
    type StatementNote,
} from "../format.ts";
import { damaged, unseal } from "../seal.ts";
import { parseManifest, parseNote } from "./manifest-check.ts";

/** A backup file and its keys. */
export interface BackupFile {
    readonly path: string;
    /** The path as the user wrote it. */
    readonly label: string;
    /** Reads secret keys of age; called only for an encrypted file. */
    readonly identities: () => Promise<readonly string[]>;
}

/** A statement of a backup with its comment. */
export interface BackupStatement {
    readonly kind: "statement";
    readonly note: StatementNote;
    readonly sql: Buffer;
}

/** A statement, or, at the end, the manifest and the seal. */
export type BackupPart = BackupStatement | { readonly kind: "end"; readonly manifest: Manifest; readonly seal: string };

const gunzipChunk = 256 * 1024;

/**
 * Reads a backup part by part, and checks its seal. Parts before the end are not verified yet.
 *
 * @throws AppError `invalid-input` for a file that is not a backup, `corrupt` for a damaged one
 */
export async function* readBackup(file: BackupFile): AsyncGenerator<BackupPart> {
    let sealed: string | undefined;
    const unpacked = unpack(unseal(await open(file), (hex) => (sealed = hex)));
    const reader = createByteReader(unpacked);
    refuseOtherFormat(await reader.line(), file.label);
    for (let header = 0; ; ) {
        const line = (await reader.line())?.toString();
        if (line === undefined) throw damaged("its end is missing");
        if (line === manifestLine) break;
        if (!line.startsWith("-- {")) {
            header += line.length;
            if (line.startsWith("-- ") && header <= longestText) continue;
            throw damaged("it holds a line that is not part of a backup");
        }
        const note = parseNote(line.slice("-- ".length));
        const longest = note.does === "rows" ? longestStatement : longestText;
        if (note.bytes > longest) throw damaged(`a statement is longer than ${longest.toLocaleString("en-US")} bytes`);
        const sql = await reader.take(note.bytes);
        if (sql.length < note.bytes || (await reader.line())?.length !== 0)
            throw damaged("a statement has another length");
        yield { kind: "statement", note, sql };
    }
    const lines: string[] = [];
    let size = 0;
    for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
        size += line.length + 1;
        if (size > longestManifest) throw damaged("its manifest does not end");
        lines.push(line.toString().slice("-- ".length));
    }
    if (sealed === undefined) throw damaged("its seal is missing");
    yield { kind: "end", manifest: parseManifest(lines.join("\n")), seal: sealed };
}

/**
 * Reads the beginning of a file.
 *
 * @throws AppError as readBackup(), for a file that is missing or is not a backup
 */
export async function refuseOtherFile(file: BackupFile): Promise<void> {
    for await (const _ of readBackup(file)) return;
}

async function open(file: BackupFile): Promise<AsyncIterable<Buffer>> {
    const bytes = createReadStream(file.path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
    const { head, all } = await peek(bytes, file);
    if (head.subarray(0, ageMark.length).toString("latin1") === ageMark) return decrypt(all, await file.identities());
    if (head[0] === 0x1f && head[1] === 0x8b) return all;
    throw notOurs(file.label, head.subarray(0, 200).toString("latin1"));
}

async function peek(
    bytes: AsyncIterable<Buffer>,
    file: BackupFile,
): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
    const chunks = bytes[Symbol.asyncIterator]();
    const first = await chunks.next().catch((error: NodeJS.ErrnoException) => {
        const why = { ENOENT: "there is no such file", EISDIR: "it is a folder", EACCES: "permission denied" };
        const reason = why[error.code as keyof typeof why] ?? error.code;
        throw new AppError("usage", `cannot read '${file.label}': ${reason}`, {
            hint: "name a file that db:backup wrote",
        });
    });
    if (first.done) throw notOurs(file.label, "");
    async function* join(): AsyncGenerator<Buffer> {
        yield first.value as Buffer;
        for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    }
    return { head: first.value, all: join() };
}

function notOurs(label: string, head: string): AppError {
    const hint = head.startsWith("SQLite format 3")
        ? "it is a database, not a backup: copy the file instead"
        : /^\s*(--|PRAGMA|BEGIN|CREATE)/i.test(head)
          ? "it is plain SQL: load it with `sqlite3 new.db < FILE`, without the checks of a backup"
          : "name a file that db:backup wrote: `<database>-<time>.sql.gz`, or with `.age` at its end";
    return new AppError("invalid-input", `'${label}' is not a backup`, { hint });
}

function refuseOtherFormat(line: Buffer | undefined, label: string): void {
    const words = line?.toString() ?? "";
    if (words === `${firstWords}${formatNumber}`) return;
    const [, number] = new RegExp(`^${firstWords}(\\d{1,6})$`).exec(words) ?? [];
    if (number === undefined) throw notOurs(label, words.startsWith("--") ? "" : words);
    const message = `'${label}' is a backup of format ${number}, and this version reads ${formatNumber}`;
    const hint = "restore it with the version of this project that wrote it, or a later one";
    throw new AppError("invalid-input", message, { hint });
}

// An error of the bytes, such as a wrong seal, is thrown after what was unpacked before it: the first line of a backup shows
// whether its format is known.
async function* unpack(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let fault: unknown;
    async function* collectFault(): AsyncGenerator<Buffer> {
        try {
            yield* bytes;
        } catch (error) {
            fault = error;
        }
    }
    const gunzip = createGunzip({ chunkSize: gunzipChunk });
    const unpacked = pipeline(Readable.from(collectFault()), gunzip);
    unpacked.catch(() => undefined);
    try {
        for await (const chunk of gunzip) yield chunk as Buffer;
        await unpacked;
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        throw fault ?? (code.startsWith("Z_") ? damaged("it cannot be unpacked") : error);
    }
    if (fault !== undefined) throw fault;
}

// Reads lines up to longestText without their ends, undefined at the end, and pieces of known length, shorter only at the end.
function createByteReader(source: AsyncIterable<Buffer>) {
    const chunks = source[Symbol.asyncIterator]();
    let held: Buffer = Buffer.alloc(0);
    const pull = async (): Promise<Buffer | undefined> => (await chunks.next()).value;
    return {
        line: async (): Promise<Buffer | undefined> => {
            for (let from = 0; ; ) {
                const end = held.indexOf(0x0a, from);
                if (end !== -1) {
                    const line = held.subarray(0, end);
                    held = held.subarray(end + 1);
                    return line;
                }
                from = held.length;
                if (from > longestText) throw damaged("a line does not end");
                const chunk = await pull();
                if (!chunk) break;
                held = Buffer.concat([held, chunk]);
            }
            const rest = held;
            held = Buffer.alloc(0);
            return rest.length === 0 ? undefined : rest;
        },
        take: async (count: number): Promise<Buffer> => {
            const parts = [held];
            let size = held.length;
            while (size < count) {
                const chunk = await pull();
                if (!chunk) break;
                parts.push(chunk);
                size += chunk.length;
            }
            const all = parts.length === 1 ? held : Buffer.concat(parts, size);
            held = all.subarray(count);
            return all.subarray(0, count);
        },
    };
}
