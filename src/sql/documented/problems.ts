import { AppError } from "../../errors.ts";

/** Something in a file that must be fixed before the file is used. */
export interface FileProblem {
    /** Path from the project's root, with forward slashes. */
    readonly path: string;
    readonly line: number;
    readonly message: string;
    readonly remedy: string;
}

/** Notes what is wrong with the file that is being read, and lets the reader go on. */
export type Refuse = (line: number, message: string, remedy: string) => void;

/**
 * One error that lists every problem of a folder's files, each with its place and remedy.
 *
 * @param page the page of docs/ that shows what such a file looks like
 */
export function refuseFolder(
    problems: readonly FileProblem[],
    { path: folder, page, outcome }: { readonly path: string; readonly page: string; readonly outcome?: string },
): AppError {
    const details = problems.flatMap(({ path, line, message, remedy }) => [
        `${path}:${line}: ${message}`,
        `    ${remedy}`,
    ]);
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    const hint = `${page} shows what a file of ${folder}/ looks like`;
    return new AppError("invalid-files", `the files of ${folder}/ have ${count}`, { details, hint, outcome });
}
