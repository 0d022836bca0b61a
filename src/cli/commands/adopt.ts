import { attend } from "../../adoption/attending.ts";
import type { Origins } from "../../adoption/origins.ts";
import { type Adoption, hasVersions, prepareAdoption } from "../../adoption/prepare.ts";
import { runAdoption } from "../../adoption/run.ts";
import { surveyTables } from "../../adoption/survey.ts";
import type { Connection } from "../../database/connection.ts";
import { DatabaseFault, explainFault } from "../../database/faults.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { refuseRejectFile } from "../../loading/rejects.ts";
import { prepareWayBack } from "../../migrations/restore-point.ts";
import { readAll } from "../../planning/prepare.ts";
import { type Context, confirmRemote } from "../program.ts";
import { createReport } from "../report.ts";
import { goesOn, withConnection } from "../run-prepared.ts";
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
    warnOthers,
} from "./adoption-steps.ts";

/** db:adopt: brings a database that others made under the files. Exit code 5 when rows are, or would be, refused. */
export async function adopt(context: Context, options: AdoptOptions, origins: Origins): Promise<ExitCode> {
    if (options.check) return check(context, origins);
    const connection = await openSource(context, "write");
    return withConnection(connection, () => adoptInPlace(context, connection, options, origins), goesOn);
}

const untouched = "Nothing was changed.";
const nothingToDo = "Nothing to adopt: the database has version rows.";

async function check(context: Context, origins: Origins): Promise<ExitCode> {
    const { output, signal } = context;
    const opened = await openSource(context, "read");
    return withConnection(opened, async () => {
        const connection = attend(opened, signal, untouched);
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
    const reading = attend(connection, signal, untouched);
    const isAdopted = hasVersions((await readAll(root, reading)).state);
    let document: Record<string, unknown> = { database: connection.target.label };
    // A run that was ended before it wrote the reject file has left its rows in the side table.
    if (!isAdopted) {
        const adoption = await prepareAdoption(root, reading, origins);
        const surveys = await surveyTables(reading, adoption);
        printSurvey(output, adoption, surveys);
        refuseTooMany(sumRefused(surveys), options);
        if (sumRefused(surveys) > 0) refuseRejectFile(root, options.rejects);
        await rebuild(context, connection, adoption, options, origins);
        document = describeAdoption(connection, adoption, surveys);
        await warnOthers(output, connection, adoption);
    }
    const standing = await proveSchema(root, connection);
    const verdict = isAdopted ? nothingToDo : "Adopted the database.";
    return finishAdoption(context, connection, options, origins, { verdict, standing, document });
}

async function rebuild(
    context: Context,
    connection: Connection,
    adoption: Adoption,
    { yes = false }: AdoptOptions,
    origins: Origins,
): Promise<void> {
    const { root, output, signal } = context;
    await confirmRemote(context, connection.target, yes);
    const wayBack = await prepareWayBack(connection, adoption.state, new Date()).catch((error: unknown) => {
        throw error instanceof DatabaseFault ? explainFault(error, connection.target).withOutcome(untouched) : error;
    });
    for (const line of wayBack.lines) output.line(line);
    const report = { ...createReport(output), adopted: (table: string) => output.field("Adopted", table) };
    await runAdoption(root, connection, adoption, { origins, signal, report }).catch((error: unknown) => {
        if (!(error instanceof AppError) || wayBack.lines.length === 0) throw error;
        throw error.withOutcome([...wayBack.lines, error.outcome ?? ""].join("\n"));
    });
}
