/**
 * Reads the body of a reply.
 *
 * @param most in bytes
 * @returns undefined for a longer one, of which the rest is not read
 */
export async function readReply({ body }: Response, most: number): Promise<string | undefined> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    // The declaration of the stream lacks its iterator.
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > most) return undefined;
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
}
