import { createHash } from "node:crypto";
import type { Connection, ReadResult } from "../../database/connection.ts";
import type { LoadCounts, Loader } from "../../loading/loader.ts";
import { moveMarks, recordSeed, selectSeeds } from "../../planning/bookkeeping.ts";
import { lockTable, seedsTable } from "../../schema/facts.ts";

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
    /**
     * By loader, for those whose tables can be told to be the same: a query for `count`, the number of rows, and `detail`,
     * which changes when a row that no change is recorded of is replaced by another. A source that holds anything else
     * is never recognised.
     */
    readonly states: Readonly<Record<string, string>>;
}

/** What a source is recognised by. */
export interface RecognizedSource {
    readonly files: number;
    /** Over the names and bytes of the files. */
    readonly checksum: string;
}

export interface Recognition {
    /** Whether a source of so many files is known that could still be up to date; if not, they need not be read for it. */
    isPossible(files: number): boolean;
    /** When a source was loaded; undefined when it was not, or when rows may have changed since. */
    find(source: RecognizedSource): string | undefined;
    /** Notes that a source is in. */
    record(source: RecognizedSource, counts: ReadonlyMap<string, LoadCounts>): Promise<void>;
}

/** What can be known of the database without reading its rows one by one. */
interface Standing {
    readonly mark: number;
    /** How often the schema was deployed or rolled back: rows may have come and gone with their tables. */
    readonly generation: number;
    /** By loader; a table that cannot be read is not there. */
    readonly states: ReadonlyMap<string, { readonly count: number; readonly text: string }>;
}

/** Reads, in one request, which sources were loaded and are still up to date. */
export async function openRecognition(
    connection: Connection,
    history: ContentHistory,
    loaders: readonly Loader[],
): Promise<Recognition> {
    const [seeds, ...stood] = await connection.readAll([{ sql: selectSeeds }, ...selectStanding(history)]);
    const before = toStanding(history, stood);
    const known = new Map(
        (seeds?.ok ? seeds.rows : [])
            .filter((row) => row.mark === before.mark)
            .map((row) => [String(row.name), { checksum: row.checksum, loadedAt: String(row.loaded_at) }]),
    );
    const kind = `source:${hash(describeLoaders(loaders)).slice(0, 16)}`;
    const nameOf = ({ files, checksum }: RecognizedSource): string => `${kind}:${files}:${checksum}`;
    return {
        isPossible: (files) => [...known.keys()].some((name) => name.startsWith(`${kind}:${files}:`)),
        find: (source) => {
            const name = nameOf(source);
            const found = [...known].find(([key]) => key.startsWith(`${name}:`));
            if (!found) return undefined;
            const [key, { checksum: recorded, loadedAt }] = found;
            const tables = key.slice(name.length + 1).split(",");
            return recorded === hashStanding(source.checksum, before, tables) ? loadedAt : undefined;
        },
        async record(source, counts) {
            const tables = [...counts.keys()];
            if (tables.length === 0 || tables.some((table) => !before.states.has(table))) return;
            const [growth, ...standing] = await connection.readAll([
                { sql: history.grown, args: [before.mark] },
                ...selectStanding(history),
            ]);
            const after = toStanding(history, standing);
            const grown = growth?.ok ? Number(growth.rows[0]?.grown) : Number.NaN;
            if (!isOwn(history, counts, before, after, grown)) return;
            const content = counts.get(history.content);
            const isOthersSame = (content?.created ?? 0) + (content?.updated ?? 0) === 0;
            await connection.write([
                ...(isOthersSame ? [{ sql: moveMarks(before.mark, after.mark) }] : []),
                // No history goes back, so these are never up to date again.
                { sql: `DELETE FROM ${seedsTable} WHERE name LIKE 'source:%' AND mark <> ${after.mark}` },
                {
                    sql: recordSeed(
                        `${nameOf(source)}:${tables.join(",")}`,
                        hashStanding(source.checksum, after, tables),
                        after.mark,
                    ),
                },
            ]);
        },
    };
}

// Whether a load accounts for everything that happened since it began; what it does not came from another writer.
function isOwn(
    history: ContentHistory,
    counts: ReadonlyMap<string, LoadCounts>,
    before: Standing,
    after: Standing,
    grown: number,
): boolean {
    const inserted = (loader: string): number => {
        const loaded = counts.get(loader);
        return (loaded?.created ?? 0) - (loaded?.tookOver ?? 0);
    };
    const recorded = inserted(history.events) + inserted(history.content) + (counts.get(history.content)?.updated ?? 0);
    if (grown !== recorded || after.generation !== before.generation) return false;
    return [...counts.keys()].every((loader) => {
        const expected = loader === history.events ? recorded : inserted(loader);
        return after.states.get(loader)?.count === (before.states.get(loader)?.count ?? Number.NaN) + expected;
    });
}

function selectStanding({ mark, states }: ContentHistory): { sql: string }[] {
    const generation = `SELECT generation FROM ${lockTable} WHERE id = 1`;
    return [mark, generation, ...Object.values(states)].map((sql) => ({ sql }));
}

function toStanding({ states }: ContentHistory, [mark, generation, ...rest]: readonly ReadResult[]): Standing {
    const numberOf = (result: ReadResult | undefined, column: string): number =>
        Number((result?.ok ? result.rows[0]?.[column] : undefined) ?? -1);
    return {
        mark: numberOf(mark, "mark"),
        generation: numberOf(generation, "generation"),
        states: new Map(
            Object.keys(states).flatMap((loader, at) => {
                const result = rest[at];
                const row = result?.ok ? result.rows[0] : undefined;
                return row ? [[loader, { count: Number(row.count), text: `${row.count} ${row.detail}` }] as const] : [];
            }),
        ),
    };
}

function hashStanding(checksum: string, { generation, states }: Standing, tables: readonly string[]): string {
    return hash(checksum, String(generation), ...tables.map((table) => `${table} ${states.get(table)?.text}`));
}

// Another version of the loaders may read more of the same file; other loaders read other records of it.
function describeLoaders(loaders: readonly Loader[]): string {
    return JSON.stringify(
        loaders.map(({ name, table, fields, key, changedAt, ignored }) => [
            name,
            table,
            fields,
            key,
            changedAt ?? null,
            ignored ?? [],
        ]),
    );
}

function hash(...parts: readonly string[]): string {
    return createHash("sha256").update(parts.join("\0")).digest("hex");
}
