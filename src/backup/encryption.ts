import { Readable } from "node:stream";
import type { ReadableStream as NodeWebStream } from "node:stream/web";
import { AppError } from "../errors.ts";
import { readSmallFile } from "../text/bounded.ts";
import { decodeBytes, explainEncoding } from "../text/decode.ts";

/** The first bytes of a file that age encrypted: https://age-encryption.org/v1 */
export const ageMark = "age-encryption.org/";

/**
 * Encrypts a stream of bytes to age keys.
 * @param recipients public keys: `age1…`
 */
export async function* encrypt(bytes: AsyncIterable<Buffer>, recipients: readonly string[]): AsyncGenerator<Buffer> {
    const encrypter = await createEncrypter(recipients);
    yield* fromWeb(await encrypter.encrypt(toWeb(bytes)));
}

/**
 * Validates keys before anything is read.
 * @throws AppError `usage`
 */
export async function createEncrypter(recipients: readonly string[]) {
    const { Encrypter } = await import("age-encryption");
    const encrypter = new Encrypter();
    for (const recipient of recipients) {
        try {
            encrypter.addRecipient(recipient);
        } catch {
            throw new AppError("usage", "TURSO_BACKUP_RECIPIENT holds something other than public keys of age", {
                hint: "write one or more `age1…`, with commas between them; `age-keygen` prints one as `Public key`",
            });
        }
    }
    return encrypter;
}

/**
 * Decrypts a stream of bytes with secret keys.
 *
 * @throws AppError `invalid-input` when no key matches, `corrupt` when a byte was changed
 */
export async function* decrypt(bytes: AsyncIterable<Buffer>, identities: readonly string[]): AsyncGenerator<Buffer> {
    const { Decrypter } = await import("age-encryption");
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    let failed: unknown;
    const watched = watch(bytes, (error) => {
        failed = error;
    });
    try {
        yield* fromWeb(await decrypter.decrypt(toWeb(watched)));
    } catch (error) {
        if (failed !== undefined) throw failed;
        if (error instanceof Error && /no identity matched/.test(error.message)) {
            throw new AppError("invalid-input", "the backup is encrypted to another key", {
                hint: "set TURSO_BACKUP_IDENTITY to the matching secret key, or to the path of its key file; if it is set, the header of the file may be damaged",
            });
        }
        const { damaged } = await import("./seal.ts");
        throw damaged("its encryption does not match its bytes");
    }
}

// An error of the source is not a fault of the encryption.
async function* watch(bytes: AsyncIterable<Buffer>, onError: (error: unknown) => void): AsyncGenerator<Buffer> {
    try {
        yield* bytes;
    } catch (error) {
        onError(error);
        throw error;
    }
}

/** Whether a value is a key, and not the path of one. */
export function isSecretKey(value: string): boolean {
    return /^AGE-SECRET-KEY-/i.test(value);
}

/**
 * Reads secret keys from the value itself, or from the key file at `path`.
 * @throws AppError `usage`
 */
export async function readIdentities(value: string, path: string): Promise<string[]> {
    const text = isSecretKey(value) ? value : await readKeyFile(path);
    const keys = text
        .split(/[\n,]/)
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
    const { Decrypter } = await import("age-encryption");
    const isKey = (key: string): boolean => {
        try {
            new Decrypter().addIdentity(key);
            return true;
        } catch {
            return false;
        }
    };
    if (keys.length === 0 || !keys.every(isKey)) {
        throw new AppError("usage", "TURSO_BACKUP_IDENTITY does not hold a secret key of age", {
            hint: "a key begins with `AGE-SECRET-KEY-1`; `age-keygen` creates one",
        });
    }
    return keys;
}

async function readKeyFile(path: string): Promise<string> {
    const bytes = await readSmallFile(path);
    const problem = typeof bytes === "string" ? bytes : explainEncoding(bytes)?.why;
    if (typeof bytes !== "string" && problem === undefined) return decodeBytes(bytes);
    throw new AppError("usage", `the key file of TURSO_BACKUP_IDENTITY cannot be read (${problem})`, {
        hint: "set it to a secret key (`AGE-SECRET-KEY-1…`), or to the path of a file with one",
    });
}

function toWeb(bytes: AsyncIterable<Buffer>): ReadableStream<Uint8Array> {
    return Readable.toWeb(Readable.from(bytes)) as unknown as ReadableStream<Uint8Array>;
}

async function* fromWeb(stream: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
    for await (const chunk of stream as unknown as NodeWebStream<Uint8Array>) {
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
}
