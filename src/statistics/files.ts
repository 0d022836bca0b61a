import {
    type NamedFile,
    numberedNames,
    readSqlFolder,
    requireQuery,
    type SqlFolder,
} from "../sql/documented/folder.ts";

/** A query for figures, from a file of operations/statistics/. */
interface StatisticsFile extends NamedFile {
    /** Its one parameter is `:now`, ISO-8601, UTC. */
    readonly sql: string;
}

const folder: SqlFolder = { path: "operations/statistics", names: numberedNames, page: "docs/reference/statistics.md" };

/**
 * Reads the queries of a project, ordered by file name; none without a folder.
 * @throws AppError `invalid-files`
 */
export function readStatisticsFiles(root: string): Promise<StatisticsFile[]> {
    return readSqlFolder(root, folder, ({ name, path, title, statements: [statement] }, refuse) => {
        requireQuery(statement, [":now"], refuse);
        return { name, path, title, sql: statement.sql };
    });
}
