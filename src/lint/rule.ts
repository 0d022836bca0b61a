import type { LintFile } from "./files.ts";

/**
 * error: it would fail, lose something, or break its readers; warning: it may, or it is not in house style. Warnings fail
 * a run only under --strict.
 */
type Level = "error" | "warning";

/** runs: whether a Turso server and the runner accept it; safe: what happens to existing rows; style: how it is written. */
type RuleGroup = "runs" | "safe" | "style";

/** One rule of the lint. `--rules` and docs/reference/lint.md show its texts. */
export interface Rule {
    readonly id: string;
    readonly group: RuleGroup;
    readonly level: Level;
    /** What is found, as a phrase. */
    readonly summary: string;
    /** Why that is bad, as a sentence. */
    readonly why: string;
    /** What to do about it, unless the place has its own remedy. */
    readonly remedy: string;
    /** Whether a deploy refuses it too, so that no comment can allow it. */
    readonly refused?: boolean;
    /** What several places of a file have in common, as "keywords are not in capitals": they are then one finding. */
    readonly summed?: string;
    readonly find: (file: LintFile) => Iterable<Place>;
}

type RuleDraft = Omit<Rule, "group" | "level"> & Partial<Pick<Rule, "group" | "level">>;

/** Makes rules of one group; a rule without a level is a warning. */
export function defineRules(group: RuleGroup, drafts: readonly RuleDraft[]): Rule[] {
    return drafts.map((draft) => ({ group, level: "warning", ...draft }));
}

export interface Place {
    readonly line: number;
    readonly message: string;
    readonly remedy?: string;
}

export interface Finding extends Required<Place>, Pick<Rule, "level" | "why"> {
    readonly path: string;
    readonly rule: string;
}
