/**
 * Turns texts into vectors of length 1, near to each other where the texts mean the same. Vectors of two encoders, or of two
 * versions of one, cannot be compared; so the name tells them apart.
 */
export interface Encoder {
    /** As it stands beside each stored vector, with version and dimensions. */
    readonly name: string;
    readonly dimensions: number;
    /** The vector that a search is compared with is the mean of the whole text and so many characters of its beginning. */
    readonly opening?: number;
    /** How many texts one call takes best. */
    readonly batch: number;
    /**
     * @param texts none of them empty
     * @returns a vector for each text, in order
     * @throws AppError `encoder-failed`
     */
    embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
    close(): Promise<void>;
}

/** How long to wait for an encoder: `search` for one that keeps a person waiting. */
export type EncoderPatience = "search" | "sync";

/** The cause of a failure that is of a text, not of the encoder: another text may pass. */
export class TextRefusal extends Error {}

/** Scales a vector to length 1; a vector of zeros stays. */
export function normalize(vector: Float32Array): Float32Array {
    const length = Math.hypot(...vector);
    return length === 0 ? vector : vector.map((value) => value / length);
}

/** Writes a vector as vector8() reads it. Five digits are more than the byte that it stores for each. */
export function renderVector(vector: Float32Array): string {
    return `[${Array.from(vector, (value) => value.toFixed(5)).join(",")}]`;
}
