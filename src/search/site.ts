import type { Argument, Connection, JsonList, Query, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { bindNames } from "../queries/files.ts";
import { type RoleFiles, readRoleFiles } from "../queries/roles.ts";

/** What a site searches: the statements of its optional set, by what they are for. */
export interface SearchSite {
    /** The migration set, and the folder of `queries/` with its statements. */
    readonly set: string;
    /** The set with the vector index, for those who outgrow the scan. */
    readonly indexSet: string;
    /** What a text is: `question`. */
    readonly noun: string;
    /** Parameters of the search that keep to some of the texts, with what they are. */
    readonly filters: Readonly<Record<string, string>>;
    /** Columns that are shown beside the id of a text. */
    readonly labels: readonly string[];
    readonly queries: {
        /**
         * Ranks: `:words` (JSON array), `:vector` (JSON text or NULL), `:model`, `:limit` and filters; gives `id`, `text`
         * and `passage` with matching words between char(2) and char(3), `words`, `similarity`, `score`, `corrections`.
         */
        readonly search: string;
        /** `:id`, `:limit`: the nearest by vector; gives `id`, `text`, `similarity`. */
        readonly similar: string;
        /** The same by the vector index, in the folder of `indexSet`. */
        readonly similarIndexed: string;
        /** A page of the texts after `:after`, of `:channel` or all, with the `model` and `content_hash` of their vectors. */
        readonly texts: string;
        /** The ids whose vectors have no text any more. */
        readonly surplus: string;
        /** Removes the vectors of `:ids` if their texts are still gone. */
        readonly remove: string;
        /** Then removes what a search is compared with of those `:ids`. */
        readonly removeSearched: string;
        /** Writes `:vectors` of `:model` with `:dimensions`: a JSON array of [id, hash, vector, searched vector or null]. */
        readonly save: string;
        /** Then writes the searched vectors of `:vectors`: what a search is compared with, or NULL where that is the vector. */
        readonly saveSearched: string;
        /** Merges the parts of the full text. */
        readonly merge: string;
        /** A page of the vectors of `:model` after `:after`. */
        readonly vectors: string;
        /** The texts of `:ids`. */
        readonly passages: string;
        /** Counts `texts` and `indexed`, and gives of each `model` its `vectors`, the `bytes` and the last `updated_at`. */
        readonly coverage: string;
    };
}

/** The statements of a site's search, read from its files. */
export interface SearchStatements {
    readonly site: SearchSite;
    readonly find: RoleFiles<keyof SearchSite["queries"]>;
}

/** Reads the statements of a search. @throws AppError `invalid-files` */
export async function readSearchStatements(root: string, site: SearchSite): Promise<SearchStatements> {
    return { site, find: await readRoleFiles(root, site.queries, [site.set, site.indexSet]) };
}

type Values = Readonly<Record<string, Argument | JsonList>>;

/** Binds values to one of the statements. */
export function bindSearch({ find }: SearchStatements, role: keyof SearchSite["queries"], values: Values): Query {
    return bindNames(find(role).sql, values);
}

/**
 * Runs a statement that reads.
 *
 * @throws AppError `usage` where the set is not installed, `sql` for another failure
 */
export async function readSearch(
    connection: Connection,
    statements: SearchStatements,
    role: keyof SearchSite["queries"],
    values: Values = {},
): Promise<readonly Row[]> {
    const [result] = await connection.readAll([bindSearch(statements, role, values)]);
    if (result?.ok) return result.rows;
    const message = result?.message ?? "no answer";
    if (/no such table/.test(message)) {
        throw new AppError("usage", `search is not installed in ${connection.target.label} (${message})`, {
            hint: `install it with \`pnpm vector:init${role === "similarIndexed" ? " --index" : ""}\``,
        });
    }
    throw new AppError("sql", `${statements.find(role).path} failed: ${message}`, {
        hint: "compare the database with the files: `pnpm db:verify`",
    });
}
