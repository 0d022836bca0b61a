import { verifySchema } from "../../drift/verify.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { versionOf } from "../../planning/state.ts";
import { isDrift, type ObjectDifference } from "../../schema/compare.ts";
import { renderDiff } from "../../schema/diff.ts";
import { isBookkeeping } from "../../schema/facts.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { readDatabase } from "../read-database.ts";
import { countOf } from "../report.ts";

export interface VerifyOptions {
    /** Write the files that lead to what the database holds. */
    readonly writeFiles?: boolean;
    /** Only name those files. */
    readonly dryRun?: boolean;
}

/** db:verify: compares every object of the database with the files. Exit code 4 when they differ. */
export async function showVerification(context: Context, options: VerifyOptions = {}): Promise<ExitCode> {
    const { output } = context;
    if (options.dryRun && !options.writeFiles) {
        throw new AppError("usage", "--dry-run is for --write-files", { hint: "without it, no file is written" });
    }
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
    const alignment =
        options.writeFiles && drifted.length > 0
            ? await (await import("./write-files.ts")).writeFiles(context, sets, state, differences, options)
            : undefined;
    output.line(
        drifted.length === 0
            ? `The database at version ${version} is as in the files: ${countOf(compared, "object")} compared.`
            : `The database at version ${version} differs from the files in ${countOf(drifted.length, "object")}.`,
    );
    if (alignment) output.line(alignment.next);
    output.document({
        version,
        drift: drifted.length > 0,
        objects: differences.map(describe),
        ...(alignment ? { files: alignment.files, left: alignment.left, warnings: alignment.warnings } : {}),
    });
    return drifted.length === 0 ? exitCodes.done : exitCodes.drift;
}

function describe(difference: ObjectDifference): object {
    if (!isDrift(difference)) return difference;
    return { ...difference, diff: renderDiff(difference).map(({ sign, text }) => `${sign} ${text}`) };
}

const words: Readonly<Record<ObjectDifference["state"], string>> = {
    same: "same",
    comment: "same, but for comments",
    changed: "CHANGED",
    missing: "MISSING",
    unexpected: "UNEXPECTED",
    extra: "extra, not of these files",
};

/** A table that a command keeps for itself beside those of the files, such as what an adoption could not place. */
const bookkeeping = "bookkeeping, beside the files";

/** One line for each object, then the lines in which those that differ do: `-` the files', `+` the database's. */
export function printDifferences(output: Output, differences: readonly ObjectDifference[]): void {
    output.table(
        differences.map(({ type, name, state, live, isUndeployed }) => [
            type,
            name,
            `${state === "extra" && isBookkeeping({ type, name, sql: live ?? null }) ? bookkeeping : words[state]}${isUndeployed ? " (only its file has changed: `pnpm db:push` deploys it)" : ""}`,
        ]),
    );
    output.line();
    const drifted = differences.filter(isDrift);
    if (drifted.length > 0) output.line("- as in the files, + as in the database:\n");
    for (const difference of drifted) {
        output.line(`${difference.type} ${difference.name}`);
        output.diff(renderDiff(difference));
        output.line();
    }
}
