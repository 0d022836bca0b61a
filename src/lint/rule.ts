import type { LintFile } from "./files.ts";

/**
 * error: it would fail, lose something, or break its readers; warning: it may, or it is not in house style. Warnings fail
 * a run only under --strict.
 */
export type Level = "error" | "warning";

/** runs: would a Turso server and the runner take it; safe: what about the rows that are there; style: how it is written. */
type RuleGroup = "runs" | "safe" | "style";

/** One rule of the lint. Its texts stand in `--rules` and in docs/lint.md. */
export interface Rule {
    readonly id: string;
    readonly group: RuleGroup;
    readonly level: Level;
    /** What is found, as a phrase. */
    readonly summary: string;
    /** Why that is bad, as a sentence. */
    readonly why: string;
    /** What to do about it, unless the place tells more. */
    readonly remedy: string;
    /** Whether a deploy refuses it too, so that no comment in a file can allow it. */
    readonly refused?: boolean;
    readonly find: (file: LintFile) => Iterable<Place>;
}

/** Where a rule found something in a file. */
export interface Place {
    readonly line: number;
    /** What stands there. */
    readonly message: string;
    /** A better remedy than the rule's own. */
    readonly remedy?: string;
}

/** What the lint says of one place. */
export interface Finding extends Place {
    readonly path: string;
    readonly rule: string;
    readonly level: Level;
    readonly why: string;
    readonly remedy: string;
}
