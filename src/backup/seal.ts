import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AppError } from "../errors.ts";

// A backup ends in a second gzip member, stored without compression (RFC 1952 and 1951). Its one line is an SQL comment, which
// has no effect when the file is run.
const line = (hex: string): Buffer => Buffer.from(`-- sha256 of all bytes before this line's gzip member: ${hex}\n`);
const memberHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const sealSize = renderSeal("0".repeat(64)).length;

function renderSeal(hex: string): Buffer {
    const text = line(hex);
    const block = Buffer.alloc(5);
    block.writeUInt8(1, 0);
    block.writeUInt16LE(text.length, 1);
    block.writeUInt16LE(~text.length & 0xffff, 3);
    const end = Buffer.alloc(8);
    end.writeUInt32LE(crc32(text), 0);
    end.writeUInt32LE(text.length, 4);
    return Buffer.concat([memberHead, block, text, end]);
}

/** Appends the seal to gzip bytes. */
export async function* seal(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    for await (const chunk of bytes) {
        hash.update(chunk);
        yield chunk;
    }
    yield renderSeal(hash.digest("hex"));
}

/**
 * Removes the seal and compares it with the bytes before it.
 *
 * @param onSeal receives the hash when all bytes have passed and the seal matches
 * @throws AppError `corrupt` at the end, when a byte was changed, removed or added
 */
export async function* unseal(bytes: AsyncIterable<Buffer>, onSeal: (hex: string) => void): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    let held = Buffer.alloc(0);
    for await (const chunk of bytes) {
        const all = Buffer.concat([held, chunk]);
        const passing = all.subarray(0, Math.max(0, all.length - sealSize));
        held = all.subarray(passing.length);
        if (passing.length === 0) continue;
        hash.update(passing);
        yield passing;
    }
    const hex = hash.digest("hex");
    if (!held.equals(renderSeal(hex))) throw damaged("its seal does not match its bytes");
    onSeal(hex);
}

/** The error for a backup that is not as it was written. */
export function damaged(why: string): AppError {
    return new AppError("corrupt", `the backup is damaged: ${why}`, {
        hint: "use another copy of it, or another backup; this one was changed, truncated or not copied completely",
    });
}
