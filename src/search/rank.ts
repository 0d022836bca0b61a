import type { Argument, Connection } from "../database/connection.ts";
import { type Encoder, renderVector } from "./encoders/encoder.ts";
import { readSearch, type SearchStatements } from "./site.ts";
import { readSearchWords } from "./words.ts";

export interface Found {
    readonly id: string;
    /** The values of the labels of the site. */
    readonly labels: readonly string[];
    /** Matching words are marked. */
    readonly text: string;
    /** The part of the text, or of what belongs to it, that matches best. */
    readonly passage: string;
    /** How well the words match, 0 to 1: 1 is the best of this search. */
    readonly words: number;
    /** How near the meaning is, 0 to 1; null without a vector. */
    readonly similarity: number | null;
    readonly score: number;
}

export interface SearchResult {
    readonly words: readonly string[];
    /** Words that the full text lacks, with those that were searched in their place. */
    readonly corrections: Readonly<Record<string, string>>;
    readonly found: readonly Found[];
}

export interface SearchRequest {
    readonly text: string;
    /** Undefined ranks by the words alone. */
    readonly encoder: Encoder | undefined;
    readonly limit: number;
    /** Further parameters of the statement: filters. */
    readonly filters: Readonly<Record<string, Argument>>;
    readonly signal?: AbortSignal;
}

/** Marks around a matching word, as the statement writes them. */
export const marks = { begin: "\u0002", end: "\u0003" };

/**
 * Searches in one statement and one request.
 *
 * @param request.text has a word
 * @throws AppError `usage` where the set is not installed
 */
export async function search(
    connection: Connection,
    statements: SearchStatements,
    { text, encoder, limit, filters, signal }: SearchRequest,
): Promise<SearchResult> {
    const words = readSearchWords(text);
    const [vector] = (await encoder?.embed([text], signal)) ?? [];
    const rows = await readSearch(connection, statements, "search", {
        ...filters,
        words: { items: words },
        vector: vector ? renderVector(vector) : null,
        model: encoder?.name ?? "",
        limit,
    });
    return {
        words,
        corrections: JSON.parse(String(rows[0]?.corrections ?? "{}")) as Record<string, string>,
        found: rows.map((row) => ({
            id: String(row.id),
            labels: statements.site.labels.map((label) => String(row[label])),
            text: String(row.text),
            passage: String(row.passage),
            words: Number(row.words),
            similarity: row.similarity === null ? null : Number(row.similarity),
            score: Number(row.score),
        })),
    };
}
