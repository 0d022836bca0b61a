import { readFile } from "node:fs/promises";
import type { Row } from "../../src/database/connection.ts";
import { type Encoder, renderVector } from "../../src/search/encoders/encoder.ts";
import { search } from "../../src/search/rank.ts";
import { readSearchWords } from "../../src/search/words.ts";
import { createRandom } from "../load/words.ts";
import type { SearchDatabase } from "./databases.ts";

/** A search with the ids that answer it. */
export interface LabelledQuery {
    readonly query: string;
    readonly ids: readonly string[];
    readonly kind: string;
}

/** How often the first answer is right, how often one of ten, and how far up the first right one is. */
export interface Quality {
    readonly method: string;
    readonly first: number;
    readonly ten: number;
    readonly mrr: number;
    /** The share of each kind with a right answer among ten. */
    readonly kinds: Readonly<Record<string, number>>;
}

const shown = 10;
export const noFilters = { channel: null, difficulty: null, company: null };

export async function readQueryFile(path: string): Promise<LabelledQuery[]> {
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    return lines.map((line) => JSON.parse(line) as LabelledQuery);
}

/** Searches for known questions: each with a third of its words dropped, by a fixed rule. */
export function dropWords(rows: readonly Row[], count: number): LabelledQuery[] {
    const random = createRandom(20_261_129);
    return Array.from({ length: count }, () => {
        const row = rows[Math.floor(random() * rows.length)];
        const words = String(row?.question).slice(0, 160).split(/\s+/);
        const kept = words.filter(() => random() >= 1 / 3);
        return { query: kept.join(" "), ids: [String(row?.id)], kind: "known item" };
    });
}

/** Ranks by the words, by the vectors alone, and by the product's statement. */
export const methods: readonly {
    readonly name: string;
    readonly rank: (database: SearchDatabase, encoder: Encoder, query: string) => Promise<readonly string[]>;
}[] = [
    {
        name: "full text",
        rank: async ({ connection }, _, query) =>
            idsOf(await connection.readAll([{ sql: fullText, args: [matchAny(query), shown] }])),
    },
    {
        name: "encoder",
        rank: async ({ connection }, encoder, query) => {
            const [vector = new Float32Array()] = await encoder.embed([query]);
            return idsOf(await connection.readAll([{ sql: encoderAlone, args: [renderVector(vector), shown] }]));
        },
    },
    {
        name: "vector:search",
        rank: async ({ connection, statements }, encoder, query) => {
            const request = { text: query, encoder, limit: shown, filters: noFilters };
            return (await search(connection, statements, request)).found.map(({ id }) => id);
        },
    },
];

export const fullText = `SELECT questions.id AS id
    FROM (
        SELECT rowid AS number, bm25(questions_search, 2.0, 1.0, 1.0, 1.0) AS rank FROM questions_search
        WHERE questions_search MATCH ?1 ORDER BY rank LIMIT ?2
    ) AS best JOIN questions ON questions.rowid = best.number ORDER BY best.rank`;

export const exactScan = `SELECT question_id AS id FROM question_vectors
    ORDER BY vector_distance_cos(vector, (SELECT vector8(?1))) LIMIT ?2`;

const encoderAlone = `SELECT question_id AS id
    FROM question_vectors AS vectors LEFT JOIN question_search_vectors AS searched USING (question_id)
    ORDER BY vector_distance_cos(coalesce(searched.vector, vectors.vector), (SELECT vector8(?1))) LIMIT ?2`;

export function matchAny(query: string): string {
    return readSearchWords(query)
        .map((word) => `"${word}"`)
        .join(" OR ");
}

function idsOf([result]: readonly ({ ok: true; rows: readonly Row[] } | { ok: false; message: string })[]): string[] {
    if (!result?.ok) throw new Error(result?.message ?? "no answer");
    return result.rows.map(({ id }) => String(id));
}

/** Measures each method on the same queries. */
export async function measureQuality(
    database: SearchDatabase,
    encoder: Encoder,
    queries: readonly LabelledQuery[],
): Promise<Quality[]> {
    const measured: Quality[] = [];
    for (const { name, rank } of methods) {
        const places: { readonly kind: string; readonly place: number }[] = [];
        for (const { query, ids, kind } of queries) {
            const found = await rank(database, encoder, query);
            places.push({ kind, place: found.findIndex((id) => ids.includes(id)) });
        }
        const share = (of: typeof places, holds: (place: number) => boolean): number =>
            of.filter(({ place }) => holds(place)).length / of.length;
        const kinds = [...new Set(places.map(({ kind }) => kind))];
        measured.push({
            method: name,
            first: share(places, (place) => place === 0),
            ten: share(places, (place) => place >= 0),
            mrr: places.reduce((sum, { place }) => sum + (place < 0 ? 0 : 1 / (place + 1)), 0) / places.length,
            kinds: Object.fromEntries(
                kinds.map((kind) => [
                    kind,
                    share(
                        places.filter((one) => one.kind === kind),
                        (place) => place >= 0,
                    ),
                ]),
            ),
        });
    }
    return measured;
}
