import { findBroken } from "../../adoption/dangling.ts";
import type { Origins, SourceSetting } from "../../adoption/origins.ts";
import { type Adoption, prepareAdoption } from "../../adoption/prepare.ts";
import { readQuarantined } from "../../adoption/quarantine.ts";
import { runAdoption } from "../../adoption/run.ts";
import { type AdoptionSurvey, surveyAdoption } from "../../adoption/survey.ts";
import type { Connection } from "../../database/connection.ts";
import { throwExplained } from "../../database/faults.ts";
import { verifySchema } from "../../drift/verify.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import type { Rejection } from "../../loading/loader.ts";
import { keepRejections, refuseRejectFile } from "../../loading/rejects.ts";
import { openStaging } from "../../loading/sources/staging.ts";
import { prepareRestorePoint } from "../../migrations/restore-point.ts";
import { readAll } from "../../planning/prepare.ts";
import { isDrift } from "../../schema/compare.ts";
import { describeUnmakeable, findUnmakeable } from "../../schema/unmakeable.ts";
import {
    describeAdoption,
    describeCorrection,
    describeMerged,
    describeRefused,
    describeStanding,
    printBroken,
    printSurvey,
} from "../adoption-report.ts";
import { chooseWord, confirmRemote } from "../confirm.ts";
import { printRejections } from "../load-report.ts";
import { openExisting, partlyWritten, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { conclude, countOf, createReport, showRestorePoint, warnOfUnfinished } from "../report.ts";

export interface AdoptOptions {
    readonly check?: boolean;
    /** Optional migration sets to adopt too. */
    readonly set?: readonly string[];
    /** What history calls the source of a change that names no writer. */
    readonly historySource?: string;
    readonly rejects?: string;
    /** Nothing is changed when more rows would be refused. */
    readonly maxRejects?: number;
    readonly yes?: boolean;
}

const untouched = "Nothing was changed.";
const nothingToDo = "Nothing to adopt: the database has version rows.";

/** db:adopt: adopts an existing database. Exit code 5 when rows are, or would be, refused. */
export async function adopt(context: Context, options: AdoptOptions, origins: Origins): Promise<ExitCode> {
    const hint = "set TURSO_DATABASE_URL to the database to adopt";
    const connection = await openExisting(context, options.check ? "read" : "write", hint);
    return options.check
        ? withConnection(connection, () => check(context, connection, options, origins), untouched)
        : withConnection(connection, () => adoptInPlace(context, connection, options, origins), partlyWritten);
}

interface Examined {
    readonly adoption: Adoption;
    readonly survey: AdoptionSurvey;
}

/** Reads and prints what an adoption would do; undefined if the database has version rows. */
async function examine(
    context: Context,
    connection: Connection,
    { set = [] }: AdoptOptions,
    origins: Origins,
): Promise<Examined | undefined> {
    const adoption = await prepareAdoption(context.root, connection, origins, {
        wanted: set,
        leaveOut: warnOfUnfinished(context.output),
    });
    if (!adoption) return undefined;
    const survey = await surveyAdoption(connection, adoption, context.signal);
    printSurvey(context.output, adoption, survey);
    return { adoption, survey };
}

async function check(
    context: Context,
    connection: Connection,
    options: AdoptOptions,
    origins: Origins,
): Promise<ExitCode> {
    const { output } = context;
    const examined = await examine(context, connection, options, origins);
    if (!examined) {
        noteUnset(context, options);
        output.line(nothingToDo);
        output.document({ database: connection.target.label, adopted: true });
        return exitCodes.done;
    }
    const { adoption, survey } = examined;
    const unmakeable = await findUnmakeable(adoption.state.schema);
    for (const object of unmakeable) output.warn(describeUnmakeable(object));
    noteUnset(context, options);
    output.line(`Check: nothing was changed. ${describeRefused(survey.refused)}`);
    output.document({ ...describeAdoption(connection, adoption, survey), unmakeable, check: true });
    return survey.refused > 0 ? exitCodes.rejected : exitCodes.done;
}

function noteUnset({ output }: Context, { historySource }: AdoptOptions): void {
    if (historySource === undefined) return;
    output.field(
        "History",
        `a run without --check would give changes that name no writer the source '${historySource}'`,
    );
}

async function adoptInPlace(
    context: Context,
    connection: Connection,
    options: AdoptOptions,
    origins: Origins,
): Promise<ExitCode> {
    const { root, output } = context;
    const refuse = throwExplained(connection.target, untouched);
    const examined = await examine(context, connection, options, origins).catch(refuse);
    if (examined) {
        refuseTooMany(examined.survey, options);
        if (examined.survey.refused > 0) refuseRejectFile(root, options.rejects);
        await confirmRemote(context, connection.target, options.yes);
        const source = options.historySource ?? (await askSource(context, connection, options, origins.historySource));
        await rebuild(context, connection, examined.adoption, origins);
        await setSource(context, connection, origins.historySource, source);
        printBroken(output, await findBroken(connection, examined.adoption));
    } else if (options.historySource !== undefined) {
        await confirmRemote(context, connection.target, options.yes);
        await setSource(context, connection, origins.historySource, options.historySource);
    }
    const standing = await verifyAdopted(root, connection);
    // Even without an adoption: an earlier run may have been interrupted before it wrote the reject file.
    const isOnlySetting = !examined && options.historySource !== undefined && options.rejects === undefined;
    const { refused, file } = isOnlySetting
        ? { refused: 0, file: undefined }
        : await writeRefused(context, connection, options.rejects, origins);
    const verdict = examined ? "Adopted the database." : nothingToDo;
    const document = examined
        ? describeAdoption(connection, examined.adoption, examined.survey)
        : { database: connection.target.label };
    const sentences = [
        verdict,
        ...describeMerged(examined?.survey.merged ?? 0),
        ...(refused > 0 ? [describeRefused(refused, true)] : []),
        standing,
    ];
    conclude(context, connection, sentences.join(" "), {
        ...document,
        historySource: (await readSource(connection, origins.historySource)) ?? null,
        ...(isOnlySetting ? {} : { refused, rejects: file ?? null }),
    });
    return refused > 0 ? exitCodes.rejected : exitCodes.done;
}

function refuseTooMany({ refused }: AdoptionSurvey, { maxRejects }: AdoptOptions): void {
    if (maxRejects === undefined || refused <= maxRejects) return;
    const message = `${countOf(refused, "row")} would be refused, but --max-rejects allows ${maxRejects}`;
    throw new AppError("rejected", message, {
        hint: "correct them in the database, or raise --max-rejects",
        outcome: untouched,
    });
}

async function rebuild(context: Context, connection: Connection, adoption: Adoption, origins: Origins): Promise<void> {
    const { root, output, signal } = context;
    const refuse = throwExplained(connection.target, untouched);
    const restorePoint = await prepareRestorePoint(connection, adoption.state, new Date()).catch(refuse);
    const lines = showRestorePoint(output, restorePoint) ? [] : restorePoint.lines;
    const report = { ...createReport(output), adopted: (table: string) => output.field("Adopted", table) };
    await runAdoption(root, connection, adoption, { origins, signal, report }).catch((error: unknown) => {
        if (!(error instanceof AppError) || lines.length === 0) throw error;
        throw error.withOutcome([...lines, error.outcome ?? ""].join("\n"));
    });
}

async function askSource(
    context: Context,
    connection: Connection,
    { yes }: AdoptOptions,
    setting: SourceSetting | undefined,
): Promise<string | undefined> {
    if (yes || !setting) return undefined;
    const { sources, initial } = setting;
    const current = (await readSource(connection, setting)) ?? initial;
    return chooseWord(context, `Source of changes that name no writer (${sources.join(", ")})? [${current}] `, sources);
}

async function readSource(connection: Connection, setting: SourceSetting | undefined): Promise<string | undefined> {
    if (!setting) return undefined;
    const [found] = await connection.readAll([{ sql: setting.read }]);
    const source = found?.ok ? found.rows[0]?.source : undefined;
    return typeof source === "string" ? source : undefined;
}

/** Sets the source of changes that name no writer, if one was chosen, and prints what it is. */
async function setSource(
    { output }: Context,
    connection: Connection,
    setting: SourceSetting | undefined,
    source: string | undefined,
): Promise<void> {
    if (!setting) return;
    const hint = "run `pnpm db:adopt --history-source <source>`";
    if (source !== undefined) {
        const refuse = throwExplained(
            connection.target,
            `The source of changes that name no writer was not set: ${hint}.`,
        );
        await connection.write([{ sql: setting.write, args: [source] }]).catch(refuse);
    }
    const current = await readSource(connection, setting);
    if (source !== undefined && current !== source) {
        throw new AppError(
            "invalid-input",
            "the source of changes that name no writer cannot be set: its row is missing",
            {
                hint: `follow the remedy that \`pnpm db:doctor --check ${setting.check}\` shows, then run \`pnpm db:adopt --history-source ${source}\``,
                outcome: "The source of changes that name no writer was not set.",
            },
        );
    }
    if (current === undefined) return;
    const how = source === undefined ? `; to change that, ${hint}` : "";
    output.field("History", `changes that name no writer have the source '${current}'${how}`);
}

// Verifies the schema like db:verify. Returns a sentence that describes it.
async function verifyAdopted(root: string, connection: Connection): Promise<string> {
    const { sets, state } = await readAll(root, connection, { leaveOut: () => undefined });
    const differences = await verifySchema(sets, state);
    const drifted = differences.filter(isDrift);
    if (drifted.length === 0) return describeStanding(state, differences);
    throw new AppError("drift", `the database differs from the files in ${countOf(drifted.length, "object")}`, {
        details: drifted.map(({ type, name, state: word }) => `${type} ${name}: ${word}`),
        hint: "show the differences with `pnpm db:verify`",
    });
}

/** Approximate memory of a refused row without its record. */
const rowBytes = 1_000;

/** Writes the quarantined rows to the reject file. */
async function writeRefused(
    { root, output }: Context,
    connection: Connection,
    path: string | undefined,
    origins: Origins,
): Promise<{ refused: number; file: string | undefined }> {
    const staging = openStaging();
    try {
        const rejections = staging.createList<Rejection>();
        const byHand = new Set<string>();
        let isLoadable = false;
        for await (const { rejection, bytes } of readQuarantined(connection, origins)) {
            if (origins.loaded.includes(rejection.file)) isLoadable = true;
            else byHand.add(rejection.file);
            rejections.push(rejection, rowBytes + bytes);
        }
        const outcome = "The database is adopted; its table schema_adoption has the refused rows.";
        const summary = keepRejections(root, path, rejections, outcome);
        printRejections(output, summary, (file) => describeCorrection(file, [...byHand], !isLoadable));
        return { refused: summary.rejected, file: summary.rejectFile };
    } finally {
        staging.close();
    }
}
