import {
    chooseFiles,
    type DocumentedFile,
    type NamedFile,
    plainNames,
    readSqlFolder,
    requireQuery,
    type SqlFolder,
} from "../sql/documented/folder.ts";
import type { Refuse } from "../sql/documented/header.ts";

/** error: something is broken or lost; warning: something is wrong or soon will be; note: worth knowing. */
export type CheckLevel = (typeof levels)[number];

/** Most severe first. */
export const levels = ["error", "warning", "note"] as const;

/** One file of operations/checks/ or of its folder general/: a query that returns a row for each problem, with its description. */
export interface Check extends NamedFile {
    readonly level: CheckLevel;
    readonly why: string;
    readonly remedy: string;
    /** It reads every page of the database, so --quick skips it. */
    readonly isSlow: boolean;
    /** The optional migration set whose tables it reads; it is skipped where that set is not installed. */
    readonly set: string | undefined;
    /** The query, without its semicolon. */
    readonly sql: string;
}

const outcome = "Nothing was examined.";
const folder: SqlFolder = {
    path: "operations/checks",
    general: "operations/checks/general",
    names: plainNames,
    page: "docs/reference/doctor.md",
    headings: {
        Level: "warning",
        Why: "The application shows such a row as it is.",
        Remedy: "Delete the row: DELETE FROM <table> WHERE id = <id>.",
        Slow: null,
        Set: null,
    },
    isNeeded: true,
    outcome,
};

/**
 * Reads the checks of a project, the general ones among them, ordered by name.
 * @throws AppError `usage` if there are none and this is no project, `invalid-files`
 */
export function readChecks(root: string): Promise<Check[]> {
    return readSqlFolder(root, folder, parseCheck);
}

/**
 * Selects checks by name or path; all if `wanted` is undefined.
 * @throws AppError `usage` for an unknown name
 */
export function chooseChecks(checks: readonly Check[], wanted: readonly string[] | undefined, quick: boolean): Check[] {
    if (!wanted) return checks.filter(({ isSlow }) => !(quick && isSlow));
    const hint = "`pnpm db:doctor --list` lists the checks";
    return chooseFiles(checks, wanted, { what: "check", hint, outcome });
}

function parseCheck({ name, path, title, find, statements }: DocumentedFile, refuse: Refuse): Check {
    const [statement] = statements;
    requireQuery(statement, [], refuse);
    const part = statement.header.parts.get("Level");
    const level = levels.find((word) => word === part?.text);
    if (part?.text && !level) refuse(part.line, `the level is none of ${levels.join(", ")}`, "write one of them");
    return {
        ...{ name, path, level: level ?? "error", title: title.replace(/\.$/, "") },
        why: find("Why") ?? "",
        remedy: find("Remedy") ?? "",
        isSlow: find("Slow") === "yes",
        set: find("Set") || undefined,
        sql: statement.sql,
    };
}
