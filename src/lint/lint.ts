import { coreSet, type FoundFiles, folderOf } from "../planning/files.ts";
import type { Problem } from "../planning/problems.ts";
import { applyAllows } from "./allows.ts";
import { type LintFile, toLintFiles } from "./files.ts";
import { failingStatement } from "./replay.ts";
import type { Finding, Rule } from "./rule.ts";
import { rules } from "./rules.ts";

export interface LintResult {
    readonly paths: readonly string[];
    readonly findings: readonly Finding[];
}

/**
 * Lints the files of a project. Pure: each file is judged by the schema that the files before it create.
 *
 * @param more problems that only reading or running the files shows
 * @param from the version from which migrations of the core set are judged in full: of those before it, only what keeps
 * them from running is reported
 */
export function lintFiles(
    found: FoundFiles,
    chosen: (path: string) => boolean = () => true,
    more: readonly Problem[] = [],
    from = 0,
): LintResult {
    const { files, others } = toLintFiles(found, more);
    const findings = files
        .filter(({ path }) => chosen(path))
        .flatMap((file) => {
            const places = rules.flatMap((rule) => judge(file, rule));
            const findings = applyAllows(file, places, rules);
            const reported = isHistory(file, from) ? findings.filter(keepsFromRunning) : findings;
            return sumUp(withoutEchoes(file, reported));
        });
    for (const problem of others.filter(({ path }) => chosen(path))) {
        const rule = rules.find((other) => other.id === problem.rule);
        if (rule) findings.push(toFinding(rule, problem));
    }
    const order = (a: Finding, b: Finding): number => a.path.localeCompare(b.path) || a.line - b.line;
    return { paths: files.map(({ path }) => path).filter(chosen), findings: findings.sort(order) };
}

function isHistory({ path, version }: LintFile, from: number): boolean {
    return version !== undefined && version < from && folderOf(coreSet) === path.slice(0, path.lastIndexOf("/"));
}

function keepsFromRunning({ rule: id }: Finding): boolean {
    return rules.some((rule) => rule.id === id && (rule.group === "runs" || rule.refused === true));
}

function judge(file: LintFile, rule: Rule): Finding[] {
    const places = [...rule.find(file)].map((place) => toFinding(rule, { path: file.path, ...place }));
    const known = file.problems.filter((problem) => problem.rule === rule.id);
    return [...places, ...known.map((problem) => toFinding(rule, problem))];
}

function toFinding(
    rule: Rule,
    { path, line = 1, message, remedy }: Partial<Problem> & Pick<Problem, "path" | "message">,
): Finding {
    return { path, line, message, rule: rule.id, level: rule.level, why: rule.why, remedy: remedy ?? rule.remedy };
}

/** Rules, beside those that a deploy refuses, that tell why a statement fails. */
const explaining = ["deep-parentheses", "too-many-terms", "vector-in-strict-table", "add-column-default"];

const isOfKey = ({ rule }: Finding): boolean => rule === "foreign-key-parent";

// Where such a rule finds something in a statement, its failure says nothing more.
function withoutEchoes({ statements }: LintFile, findings: readonly Finding[]): Finding[] {
    const refused = rules.filter((rule) => rule.refused).map(({ id }) => id);
    const explained = findings.filter(({ rule }) => explaining.includes(rule) || refused.includes(rule));
    return findings.filter(({ rule, line, message }) => {
        const statement = statements.find(({ from, to }) => line >= from && line <= to);
        if (rule !== failingStatement || !statement) return true;
        const isKey = message.startsWith("foreign key mismatch");
        return !(isKey ? findings.filter(isOfKey) : explained).some(
            (other) => other.line >= statement.from && other.line <= statement.to,
        );
    });
}

// After the comments that allow a place, so that each is judged by its own.
function sumUp(findings: readonly Finding[]): Finding[] {
    return findings.flatMap((finding) => {
        const summed = rules.find(({ id }) => id === finding.rule)?.summed;
        const alike = findings.filter(({ rule }) => rule === finding.rule);
        if (summed === undefined || alike.length === 1) return [finding];
        if (finding !== alike[0]) return [];
        return [{ ...finding, message: `${alike.length} ${summed}, first at line ${finding.line}` }];
    });
}
