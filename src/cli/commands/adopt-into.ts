import { attend } from "../../adoption/attending.ts";
import { refuseUnreadable } from "../../adoption/copy-extra.ts";
import type { Origins } from "../../adoption/origins.ts";
import { type Adoption, prepareAdoption } from "../../adoption/prepare.ts";
import { begun, findProgress, runCopy, untouched } from "../../adoption/run-copy.ts";
import { surveyTables } from "../../adoption/survey.ts";
import type { Connection } from "../../database/connection.ts";
import { findTokenWarnings, refuseUnwritable } from "../../database/permission.ts";
import { isSameDatabase, type Target } from "../../database/target.ts";
import { AppError, type ExitCode } from "../../errors.ts";
import { refuseRejectFile } from "../../loading/rejects.ts";
import { type Context, confirmRemote, connect } from "../program.ts";
import { countOf, createReport } from "../report.ts";
import { withConnection } from "../run-prepared.ts";
import { readTarget } from "../settings.ts";
import { printSurvey } from "./adoption-report.ts";
import {
    type AdoptOptions,
    describeAdoption,
    finishAdoption,
    openSource,
    proveSchema,
    refuseTooMany,
    sumRefused,
    warnOthers,
} from "./adoption-steps.ts";

const tokenName = "TURSO_INTO_AUTH_TOKEN";

/** db:adopt --into: copies a database that others made into an empty one, under the files. The source is only read. */
export async function adoptInto(
    context: Context,
    options: AdoptOptions & { readonly into: string },
    origins: Origins,
): Promise<ExitCode> {
    const { root, output, signal } = context;
    const { target, writesOff } = await readTarget(options.into, "--into", tokenName, root);
    const source = await openSource(context, "read");
    return withConnection(source, async () => {
        output.field("Into", target.label);
        refuseUnwritable(target, writesOff, new Date());
        for (const warning of findTokenWarnings(target, "write", new Date())) output.warn(warning);
        refuseItself(source.target, target);
        const reading = attend(source, signal, untouched);
        const adoption = await prepareAdoption(root, reading, origins);
        refuseUnreadable(adoption);
        const surveys = await surveyTables(reading, adoption);
        printSurvey(output, adoption, surveys);
        refuseTooMany(sumRefused(surveys), options);
        if (sumRefused(surveys) > 0) refuseRejectFile(root, options.rejects);
        const connection = await connect(target, context);
        const document = { ...describeAdoption(source, adoption, surveys), into: target.label };
        const finish = async (): Promise<ExitCode> => {
            const progress = await findProgress(source, attend(connection, signal, untouched)).catch(nameToken);
            if (progress !== "whole") await copy(context, { source, target: connection }, adoption, options);
            const standing = await proveSchema(root, connection);
            const verdict =
                progress === "whole"
                    ? `Nothing to copy: ${target.label} holds a whole copy of ${source.target.label}.`
                    : `Copied ${source.target.label} into ${target.label}.`;
            return finishAdoption(context, connection, options, origins, { verdict, standing, document });
        };
        return withConnection(connection, finish, begun);
    });
}

async function copy(
    context: Context,
    connections: { source: Connection; target: Connection },
    adoption: Adoption,
    options: AdoptOptions,
): Promise<void> {
    const { root, output, signal } = context;
    await confirmRemote(context, connections.target.target, options.yes ?? false);
    const copied = (table: string, rows: number): void => output.field("Copied", `${table}: ${countOf(rows, "row")}`);
    await runCopy(root, connections, adoption, { signal, report: { ...createReport(output), copied } }).catch(
        (error: unknown) => {
            throw error instanceof AppError && error.outcome === undefined ? error.withOutcome(begun) : error;
        },
    );
    await warnOthers(output, connections.target, adoption);
}

// The sentence of the token names the variable of the other database.
function nameToken(error: unknown): never {
    if (!(error instanceof AppError) || error.code !== "unauthorized") throw error;
    throw new AppError(error.code, error.message, {
        hint: `set ${tokenName} to a token of that database, which \`turso db tokens create <database>\` makes`,
        outcome: untouched,
        cause: error,
    });
}

function refuseItself(source: Target, target: Target): void {
    if (!isSameDatabase(source, target)) return;
    throw new AppError("usage", "--into names the database that is to be copied", {
        hint: "without --into, the database itself is adopted",
        outcome: untouched,
    });
}
