import type { Context } from "../cli.ts";
import { AppError, type ExitCode, exitCodes } from "../errors.ts";
import { versionOf } from "../migrations/state.ts";
import type { Output } from "../output.ts";
import { isDrift, type ObjectDifference } from "../schema/compare.ts";
import { verifySchema } from "../schema/verify.ts";
import { readDatabase } from "./read-database.ts";
import { countOf } from "./report.ts";

/** Compares every object of the database with the files. Exit code 4 when they differ. */
export async function showVerification(context: Context): Promise<ExitCode> {
    const { output } = context;
    const { sets, state } = await readDatabase(context);
    const version = versionOf(state, sets[0]?.name ?? "");
    if (version === 0) {
        throw new AppError("drift", "this database has had no migration, so there is nothing to compare", {
            hint: "deploy with `pnpm db:migrate`, or record an equal schema with `pnpm db:baseline`",
        });
    }
    const differences = await verifySchema(sets, state);
    printDifferences(output, differences);
    const drifted = differences.filter(isDrift);
    const compared = differences.filter(({ state: word }) => word !== "extra").length;
    output.line(
        drifted.length === 0
            ? `The database at version ${version} is as in the files: ${countOf(compared, "object")} compared.`
            : `The database at version ${version} differs from the files in ${countOf(drifted.length, "object")}.`,
    );
    output.document({ version, drift: drifted.length > 0, objects: differences });
    return drifted.length === 0 ? exitCodes.done : exitCodes.drift;
}

const words: Readonly<Record<ObjectDifference["state"], string>> = {
    same: "same",
    comment: "same, but for comments",
    changed: "CHANGED",
    missing: "MISSING",
    unexpected: "UNEXPECTED",
    extra: "extra, not of these files",
};

/** One line for each object, then the lines in which changed ones differ: `-` the files', `+` the database's. */
export function printDifferences(output: Output, differences: readonly ObjectDifference[]): void {
    output.table(differences.map(({ type, name, state }) => [type, name, words[state]]));
    output.line();
    for (const { type, name, state, live, expected } of differences) {
        if (state !== "changed") continue;
        output.line(`${type} ${name}`);
        for (const line of renderDifference(expected ?? "", live ?? "")) output.line(line);
        output.line();
    }
}

function renderDifference(expected: string, live: string): string[] {
    const split = (text: string): string[] => text.split("\n").map((line) => line.trim());
    const [left, right] = [split(expected), split(live)];
    const common = measureCommon(left, right);
    const lines: string[] = [];
    let [at, other] = [0, 0];
    while (at < left.length || other < right.length) {
        const isCommon = at < left.length && left[at] === right[other];
        const dropsLeft = (common[at + 1]?.[other] ?? -1) >= (common[at]?.[other + 1] ?? -1);
        if (isCommon) [at, other] = [at + 1, other + 1];
        else if (at < left.length && dropsLeft) lines.push(`  - ${left[at++]}`);
        else lines.push(`  + ${right[other++]}`);
    }
    return lines;
}

// How many lines the two texts share, in order, from each pair of lines on: a line that only moved is a difference too.
function measureCommon(left: readonly string[], right: readonly string[]): number[][] {
    const common = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
    for (let at = left.length - 1; at >= 0; at--) {
        const [row = [], below = []] = [common[at], common[at + 1]];
        for (let other = right.length - 1; other >= 0; other--) {
            row[other] =
                left[at] === right[other]
                    ? (below[other + 1] ?? 0) + 1
                    : Math.max(below[other] ?? 0, row[other + 1] ?? 0);
        }
    }
    return common;
}
