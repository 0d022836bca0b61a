import { isDrift, type ObjectDifference } from "../schema/compare.ts";
import { renderDiff } from "../schema/diff.ts";
import { isBookkeeping } from "../schema/facts.ts";
import type { Output } from "./output.ts";

const stateWords: Readonly<Record<ObjectDifference["state"], string>> = {
    same: "same",
    comment: "same except for comments",
    changed: "CHANGED",
    missing: "MISSING",
    unexpected: "UNEXPECTED",
    extra: "extra, not in the files",
};

/** Prints one line for each object, then the diff of those that differ: `-` the files, `+` the database. */
export function printDifferences(output: Output, differences: readonly ObjectDifference[]): void {
    output.table(differences.map((difference) => [difference.type, difference.name, describeState(difference)]));
    output.line();
    const drifted = differences.filter(isDrift);
    if (drifted.length > 0) output.line("- as in the files, + as in the database:\n");
    for (const difference of drifted) {
        output.line(`${difference.type} ${difference.name}`);
        output.diff(renderDiff(difference));
        output.line();
    }
}

function describeState({ type, name, state, live, isUndeployed }: ObjectDifference): string {
    if (state === "extra" && isBookkeeping({ type, name, sql: live ?? null })) return "bookkeeping, not in the files";
    if (isUndeployed) return `${stateWords[state]} (only the file changed: \`pnpm db:push\` deploys it)`;
    return stateWords[state];
}
