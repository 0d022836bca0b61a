import { readProject } from "../../drift/status.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { findUnknownQueries } from "../../lint/index-queries.ts";
import { type LintResult, lintFiles } from "../../lint/lint.ts";
import { findPostgratorProblems } from "../../lint/postgrator.ts";
import { renderAnnotation } from "../../lint/render.ts";
import { findFailingStatements } from "../../lint/replay.ts";
import type { Finding } from "../../lint/rule.ts";
import { rules } from "../../lint/rules.ts";
import { readFiles } from "../../planning/files.ts";
import { toProjectPath } from "../options.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { countOf } from "../report.ts";
import { runsOnGitHub } from "../settings.ts";

export interface LintOptions {
    readonly strict?: boolean;
    readonly github?: boolean;
    readonly rules?: boolean;
}

/**
 * db:lint: checks without the configured database whether the SQL files run on Turso, are safe and follow the house style. Includes
 * applied migrations, because new ones are modelled on them.
 *
 * @returns exit code 1 for an error, or under --strict a warning
 * @throws AppError `usage` for a path that is not an SQL file
 */
export async function lint(context: Context, options: LintOptions): Promise<ExitCode> {
    const { output, root, args } = context;
    if (options.rules) return listRules(output);
    const wanted = args.map((path) => toProjectPath(root, path));
    const found = await readFiles(root);
    const isWanted = (path: string): boolean => wanted.length === 0 || wanted.some(covers(path));
    const more = await Promise.all([
        findPostgratorProblems(root, found),
        findFailingStatements(found),
        findUnknownQueries(root, found),
    ]);
    const result = lintFiles(found, isWanted, more.flat(), await readFrom(root));
    refuseUnknown(wanted, result);
    const errors = result.findings.filter(({ level }) => level === "error").length;
    const warnings = result.findings.length - errors;
    for (const finding of result.findings) printFinding(output, finding);
    if ((options.github ?? runsOnGitHub()) && !output.json) {
        for (const finding of result.findings) output.line(renderAnnotation(finding));
    }
    const fails = errors > 0 || (options.strict === true && warnings > 0);
    output.line(conclude(result.paths.length, errors, warnings));
    output.document({ files: result.paths.length, errors, warnings, findings: result.findings });
    return fails ? exitCodes.failed : exitCodes.done;
}

async function readFrom(root: string): Promise<number> {
    const { lintFrom = 0 } = await readProject(root);
    if (typeof lintFrom === "number" && Number.isSafeInteger(lintFrom) && lintFrom >= 0) return lintFrom;
    throw new AppError(
        "usage",
        `package.json: "lintFrom" is ${JSON.stringify(lintFrom)}, not the number of a migration`,
        {
            hint: 'write it like "lintFrom": 14, or remove it',
        },
    );
}

function listRules(output: Output): ExitCode {
    output.table(
        rules.map(({ id, group, level, refused, summary }) => [id, group, refused ? "refused" : level, summary]),
    );
    output.line(
        `${rules.length} rules. A deploy refuses the findings of \`refused\` rules, so they cannot be allowed.`,
    );
    output.document(rules.map(({ find: _, ...rule }) => ({ refused: false, ...rule })));
    return exitCodes.done;
}

function printFinding(output: Output, { path, line, level, rule, message, why, remedy }: Finding): void {
    output.line(`${path}:${line}: ${level}: ${rule}: ${message}`);
    output.line(`    Why:    ${why}`);
    for (const text of `Remedy: ${remedy}`.split("\n")) output.line(`    ${text}`);
}

function conclude(files: number, errors: number, warnings: number): string {
    const checked = `${countOf(files, "file")} checked`;
    if (errors + warnings === 0) return `Nothing found: ${checked}.`;
    return `Found ${countOf(errors, "error")} and ${countOf(warnings, "warning")}: ${checked}.`;
}

// A folder covers its files.
function covers(path: string): (wanted: string) => boolean {
    return (wanted) => path === wanted || path.startsWith(`${wanted.replace(/\/$/, "")}/`) || wanted === "";
}

function refuseUnknown(wanted: readonly string[], { paths, findings }: LintResult): void {
    const known = [...paths, ...findings.map(({ path }) => path)];
    const unknown = wanted.find((path) => !known.some((other) => covers(other)(path)));
    if (unknown === undefined) return;
    throw new AppError("usage", `'${unknown}' is not one of the SQL files`, {
        hint: "name files or folders of migrations/, views/ and triggers/, from the project's folder",
    });
}
