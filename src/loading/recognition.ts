import { hash } from "node:crypto";
import type { Connection, ReadResult } from "../database/connection.ts";
import { moveMarks, recordSeed, selectSeeds } from "../planning/bookkeeping.ts";
import { lockTable, seedsTable } from "../schema/facts.ts";
import type { LoadCounts, Loader } from "./loader.ts";

/** How a schema records changes of its content: shows without reading the rows whether any has changed. */
export interface ContentHistory {
    /** A query for `mark`: a number that grows with each recorded change. */
    readonly mark: string;
    /** A query for `grown`: how many changes were recorded after the mark in its argument. */
    readonly grown: string;
    /** The loader whose rows are the content. */
    readonly content: string;
    /** The loader that writes the recorded changes. */
    readonly events: string;
    /**
     * By loader: a query for `count`, the number of rows, and `detail`, which changes when a row is replaced without a
     * recorded change. A source with records of any other loader is never recognised.
     */
    readonly states: Readonly<Record<string, string>>;
}

export interface Recognition {
    /**
     * Finds the last load of this source; undefined if there is none, or if rows may have changed since.
     *
     * @param checksum hashes the files; called only if a source with this number of files is known
     */
    find(files: number, checksum: () => string): RecognizedLoad | undefined;
    /**
     * Records that the source was loaded.
     *
     * @param outcome what the load counted and rejected, as find() returns it
     */
    record(files: number, checksum: string, counts: ReadonlyMap<string, LoadCounts>, outcome: string): Promise<void>;
}

export interface RecognizedLoad {
    readonly loadedAt: string;
    readonly outcome: string;
}

/** A summary of the content, read without reading every row. */
interface ContentState {
    readonly mark: number;
    /** How often the schema was deployed or rolled back, which may have dropped and created tables. */
    readonly generation: number;
    /** By loader, for the tables that exist. */
    readonly states: ReadonlyMap<string, { readonly count: number; readonly text: string }>;
}

/** Reads, in one request, which sources were loaded and may still be up to date. */
export async function openRecognition(
    connection: Connection,
    history: ContentHistory,
    loaders: readonly Loader[],
): Promise<Recognition> {
    const [seeds, ...results] = await connection.readAll([{ sql: selectSeeds }, ...selectState(history)]);
    const before = toState(history, results);
    const known = (seeds?.ok ? seeds.rows : []).filter((row) => row.mark === before.mark);
    const kind = `source:${hash("sha256", await describeLoaders(loaders)).slice(0, 16)}`;
    const findNamed = (start: string) => known.find(({ name }) => String(name).startsWith(start));
    return {
        find(files, checksum) {
            if (!findNamed(`${kind}:${files}:`)) return undefined;
            const sum = checksum();
            const start = `${kind}:${files}:${sum}:`;
            const found = findNamed(start);
            if (!found) return undefined;
            const names = String(found.name).slice(start.length).split(",");
            const [, state, outcome = ""] = /^(\S+)(?: (.*))?$/s.exec(String(found.checksum)) ?? [];
            return state === hashState(sum, before, names, outcome)
                ? { loadedAt: String(found.loaded_at), outcome }
                : undefined;
        },
        async record(files, checksum, counts, outcome) {
            const names = [...counts.keys()];
            if (names.length === 0 || names.some((name) => !before.states.has(name))) return;
            const [growth, ...standing] = await connection.readAll([
                { sql: history.grown, args: [before.mark] },
                ...selectState(history),
            ]);
            const after = toState(history, standing);
            if (!isExplained(history, counts, before, after, readNumber(growth, "grown"))) return;
            const { created = 0, updated = 0 } = counts.get(history.content) ?? {};
            const name = `${kind}:${files}:${checksum}:${names.join(",")}`;
            await connection.write([
                ...(created + updated === 0 ? [{ sql: moveMarks(before.mark, after.mark) }] : []),
                // Marks only grow, so these sources can never be up to date again.
                { sql: `DELETE FROM ${seedsTable} WHERE name LIKE 'source:%' AND mark <> ${after.mark}` },
                {
                    sql: recordSeed(name, [hashState(checksum, after, names, outcome), outcome].join(" "), after.mark),
                },
            ]);
        },
    };
}

// Whether the load itself made every change since it began.
function isExplained(
    { content, events }: ContentHistory,
    counts: ReadonlyMap<string, LoadCounts>,
    before: ContentState,
    after: ContentState,
    grown: number,
): boolean {
    const countInserted = (name: string): number => counts.get(name)?.created ?? 0;
    const recorded = countInserted(events) + countInserted(content) + (counts.get(content)?.updated ?? 0);
    if (grown !== recorded || after.generation !== before.generation) return false;
    return [...counts.keys()].every((name) => {
        const expected = name === events ? recorded : countInserted(name);
        return after.states.get(name)?.count === (before.states.get(name)?.count ?? Number.NaN) + expected;
    });
}

function selectState({ mark, states }: ContentHistory): { sql: string }[] {
    const generation = `SELECT generation FROM ${lockTable} WHERE id = 1`;
    return [mark, generation, ...Object.values(states)].map((sql) => ({ sql }));
}

function toState({ states }: ContentHistory, [mark, generation, ...rest]: readonly ReadResult[]): ContentState {
    const found = Object.keys(states).flatMap((name, at) => {
        const result = rest[at];
        const row = result?.ok ? result.rows[0] : undefined;
        return row ? [[name, { count: Number(row.count), text: `${row.count} ${row.detail}` }] as const] : [];
    });
    return {
        mark: readNumber(mark, "mark"),
        generation: readNumber(generation, "generation"),
        states: new Map(found),
    };
}

function readNumber(result: ReadResult | undefined, column: string): number {
    return Number((result?.ok ? result.rows[0]?.[column] : undefined) ?? -1);
}

function hashState(
    checksum: string,
    { generation, states }: ContentState,
    names: readonly string[],
    outcome: string,
): string {
    const parts = names.map((name) => `${name} ${states.get(name)?.text}`);
    return hash("sha256", [checksum, String(generation), ...parts, outcome].join("\0"));
}

/** Raised when records are found or judged otherwise than before. */
const rules = 3;

// Another version of the loaders may read more or reject less, and other loaders other records, from the same file.
async function describeLoaders(loaders: readonly Loader[]): Promise<string> {
    const { toJSONSchema } = await import("zod");
    const facts = loaders.map(({ name, table, fields, key, changedAt = null, ignored = [], schema }) => [
        name,
        table,
        fields,
        key,
        changedAt,
        ignored,
        toJSONSchema(schema, { unrepresentable: "any" }),
    ]);
    return JSON.stringify([rules, facts]);
}
