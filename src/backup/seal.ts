import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AppError } from "../errors.ts";

// A backup ends in a second gzip member, stored as it is (RFC 1952 and 1951). Its one line is an SQL comment, so that
// whatever unpacks and runs the file passes over it.
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

/** Passes gzip bytes on and puts the seal behind them. */
export async function* seal(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    for await (const chunk of bytes) {
        hash.update(chunk);
        yield chunk;
    }
    yield renderSeal(hash.digest("hex"));
}

/**
 * Takes the seal off and compares it, byte by byte, with what the bytes before demand.
 *
 * @param onSeal gets the hash when all bytes have passed and the seal is right
 * @throws AppError `corrupt` at the end, when a byte was changed, is missing or is too many
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
    if (!held.equals(renderSeal(hex))) throw damaged("its seal does not fit its bytes");
    onSeal(hex);
}

/** What is thrown for a backup that is not as it was written. */
export function damaged(why: string): AppError {
    return new AppError("corrupt", `the backup is damaged: ${why}`, {
        hint: "take another copy of it, or another backup; it was changed, cut off or not copied whole, if it ever was one",
    });
}
