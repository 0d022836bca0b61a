import type { Origins } from "../adoption/origins.ts";
import { hasVersions, prepareAdoption } from "../adoption/prepare.ts";
import { runAdoption } from "../adoption/run.ts";
import { surveyTables } from "../adoption/survey.ts";
import { type Context, confirmRemote, openForWriting } from "../cli.ts";
import type { Connection } from "../database/connection.ts";
import { AppError, type ExitCode, exitCodes } from "../errors.ts";
import { readAll } from "../migrations/deploy.ts";
import { prepareWayBack } from "../migrations/safety.ts";
import { printSurvey } from "./adoption-report.ts";
import {
    type AdoptOptions,
    describeAdoption,
    describeRefused,
    finishAdoption,
    openSource,
    proveSchema,
    refuseTooMany,
    sumRefused,
    warnDangling,
} from "./adoption-steps.ts";
import { createReport } from "./report.ts";
import { goesOn, withConnection } from "./run-prepared.ts";

/** db:adopt: brings a database that others made under the files. Exit code 5 when rows are, or would be, refused. */
export async function adopt(context: Context, options: AdoptOptions, origins: Origins): Promise<ExitCode> {
    if (options.check) return check(context, origins);
    if (options.into !== undefined) {
        const { adoptInto } = await import("./adopt-into.ts");
        return adoptInto(context, { ...options, into: options.into }, origins);
    }
    const { connection } = await openForWriting(context);
    return withConnection(connection, () => adoptInPlace(context, connection, options, origins), goesOn);
}

const nothingToDo = "Nothing to adopt: the database has version rows.";

async function check(context: Context, origins: Origins): Promise<ExitCode> {
    const { output } = context;
    const connection = await openSource(context);
    return withConnection(connection, async () => {
        if (hasVersions((await readAll(context.root, connection)).state)) {
            output.line(nothingToDo);
            output.document({ database: connection.target.label, adopted: true });
            return exitCodes.done;
        }
        const adoption = await prepareAdoption(context.root, connection, origins);
        const surveys = await surveyTables(connection, adoption);
        printSurvey(output, adoption, surveys);
        const refused = sumRefused(surveys);
        output.line(`Check: nothing was changed. ${describeRefused(refused)}`);
        output.document({ ...describeAdoption(connection, adoption, surveys), check: true });
        return refused > 0 ? exitCodes.rejected : exitCodes.done;
    });
}

async function adoptInPlace(
    context: Context,
    connection: Connection,
    options: AdoptOptions,
    origins: Origins,
): Promise<ExitCode> {
    const { root, output, signal } = context;
    const before = await readAll(root, connection);
    let document: Record<string, unknown> = { database: connection.target.label };
    const isAdopted = hasVersions(before.state);
    // A run that was ended before it wrote the reject file has left its rows in the side table.
    if (!isAdopted) {
        const adoption = await prepareAdoption(root, connection, origins);
        const surveys = await surveyTables(connection, adoption);
        printSurvey(output, adoption, surveys);
        refuseTooMany(sumRefused(surveys), options);
        await confirmRemote(context, connection.target, options.yes ?? false);
        const wayBack = await prepareWayBack(connection, adoption.state, new Date());
        for (const line of wayBack.lines) output.line(line);
        const report = { ...createReport(output), adopted: (table: string) => output.field("Adopted", table) };
        await runAdoption(root, connection, adoption, { origins, signal, report }).catch((error: unknown) => {
            if (!(error instanceof AppError) || wayBack.lines.length === 0) throw error;
            throw error.withOutcome([...wayBack.lines, error.outcome ?? ""].join("\n"));
        });
        document = describeAdoption(connection, adoption, surveys);
        await warnDangling(output, connection, adoption);
    }
    await proveSchema(root, connection);
    return finishAdoption(context, connection, options, origins, {
        verdict: isAdopted ? nothingToDo : "Adopted the database.",
        document,
    });
}
