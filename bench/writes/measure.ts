import { openRaw, type RawDatabase } from "../queries/databases.ts";
import { inTurn } from "../rounds.ts";
import { insertHistory, type Value, type Write, writes } from "./statements.ts";

/** A file with one of the schemas. */
export interface Contender {
    readonly title: string;
    readonly file: string;
    /** Whether the row of history is inserted by a statement of its own. */
    readonly writesHistory?: boolean;
}

export interface Options {
    readonly rows: number;
    readonly rounds: number;
    /** Prepares the statement for every row, as a client does that sends each one by itself. */
    readonly preparesEach: boolean;
}

/**
 * Lets contenders write the same rows, round by round in turn, one transaction for each kind of write. Returns the least
 * milliseconds of the processor of all rounds, by the title of the write and of the contender.
 */
export function measureWrites(
    contenders: readonly Contender[],
    { rows, rounds, preparesEach }: Options,
): Map<string, Map<string, number>> {
    const opened = contenders.map((contender) => ({ contender, database: openRaw(contender.file) }));
    for (const { database } of opened) database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const least = new Map(writes.map(({ title }) => [title, new Map<string, number>()]));
    for (let round = 0; round < rounds; round++) {
        for (const write of writes) {
            const bound = Array.from({ length: rows }, (_, at) => bindRow(write, `q-${round * rows + at}`, round));
            for (const { contender, database } of inTurn(opened, round)) {
                const milliseconds = measure(database, write, bound, contender, preparesEach);
                const known = least.get(write.title)?.get(contender.title) ?? Number.POSITIVE_INFINITY;
                least.get(write.title)?.set(contender.title, Math.min(known, milliseconds));
            }
        }
    }
    for (const { database } of opened) database.close();
    return least;
}

interface Bound {
    readonly values: readonly Value[];
    readonly history: readonly Value[];
}

function bindRow(write: Write, id: string, round: number): Bound {
    const values = write.values(id, round);
    return { values, history: [id, ...write.history(values)] };
}

function measure(
    database: RawDatabase,
    { sql }: Write,
    rows: readonly Bound[],
    { writesHistory = false }: Contender,
    preparesEach: boolean,
): number {
    const before = process.cpuUsage();
    database.exec("BEGIN IMMEDIATE");
    let [one, other] = [database.prepare(sql), database.prepare(insertHistory)];
    for (const { values, history } of rows) {
        if (preparesEach) one = database.prepare(sql);
        one.run(...values);
        if (!writesHistory) continue;
        if (preparesEach) other = database.prepare(insertHistory);
        other.run(...history);
    }
    database.exec("COMMIT");
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
}
