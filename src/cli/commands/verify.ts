import type { Alignment } from "../../drift/align.ts";
import { describeVerification, verifyDatabase } from "../../drift/verify.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { coreSet, type MigrationFile } from "../../planning/files.ts";
import { isDrift, listCompared } from "../../schema/compare.ts";
import { printDifferences } from "../differences.ts";
import { openDatabase, withDatabase } from "../open.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { countOf, warnOfUnfinished } from "../report.ts";

export interface VerifyOptions {
    /** Write the files that produce the schema of the database. */
    readonly writeFiles?: boolean;
    /** List those files without writing them. */
    readonly dryRun?: boolean;
    /** Treat extra indexes on tables of the files as drift. */
    readonly strict?: boolean;
}

/** db:verify: compares every object of the database with the files. Exit code 4 when they differ. */
export async function showVerification(context: Context, options: VerifyOptions = {}): Promise<ExitCode> {
    const { output, root } = context;
    const { writeFiles = false, dryRun = false, strict = false } = options;
    if (dryRun && !writeFiles) {
        throw new AppError("usage", "--dry-run needs --write-files", {
            hint: "leave it out: without `--write-files` no file is written",
        });
    }
    const opened = await openDatabase(context, "read");
    const verification = await withDatabase(opened, () =>
        verifyDatabase(root, opened.connection, { strict, leaveOut: warnOfUnfinished(output) }),
    );
    const { version, unfinished, differences } = verification;
    const without = unfinished.length === 0 ? "" : `, without ${countOf(unfinished.length, "unfinished migration")}`;
    printDifferences(output, differences);
    const drifted = differences.filter(isDrift);
    const compared = listCompared(differences).length;
    const alignment =
        writeFiles && drifted.length > 0
            ? await (await import("../../drift/write-files.ts")).alignFiles(root, verification, { dryRun })
            : undefined;
    if (alignment) printAlignment(output, alignment, dryRun);
    output.line(
        drifted.length === 0
            ? `The database at version ${version} matches the files: ${countOf(compared, "object")} compared${without}.`
            : `The database at version ${version} differs from the files in ${countOf(drifted.length, "object")}.`,
    );
    if (alignment) output.line(dryRun ? "Dry run: no file was written." : describeNextStep(alignment, unfinished));
    output.document({ ...describeVerification(version, differences), ...alignment });
    return drifted.length === 0 ? exitCodes.done : exitCodes.drift;
}

function printAlignment(output: Output, { files, left, warnings }: Alignment, isDryRun: boolean): void {
    for (const { path, text } of files) {
        if (isDryRun) output.field("Would", `${text === undefined ? "remove" : "write"} ${path}`);
        else output.field(text === undefined ? "Removed" : "Wrote", path);
    }
    for (const { type, name, why } of left) output.field("Left", `${type} ${name}: ${why}`);
    for (const warning of warnings) output.warn(warning);
}

function describeNextStep({ files }: Alignment, unfinished: readonly MigrationFile[]): string {
    if (files.length === 0) return "No file was written: nothing else differs.";
    const before = unfinished.findLast(({ set }) => set === coreSet);
    const first = before ? `finish ${before.path} and run \`pnpm db:migrate --to ${before.version}\`, ` : "";
    return files.some(({ path }) => path.startsWith("migrations/"))
        ? `Next: review the files, ${first}then run \`pnpm db:baseline\` to record the new migrations here without running them; ` +
              "deploy them to other databases with `pnpm db:migrate`."
        : "Next: review the files, then run `pnpm db:push` to record that they are deployed; nothing else changes.";
}
