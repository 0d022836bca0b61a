import type { FoundFiles } from "../planning/files.ts";
import type { Problem } from "../planning/problems.ts";
import { applyAllows } from "./allows.ts";
import { toLintFiles } from "./files.ts";
import type { Finding } from "./rule.ts";
import { rules } from "./rules.ts";

export interface LintResult {
    readonly paths: readonly string[];
    readonly findings: readonly Finding[];
}

/** Lints the files of a project. Pure: each file is judged by the schema that the files before it create. */
export function lintFiles(
    found: FoundFiles,
    chosen: (path: string) => boolean = () => true,
    more: readonly Problem[] = [],
): LintResult {
    const { files, others } = toLintFiles(found, more);
    const findings = files
        .filter(({ path }) => chosen(path))
        .flatMap((file) => {
            const places = rules.flatMap((rule) =>
                [...rule.find(file)].map((place): Finding => {
                    const { id, level, why, remedy } = rule;
                    return { path: file.path, rule: id, level, why, remedy, ...place };
                }),
            );
            return applyAllows(file, places, rules);
        });
    for (const { path, line = 1, message, remedy, rule: id } of others.filter((problem) => chosen(problem.path))) {
        const rule = rules.find((other) => other.id === id);
        if (rule) findings.push({ path, line, message, remedy, rule: rule.id, level: rule.level, why: rule.why });
    }
    const order = (a: Finding, b: Finding): number => a.path.localeCompare(b.path) || a.line - b.line;
    return { paths: files.map(({ path }) => path).filter(chosen), findings: findings.sort(order) };
}
