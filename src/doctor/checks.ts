import { requireQuery, requireValues } from "../sql/documented/demands.ts";
import { plainNames, readSqlFolder, type SqlFile, type SqlFolder } from "../sql/documented/folder.ts";
import { listLinesAbove, readHeader, requireHeader } from "../sql/documented/header.ts";
import type { Refuse } from "../sql/documented/problems.ts";

/** error: something is broken or lost; warning: something is wrong or soon will be; note: worth knowing. */
export type Level = (typeof levels)[number];

/** From the worst to the mildest. */
export const levels = ["error", "warning", "note"] as const;

/** One file of operations/checks/: a query that gives a row for each thing that is wrong, and what there is to say about it. */
export interface Check {
    /** The file's name without its ending. */
    readonly name: string;
    /** From the project's folder: `operations/checks/foreign-keys.sql`. */
    readonly path: string;
    readonly level: Level;
    /** What its rows are, as a phrase. */
    readonly title: string;
    readonly why: string;
    readonly remedy: string;
    /** Whether it looks at every page of the database, so that --quick leaves it out. */
    readonly isSlow: boolean;
    /** The query, without its semicolon. */
    readonly sql: string;
}

const folder: SqlFolder = {
    path: "operations/checks",
    names: plainNames,
    page: "docs/doctor.md",
    isNeeded: true,
    outcome: "Nothing was examined.",
};
const examples = {
    Level: "warning",
    Why: "The application shows such a row as it is.",
    Remedy: "Delete the row: DELETE FROM <table> WHERE id = <id>.",
};

/**
 * Reads the checks of a project, in the order of their names.
 *
 * @param root the project's folder
 * @throws AppError `usage` where there are none, `invalid-files` for a file that is none
 */
export function readChecks(root: string): Promise<Check[]> {
    return readSqlFolder(root, folder, parseCheck);
}

function parseCheck(file: SqlFile, refuse: Refuse): Check {
    const [statement] = file.statements;
    const header = readHeader(listLinesAbove(file), ["Level", "Why", "Remedy", "Slow"], refuse);
    requireHeader(header, examples, refuse);
    requireQuery(statement, refuse);
    requireValues(statement, [], refuse);
    const { title, parts } = header;
    const said = parts.get("Level");
    const level = levels.find((word) => word === said?.text);
    if (said?.text && !level) refuse(said.line, `the level is none of ${levels.join(", ")}`, "write one of them");
    return {
        name: file.name,
        path: file.path,
        level: level ?? "error",
        title: title.replace(/\.$/, ""),
        why: parts.get("Why")?.text ?? "",
        remedy: parts.get("Remedy")?.text ?? "",
        isSlow: parts.get("Slow")?.text === "yes",
        sql: statement.sql,
    };
}
