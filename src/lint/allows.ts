import { readComment } from "../sql/create-table.ts";
import { isLintComment, type LintFile } from "./files.ts";
import type { Finding, Rule } from "./rule.ts";
import { allowRule } from "./rules.ts";

/** A comment that allows a rule in one statement. */
interface Allow {
    readonly line: number;
    readonly rule: string;
    readonly reason: string;
    readonly from: number;
    readonly to: number;
}

const form = /^lint:\s*allow\s+([\w-]+)\s*(?::\s*(.*))?$/s;

/** Removes the findings that comments of a file allow, and adds what is wrong with those comments. */
export function applyAllows(file: LintFile, findings: readonly Finding[], all: readonly Rule[]): Finding[] {
    const wrong: Finding[] = [];
    const report = (line: number, message: string): void => {
        const { id: rule, level, why, remedy } = allowRule;
        wrong.push({ path: file.path, line, message, rule, level, why, remedy });
    };
    const allows = findAllows(file, report).filter(({ line, rule: id, reason }) => {
        const rule = all.find((other) => other.id === id);
        if (!rule || rule === allowRule) report(line, `there is no rule '${id}' (\`pnpm db:lint --rules\` lists them)`);
        else if (rule.refused) report(line, `'${id}' cannot be allowed: a deploy refuses it`);
        else if (!/\w/.test(reason)) report(line, `has no reason for '${id}'`);
        else return true;
        return false;
    });
    const used = new Set<Allow>();
    const left = findings.filter((finding) => {
        const own = allows.filter(
            ({ rule, from, to }) => rule === finding.rule && finding.line >= from && finding.line <= to,
        );
        for (const allow of own) used.add(allow);
        return own.length === 0;
    });
    for (const allow of allows) {
        if (!used.has(allow)) report(allow.line, `'${allow.rule}' finds nothing in this statement`);
    }
    return [...left, ...wrong];
}

function findAllows(file: LintFile, report: (line: number, message: string) => void): Allow[] {
    const last = file.statements.at(-1);
    return file.tokens.flatMap((token) => {
        if (!isLintComment(token)) return [];
        const [, rule, reason = ""] = form.exec(readComment(token)) ?? [];
        if (rule === undefined) {
            report(token.line, `'${readComment(token)}' is not a valid lint comment`);
            return [];
        }
        const { line } = token;
        const statement = file.statements.find(({ from, to }) => line >= from && line <= to) ?? last;
        return [{ line, rule, reason, from: statement?.from ?? 1, to: statement?.to ?? line }];
    });
}
