import type { Rule } from "./rule.ts";
import { commentRules } from "./rules/comments.ts";
import { droppingRules } from "./rules/dropping.ts";
import { layoutRules } from "./rules/layout.ts";
import { limitRules } from "./rules/limits.ts";
import { nameRules } from "./rules/names.ts";
import { queryRules } from "./rules/queries.ts";
import { rebuildRules } from "./rules/rebuilding.ts";
import { referenceRules } from "./rules/references.ts";
import { refusedRules } from "./rules/refused.ts";
import { rowRules } from "./rules/rows.ts";
import { tableRules } from "./rules/tables.ts";
import { undoRules } from "./rules/undoing.ts";

/** For the comments that allow a rule; applyAllows() finds it, because it depends on the findings of the others. */
export const allowRule: Rule = {
    id: "allow",
    group: "style",
    level: "error",
    summary:
        "a comment that allows nothing: no reason, an unknown rule, one that finds nothing there, or one that a deploy enforces",
    why: "A reader would believe it to be a decision.",
    remedy: "write `-- lint: allow <rule>: <reason>` before or in the statement, or remove it",
    find: () => [],
};

const groups = ["runs", "safe", "style"];

export const rules: readonly Rule[] = [
    ...refusedRules,
    ...limitRules,
    ...queryRules,
    ...droppingRules,
    ...rowRules,
    ...rebuildRules,
    ...undoRules,
    ...tableRules,
    ...referenceRules,
    ...commentRules,
    ...nameRules,
    ...layoutRules,
    allowRule,
].sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));
