import { createHash } from "node:crypto";
import type { Argument, Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { type Encoder, normalize, renderVector, TextRefusal } from "./encoders/encoder.ts";
import { bindSearch, readSearch, type SearchStatements } from "./site.ts";

/** A text whose vector is missing, of another text, or of another encoder. */
interface Due {
    readonly id: string;
    readonly text: string;
    readonly hash: string;
}

/** What a sync has to do. */
export interface SyncPlan {
    /** Texts that were looked at. */
    readonly texts: number;
    readonly due: readonly Due[];
    /** How many have no vector, one of an older text, one of another encoder, and one that fits but is made again. */
    readonly missing: number;
    readonly changed: number;
    readonly otherModel: number;
    readonly forced: number;
    /** Texts beyond --limit. */
    readonly later: number;
    /** Texts without a word, which have no vector. */
    readonly empty: number;
}

export interface SyncOptions {
    readonly encoder: string;
    readonly channel: string | undefined;
    /** Embeds at most so many. */
    readonly limit: number | undefined;
    /** Embeds texts that did not change, too. */
    readonly force: boolean;
    readonly signal: AbortSignal;
}

const page = 2_000;
/** A server takes the lock from a transaction of 5 seconds; this many vectors take a few milliseconds. */
const writtenAtOnce = 64;
/** From this share of new texts on, merging the full text saves the searches more than it costs. */
const worthMerging = 0.05;

/** Compares texts with their vectors, by the hash of what was embedded. Writes nothing. */
export async function planSync(
    connection: Connection,
    statements: SearchStatements,
    { encoder, channel, limit = Number.POSITIVE_INFINITY, force, signal }: SyncOptions,
): Promise<SyncPlan> {
    const due: Due[] = [];
    let [texts, missing, changed, otherModel, forced, empty] = [0, 0, 0, 0, 0, 0];
    for (let after = ""; ; ) {
        signal.throwIfAborted();
        const rows = await readSearch(connection, statements, "texts", {
            after,
            channel: channel ?? null,
            limit: page,
        });
        for (const row of rows) {
            texts++;
            const text = String(row.text).trim();
            const hash = createHash("sha256").update(text).digest("hex");
            if (text === "") empty++;
            else if (row.model === null) missing++;
            else if (row.model !== encoder) otherModel++;
            else if (row.content_hash !== hash) changed++;
            else if (force) forced++;
            else continue;
            if (text !== "") due.push({ id: String(row.id), text, hash });
        }
        if (rows.length < page) break;
        after = String(rows.at(-1)?.id);
    }
    const now = due.slice(0, limit);
    return { texts, missing, changed, otherModel, forced, empty, due: now, later: due.length - now.length };
}

/** Lists the vectors that have no text any more. @throws AppError `usage` where the set is not installed */
export async function findSurplus(connection: Connection, statements: SearchStatements): Promise<string[]> {
    return (await readSearch(connection, statements, "surplus")).map((row) => String(row.id));
}

/** What runSync() writes. */
export interface SyncWork extends Pick<SyncPlan, "texts" | "due"> {
    /** From findSurplus(). */
    readonly surplus: readonly string[];
}

export interface SyncProgress {
    embedded: number;
    removed: number;
    /** Ids of texts that the encoder refuses, with its reasons. */
    readonly refused: [id: string, reason: string][];
}

/**
 * Embeds what is due and writes it, batch by batch: after an interruption the next sync goes on with what is left. Each encoder
 * works at a batch of its own. After many texts it also merges the full text, whose parts each load adds to.
 *
 * @param done is kept up to date, also when it throws
 */
export async function runSync(
    connection: Connection,
    statements: SearchStatements,
    { texts, due, surplus }: SyncWork,
    encoders: readonly Encoder[],
    { signal, done, report }: { signal: AbortSignal; done: SyncProgress; report: () => void },
): Promise<void> {
    for (let at = 0; at < surplus.length; at += page) {
        const ids = { items: surplus.slice(at, at + page) };
        const [removed = []] = await connection.write([
            bindSearch(statements, "remove", { ids }),
            bindSearch(statements, "removeSearched", { ids }),
        ]);
        done.removed += removed.length;
    }
    let next = 0;
    const take = (count: number): readonly Due[] => {
        const taken = due.slice(next, next + count);
        next += taken.length;
        return taken;
    };
    // One write at a time, because they share the connection.
    let writing: Promise<unknown> = Promise.resolve();
    let hasFailed = false;
    const work = async (encoder: Encoder): Promise<void> => {
        let rows: (readonly Argument[])[] = [];
        const write = (): Promise<unknown> => {
            const items = rows;
            rows = [];
            writing = writing.then(async () => {
                const { name: model, dimensions } = encoder;
                await connection.write([
                    bindSearch(statements, "save", { vectors: { items }, model, dimensions }),
                    bindSearch(statements, "saveSearched", { vectors: { items } }),
                ]);
                done.embedded += items.length;
                report();
            });
            return writing;
        };
        for (let batch = take(encoder.batch); batch.length > 0 && !hasFailed; batch = take(encoder.batch)) {
            signal.throwIfAborted();
            const vectors = await embed(encoder, batch, signal, done);
            for (const [at, { id, hash }] of batch.entries()) {
                const pair = vectors[at];
                if (!pair) continue;
                const { vector, searched } = pair;
                rows.push([id, hash, renderVector(vector), searched ? renderVector(searched) : null]);
            }
            if (rows.length >= writtenAtOnce) await write();
        }
        if (rows.length > 0) await write();
    };
    const results = await Promise.allSettled(
        encoders.map((encoder) =>
            work(encoder).catch((error: unknown) => {
                hasFailed = true;
                throw error;
            }),
        ),
    );
    const failed = results.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    if (due.length > texts * worthMerging) await connection.write([bindSearch(statements, "merge", {})]);
}

/** The vector of the whole text, and the one that a search is compared with where it is another. */
interface TextVectors {
    readonly vector: Float32Array;
    readonly searched?: Float32Array;
}

// A text that the encoder refuses would refuse its batch in every sync, so then each is tried alone.
async function embed(
    encoder: Encoder,
    batch: readonly Due[],
    signal: AbortSignal,
    done: SyncProgress,
): Promise<readonly (TextVectors | undefined)[]> {
    try {
        return await embedTexts(encoder, batch, signal);
    } catch (error) {
        if (!(error instanceof AppError && error.cause instanceof TextRefusal)) throw error;
        const [only] = batch;
        if (batch.length === 1 && only) {
            done.refused.push([only.id, error.cause.message]);
            return [undefined];
        }
        const vectors: (TextVectors | undefined)[] = [];
        for (const one of batch) vectors.push(...(await embed(encoder, [one], signal, done)));
        return vectors;
    }
}

async function embedTexts(encoder: Encoder, batch: readonly Due[], signal: AbortSignal): Promise<TextVectors[]> {
    const { opening = Number.POSITIVE_INFINITY } = encoder;
    const long = batch.filter(({ text }) => text.length > opening);
    const texts = [...batch.map(({ text }) => text), ...long.map(({ text }) => text.slice(0, opening))];
    const vectors = await encoder.embed(texts, signal);
    return batch.map((one, at) => {
        const vector = vectors[at] ?? new Float32Array();
        const start = vectors[batch.length + long.indexOf(one)];
        if (!long.includes(one) || !start) return { vector };
        return { vector, searched: normalize(vector.map((value, dimension) => value + (start[dimension] ?? 0))) };
    });
}
