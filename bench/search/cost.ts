import { cpSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@libsql/client";
import type { Argument, Connection, JsonList, Query } from "../../src/database/connection.ts";
import { type Encoder, renderVector } from "../../src/search/encoders/encoder.ts";
import { bindSearch } from "../../src/search/site.ts";
import { readSearchWords } from "../../src/search/words.ts";
import { startSqld } from "../../src/server/sqld.ts";
import { readProcessor } from "../processor.ts";
import { inTurn, median } from "../rounds.ts";
import { connect, type SearchDatabase } from "./databases.ts";
import { exactScan, fullText, matchAny, noFilters } from "./quality.ts";

/** What one statement costs, in milliseconds; rows as a server counts them. */
export interface StatementCost {
    readonly target: string;
    readonly name: string;
    readonly processor: number;
    readonly p50: number;
    readonly p95: number;
    readonly rowsRead: number | undefined;
}

/** Measures the statements in rounds, one after another, on a file and on a server with the same content. */
export async function measureCost(
    database: SearchDatabase,
    encoder: Encoder,
    queries: readonly string[],
    ids: readonly string[],
): Promise<StatementCost[]> {
    const vectors = await encoder.embed(queries);
    const values = (at: number): Readonly<Record<string, Argument | JsonList>> => ({
        ...noFilters,
        words: { items: readSearchWords(queries[at] ?? "") },
        vector: renderVector(vectors[at] ?? new Float32Array()),
        model: encoder.name,
        limit: 10,
    });
    const vectorOf = (at: number): string => renderVector(vectors[at] ?? new Float32Array());
    const statements: readonly (readonly [string, (at: number) => Query])[] = [
        ["full text alone", (at) => ({ sql: fullText, args: [matchAny(queries[at] ?? ""), 10] })],
        ["vector:search", (at) => bindSearch(database.statements, "search", values(at))],
        [
            "vector:search, no vector",
            (at) => bindSearch(database.statements, "search", { ...values(at), vector: null }),
        ],
        ["exact scan", (at) => ({ sql: exactScan, args: [vectorOf(at), 10] })],
        ["vector:similar", (at) => bindSearch(database.statements, "similar", { id: ids[at] ?? "", limit: 10 })],
    ];
    const costs: StatementCost[] = [];
    costs.push(...(await measure("file:", database.connection, process.pid, statements, queries.length)));
    const directory = mkdtempSync(path.join(tmpdir(), "bench-search-"));
    cpSync(database.path, path.join(directory, "dbs/default/data"), { recursive: true });
    const server = await startSqld({ directory });
    const connection = await connect(server.url);
    try {
        costs.push(...(await measure("sqld", connection, server.pid, statements, queries.length)));
    } finally {
        connection.close();
        await server.stop();
    }
    return costs;
}

/** Rows that a server writes for a question, as Turso bills them. */
export interface WriteCost {
    readonly what: string;
    readonly withSearch: number;
    readonly without: number;
}

/** Measures what the full text adds to a new question, a replaced one and one that is updated; on a server. */
export async function measureWrites({ path: file }: SearchDatabase, ids: readonly string[]): Promise<WriteCost[]> {
    const directory = mkdtempSync(path.join(tmpdir(), "bench-search-"));
    cpSync(file, path.join(directory, "dbs/default/data"), { recursive: true });
    const server = await startSqld({ directory });
    const connection = await connect(server.url);
    const save =
        "INSERT OR REPLACE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)";
    // Another one in each round, so that a replaced question has changed in both.
    const text = (round: string): string =>
        `'How does a cache keep up with its source?', 'Writers drop the entry ${round}.', 'It ends.', 'beginner', 'sre', ''`;
    const writes = {
        "a new question": (at: number, round: string) => `${save} VALUES ('new-${round}-${at}', ${text(round)})`,
        "a question replaced": (at: number, round: string) =>
            `${save} SELECT id, ${text(round)} FROM questions WHERE id = '${ids[at]}'`,
        "an answer updated": (at: number, round: string) =>
            `UPDATE questions SET answer = 'In ${round}.' WHERE id = '${ids[at + 100]}'`,
    };
    const count = async (round: string): Promise<number[]> => {
        const counts: number[] = [];
        for (const write of Object.values(writes)) {
            const before = connection.cost.rowsWritten;
            for (let at = 0; at < 20; at++) await connection.write([{ sql: write(at, round) }]);
            counts.push((connection.cost.rowsWritten - before) / 20);
        }
        return counts;
    };
    try {
        const withSearch = await count("with");
        const triggers = await connection.readAll([
            { sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'trg_questions_search_%'" },
        ]);
        for (const { name } of triggers[0]?.ok ? triggers[0].rows : [])
            await connection.runAlone(`DROP TRIGGER ${name}`);
        const without = await count("without");
        return Object.keys(writes).map((what, at) => ({
            ...{ what, withSearch: withSearch[at] ?? 0, without: without[at] ?? 0 },
        }));
    } finally {
        connection.close();
        await server.stop();
    }
}

async function measure(
    target: string,
    connection: Connection,
    pid: number,
    statements: readonly (readonly [string, (at: number) => Query])[],
    rounds: number,
): Promise<StatementCost[]> {
    const taken = statements.map(([name, make]) => ({ name, make, times: [] as number[], processor: 0, rows: 0 }));
    for (let round = 0; round < rounds; round++) {
        for (const one of inTurn(taken, round)) {
            const [processor, rows] = [readProcessor(pid), connection.cost.rowsRead];
            const began = performance.now();
            const [result] = await connection.readAll([one.make(round)]);
            one.times.push(performance.now() - began);
            if (!result?.ok) throw new Error(`${one.name}: ${result?.message}`);
            one.processor += readProcessor(pid) - processor;
            one.rows += connection.cost.rowsRead - rows;
        }
    }
    return taken.map(({ name, times, processor, rows }) => ({
        ...{ target, name },
        processor: processor / rounds,
        p50: median(times),
        p95: [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0,
        rowsRead: target === "sqld" ? rows / rounds : undefined,
    }));
}

/** Bytes on disk by what holds them, of a file. */
export async function measureBytes(file: string): Promise<readonly (readonly [string, number])[]> {
    const client = createClient({ url: `file:${file}` });
    const { rows } = await client.execute(
        `SELECT CASE WHEN name LIKE 'questions_search%' THEN 'full text'
                WHEN name LIKE 'questions_words%' THEN 'words of the speller'
                WHEN name LIKE '%question_%vectors%' THEN 'vectors'
                WHEN name LIKE '%questions%' THEN 'questions with their indexes' ELSE 'the rest' END AS what, sum(pgsize) AS bytes
            FROM dbstat GROUP BY 1 ORDER BY 2 DESC`,
    );
    client.close();
    return [...rows.map(({ what, bytes }) => [String(what), Number(bytes)] as const), ["file", statSync(file).size]];
}
