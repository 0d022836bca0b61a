export interface ByteReader {
    /** The next line, without its line end; undefined at the end. */
    line(): Promise<Buffer | undefined>;
    /** The next `count` bytes; fewer only at the end. */
    take(count: number): Promise<Buffer>;
}

/** Reads lines and pieces of known length from a stream of chunks. */
export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
    const chunks = source[Symbol.asyncIterator]();
    let held: Buffer = Buffer.alloc(0);
    const pull = async (): Promise<Buffer | undefined> => {
        const next = await chunks.next();
        return next.done ? undefined : next.value;
    };
    return {
        line: async () => {
            for (let from = 0; ; ) {
                const end = held.indexOf(0x0a, from);
                if (end !== -1) {
                    const line = held.subarray(0, end);
                    held = held.subarray(end + 1);
                    return line;
                }
                from = held.length;
                const chunk = await pull();
                if (!chunk) break;
                held = Buffer.concat([held, chunk]);
            }
            const rest = held;
            held = Buffer.alloc(0);
            return rest.length === 0 ? undefined : rest;
        },
        take: async (count) => {
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
