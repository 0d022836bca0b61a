import type { Argument, Connection, JsonList, Row } from "../../../src/database/connection.ts";
import { AppError } from "../../../src/errors.ts";
import { bindNames } from "../../../src/queries/files.ts";
import { type RoleFiles, readRoleFiles } from "../../../src/queries/roles.ts";
import { renderVector } from "../../../src/search/encoders/encoder.ts";
import { splitWords } from "../../../src/search/words.ts";
import { searchSite } from "../../search.ts";
import { type DuplicateVerdict, judgePair } from "./judge-pair.ts";

/** A question that may be new. */
export interface Candidate {
    /** Of a question that is stored already, which is not its own rival. */
    readonly id?: string;
    readonly question: string;
    readonly channel: string;
    /** Of the whole question, of length 1. */
    readonly vector?: Float32Array | undefined;
}

/** A candidate of the same run that is not stored yet, with a name to tell it by. */
export interface OtherCandidate extends Pick<Candidate, "question" | "vector"> {
    readonly id: string;
}

/** A question that asks the same, or may do so. */
export interface Rival {
    readonly id: string;
    readonly text: string;
    /** Never `new`. */
    readonly verdict: DuplicateVerdict;
    /** The share of their words that both have, apart from those that any question has: 0 to 1. */
    readonly jaccard: number;
    /** Of their vectors, 0 to 1; undefined where one has none. */
    readonly cosine: number | undefined;
}

export interface DuplicateSearch {
    /** That of the nearest rival; `new` without one. */
    readonly verdict: DuplicateVerdict;
    /** The most alike first. */
    readonly rivals: readonly Rival[];
    /** When the newest question of the channel was added, as it was when the rivals were read; null for an empty channel. */
    readonly newestInChannel: string | null;
}

export interface DuplicateSearchOptions {
    /** The candidates before this one in the same run. */
    readonly others?: readonly OtherCandidate[];
    /** Whether the migration set of the search is installed. */
    readonly hasSearch: boolean;
    /** The name of the encoder that the candidate's vector is of. */
    readonly model?: string | undefined;
}

const names = {
    newest: "newest-in-channel",
    candidates: "duplicate-candidates",
    inChannel: "questions-to-compare",
    equal: "questions-with-text",
} as const;

/** The statements of a search for duplicates. */
export type DuplicateStatements = RoleFiles<keyof typeof names>;

/** Reads the statements from their files. @throws AppError `invalid-files` */
export function readDuplicateStatements(root: string): Promise<DuplicateStatements> {
    return readRoleFiles(root, names, [undefined, searchSite.set]);
}

/**
 * Looks for questions that ask the same as a candidate, in one request: with the search among the 20 questions of all channels
 * that share most of its words, otherwise among all questions of its channel and those of any channel with equal text; and among
 * the candidates before it.
 *
 * @throws AppError `usage` where the search was said to be installed and is not, `sql` for another failure
 */
export async function findQuestionDuplicates(
    connection: Connection,
    statements: DuplicateStatements,
    { id, question, channel, vector }: Candidate,
    { others = [], hasSearch, model = "" }: DuplicateSearchOptions,
): Promise<DuplicateSearch> {
    const values = {
        ...{ question, channel, model, words: { items: splitWords(question) } },
        vector: vector === undefined ? null : renderVector(vector),
    };
    const asked = hasSearch ? (["newest", "candidates"] as const) : (["newest", "inChannel", "equal"] as const);
    const [newest = [], ...found] = await readTogether(connection, statements, asked, values);
    const stored = new Map(found.flat().map((row) => [String(row.id), row]));
    if (id !== undefined) stored.delete(id);
    const rivals = [
        ...[...stored.values()].map((row) => ({
            ...{ id: String(row.id), text: String(row.text) },
            ...judgePair(question, String(row.text), typeof row.cosine === "number" ? row.cosine : undefined),
        })),
        ...others.map((other) => ({
            ...{ id: other.id, text: other.question },
            ...judgePair(question, other.question, multiply(vector, other.vector)),
        })),
    ].filter(({ verdict }) => verdict !== "new");
    rivals.sort(
        (one, other) =>
            Number(one.verdict === "review") - Number(other.verdict === "review") ||
            other.jaccard - one.jaccard ||
            (other.cosine ?? 0) - (one.cosine ?? 0),
    );
    const created = newest[0]?.newest;
    return {
        verdict: rivals[0]?.verdict ?? "new",
        rivals,
        newestInChannel: typeof created === "string" ? created : null,
    };
}

async function readTogether(
    connection: Connection,
    statements: DuplicateStatements,
    asked: readonly (keyof typeof names)[],
    values: Readonly<Record<string, Argument | JsonList>>,
): Promise<(readonly Row[])[]> {
    const queries = asked.map(statements);
    const results = await connection.readAll(queries.map(({ sql }) => bindNames(sql, values)));
    return results.map((result, at) => {
        if (result.ok) return result.rows;
        const { label } = connection.target;
        if (/no such table: (?:main\.)?question(?:s_search|_vectors)/.test(result.message))
            throw new AppError("usage", `search is not installed in ${label} (${result.message})`, {
                hint: "install it with `pnpm vector:init`",
            });
        throw new AppError("sql", `${queries[at]?.path} failed: ${result.message}`, {
            hint: "compare the database with the files: `pnpm db:verify`",
        });
    });
}

/** The cosine of two vectors of length 1; undefined where one is missing or they are of different length. */
function multiply(one: Float32Array | undefined, other: Float32Array | undefined): number | undefined {
    if (one === undefined || other === undefined || one.length !== other.length) return undefined;
    return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
