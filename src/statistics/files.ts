import { numberedNames, readSqlFolder, requireQuery, type SqlFolder } from "../sql/documented/folder.ts";

/** A query whose rows are figures to watch, as a file of operations/statistics/ holds it. */
export interface StatisticsFile {
    /** The file's name without its number and its ending, such as `queue`. */
    readonly name: string;
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    /** What it shows, in a sentence. */
    readonly title: string;
    /** Its one parameter is `:now`, ISO-8601, UTC. */
    readonly sql: string;
}

const folder: SqlFolder = { path: "operations/statistics", names: numberedNames, page: "docs/statistics.md" };

/**
 * Reads the queries of a project, in the order of their files. A folder that does not exist holds none.
 *
 * @throws AppError `invalid-files` that lists every file and line in which something is wrong
 */
export function readStatisticsFiles(root: string): Promise<StatisticsFile[]> {
    return readSqlFolder(root, folder, ({ name, path, title, statements: [statement] }, refuse) => {
        requireQuery(statement, [":now"], refuse);
        return { name, path, title, sql: statement.sql };
    });
}
