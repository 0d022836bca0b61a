import type { Query } from "../database/connection.ts";
import { requireQuery, requireValues } from "../sql/documented/demands.ts";
import { numberedNames, readSqlFolder, type SqlFile, type SqlFolder } from "../sql/documented/folder.ts";
import { listLinesAbove, readHeader, requireHeader } from "../sql/documented/header.ts";
import type { Refuse } from "../sql/documented/problems.ts";
import { tokenize } from "../sql/lexer.ts";

/** A query of operations/statistics/ whose rows are figures to watch. */
interface StatisticsFile {
    /** The file's name without its number and its ending, such as `queue`. */
    readonly name: string;
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    /** What it shows, in a sentence. */
    readonly title: string;
    readonly sql: string;
}

const folder: SqlFolder = { path: "operations/statistics", names: numberedNames, page: "docs/statistics.md" };

/**
 * Reads the queries of a project, in the order of their files. A folder that does not exist holds none.
 *
 * @throws AppError `invalid-files` that lists every file and line in which something is wrong
 */
export function readStatisticsFiles(root: string): Promise<StatisticsFile[]> {
    return readSqlFolder(root, folder, parse);
}

/** The query of a file at a time: its one parameter is `:now`, ISO-8601, UTC. */
export function bindTime({ sql }: Pick<StatisticsFile, "sql">, now: string): Query {
    const tokens = tokenize(sql);
    return {
        sql: tokens.map(({ kind, text }) => (kind === "parameter" ? "?1" : text)).join(""),
        args: tokens.some(({ kind }) => kind === "parameter") ? [now] : [],
    };
}

function parse(file: SqlFile, refuse: Refuse): StatisticsFile {
    const [statement] = file.statements;
    // The first line alone is the heading of the figures.
    const header = readHeader(listLinesAbove(file).slice(0, 1), [], refuse);
    requireHeader(header, {}, refuse);
    requireQuery(statement, refuse);
    requireValues(statement, [":now"], refuse);
    return { name: file.name, path: file.path, title: header.title, sql: statement.sql };
}
