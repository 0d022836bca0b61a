import type { Connection } from "../database/connection.ts";
import { moveMarks, recordSeed, selectSeeds } from "../migrations/bookkeeping.ts";
import type { LoadCounts } from "../seeding/loader.ts";

/** How a schema records the changes of its content, so that rows need not be read to know that none has changed. */
export interface ContentHistory {
    /** A query for `mark`: a number that grows with each recorded change. */
    readonly mark: string;
    /** A query for `grown`: how many changes were recorded after the mark that is its argument. */
    readonly grown: string;
    /** The loader whose rows are the content. */
    readonly content: string;
    /** The loader that writes recorded changes themselves. */
    readonly events: string;
}

export interface Recognition {
    /** Whether any source is known that could still be up to date. */
    readonly isPossible: boolean;
    /** When a source with this checksum was loaded; undefined when it was not, or when rows may have changed since. */
    find(checksum: string): string | undefined;
    /** Notes that a source is in. */
    record(checksum: string, counts: ReadonlyMap<string, LoadCounts>): Promise<void>;
}

/** Reads, in one request, which sources were loaded and are still up to date. */
export async function openRecognition(connection: Connection, history: ContentHistory): Promise<Recognition> {
    const [seeds, marked] = await connection.readAll([{ sql: selectSeeds }, { sql: history.mark }]);
    const mark = marked?.ok ? Number(marked.rows[0]?.mark ?? 0) : 0;
    const known = new Map(
        (seeds?.ok ? seeds.rows : [])
            .filter((row) => row.mark === mark)
            .map((row) => [String(row.name), String(row.loaded_at)]),
    );
    return {
        isPossible: known.size > 0,
        find: (checksum) => known.get(nameOf(checksum)),
        async record(checksum, counts) {
            const [after, growth] = await connection.readAll([
                { sql: history.mark },
                { sql: history.grown, args: [mark] },
            ]);
            const now = after?.ok ? Number(after.rows[0]?.mark ?? 0) : 0;
            const grown = growth?.ok ? Number(growth.rows[0]?.grown ?? 0) : 0;
            const events = counts.get(history.events);
            const content = counts.get(history.content);
            // What this load recorded itself; anything more came from another writer.
            const own =
                (events?.created ?? 0) - (events?.tookOver ?? 0) + (content?.created ?? 0) + (content?.updated ?? 0);
            if (grown > own) return;
            const isOthersSame = (content?.created ?? 0) + (content?.updated ?? 0) === 0;
            await connection.write([
                ...(isOthersSame ? [{ sql: moveMarks(mark, now) }] : []),
                { sql: recordSeed(nameOf(checksum), checksum, now) },
            ]);
        },
    };
}

function nameOf(checksum: string): string {
    return `source:${checksum}`;
}
