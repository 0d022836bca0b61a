import type { Origins } from "../adoption/origins.ts";
import { prepareAdoption } from "../adoption/prepare.ts";
import { refuseOccupied, runCopy } from "../adoption/run-copy.ts";
import { surveyTables } from "../adoption/survey.ts";
import { type Context, confirmRemote } from "../cli.ts";
import { readTarget } from "../config.ts";
import { openConnection } from "../database/connection.ts";
import { findTokenWarnings, refuseUnwritable } from "../database/permission.ts";
import { isSameDatabase, type Target } from "../database/target.ts";
import { AppError, type ExitCode } from "../errors.ts";
import { printSurvey } from "./adoption-report.ts";
import {
    type AdoptOptions,
    describeAdoption,
    finishAdoption,
    openSource,
    proveSchema,
    refuseTooMany,
    sumRefused,
    warnDangling,
} from "./adoption-steps.ts";
import { countOf, createReport } from "./report.ts";
import { goesOn, withConnection } from "./run-prepared.ts";

/** db:adopt --into: copies a database that others made into an empty one, under the files. The source is only read. */
export async function adoptInto(
    context: Context,
    options: AdoptOptions & { readonly into: string },
    origins: Origins,
): Promise<ExitCode> {
    const { root, output, signal } = context;
    const { target, writesOff } = await readTarget(options.into, "--into", "TURSO_INTO_AUTH_TOKEN", root);
    const source = await openSource(context);
    return withConnection(source, async () => {
        output.field("Into", target.label);
        refuseUnwritable(target, writesOff, new Date());
        for (const warning of findTokenWarnings(target, "write", new Date())) output.warn(warning);
        refuseItself(source.target, target);
        const adoption = await prepareAdoption(root, source, origins);
        const surveys = await surveyTables(source, adoption);
        printSurvey(output, adoption, surveys);
        refuseTooMany(sumRefused(surveys), options);
        const connection = await openConnection(target, signal);
        return withConnection(
            connection,
            async () => {
                await refuseOccupied(source, connection);
                await confirmRemote(context, target, options.yes ?? false);
                const copied = (table: string, rows: number): void =>
                    output.field("Copied", `${table}: ${countOf(rows, "row")}`);
                await runCopy(root, source, connection, adoption, {
                    signal,
                    report: { ...createReport(output), copied },
                });
                await proveSchema(root, connection);
                await warnDangling(output, connection, adoption);
                return finishAdoption(context, connection, options, origins, {
                    verdict: `Copied ${source.target.label} into ${target.label}.`,
                    document: { ...describeAdoption(source, adoption, surveys), into: target.label },
                });
            },
            goesOn,
        );
    });
}

function refuseItself(source: Target, target: Target): void {
    if (!isSameDatabase(source, target)) return;
    throw new AppError("usage", "--into names the database that is to be copied", {
        hint: "without --into, the database itself is adopted",
        outcome: "Nothing was changed.",
    });
}
