import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault, throwExplained } from "../database/faults.ts";
import { readTables } from "../schema/table.ts";
import type { LoadRun } from "./load-records.ts";
import { type LoadedSource, loadSource, type MissingIds } from "./load-source.ts";
import type { LoadCounts, Loader, OtherKind, Rejection } from "./loader.ts";
import { type ContentHistory, openRecognition, type Recognition, type RecognizedLoad } from "./recognition.ts";
import { keepRejections, type RejectSummary } from "./rejects.ts";
import { hashFiles } from "./sources/file-reader.ts";
import type { OpenedSource } from "./sources/files.ts";
import { createIntake, type Intake, type OtherFile } from "./sources/intake.ts";
import { readSource } from "./sources/read-source.ts";
import { findRejectsAgain, type RememberedOutcome, renderOutcome } from "./sources/remembered.ts";
import { openStaging, type Staging } from "./sources/staging.ts";

export interface LoadRequest {
    readonly loaders: readonly Loader[];
    /** Loaders whose documents may be among the files and are passed over. */
    readonly passOver?: readonly Loader[];
    /** Kinds of documents that are skipped. */
    readonly otherKinds?: readonly OtherKind[] | undefined;
    readonly source: OpenedSource;
    /** Update existing rows even if the record is not known to be newer. */
    readonly force: boolean;
    readonly dryRun: boolean;
    /** The folder that the path of the reject file is relative to. */
    readonly root: string;
    /** Where rejected records go; a name with the time when undefined. */
    readonly rejectFile: string | undefined;
    /** If set, all records are validated and compared before any is written; none is written when more are rejected. */
    readonly maxRejects: number | undefined;
    /** Recognises a source that was loaded before; without it, the source is always compared. */
    readonly history?: ContentHistory | undefined;
    readonly signal?: AbortSignal | undefined;
    /** Called before the first record is written. */
    readonly startProgress: () => Promise<{
        readonly progress: LoadRun["progress"];
        /** Clears the progress; called after success and after failure. */
        readonly end: () => void;
    }>;
}

export interface LoadResult extends RejectSummary {
    /** When the source was last loaded, if neither it nor its tables have changed since; it was not loaded again. */
    readonly unchangedSince?: string | undefined;
    /** More records than `maxRejects` were rejected, so none was written. */
    readonly isRefused: boolean;
    readonly counts: Readonly<Record<string, LoadCounts>>;
    /** How many of `rejected` are files and lines in which no loader found a record; `counts` has the others. */
    readonly rejectedDocuments: number;
    /** Documents for the loaders in `passOver`. */
    readonly passedOver: number;
    /** By name, files with documents that no loader reads. */
    readonly otherFiles: Readonly<Record<string, OtherFile>>;
    readonly missing: readonly MissingIds[];
}

/**
 * Loads a source and writes its rejected records to a file.
 * @throws AppError or DatabaseFault
 */
export async function load(connection: Connection, request: LoadRequest): Promise<LoadResult> {
    const { loaders, source, force, dryRun, history } = request;
    const { files, recognizable } = source;
    const isRecognizable = history && recognizable && !force && !dryRun;
    const recognition = isRecognizable ? await openRecognition(connection, history, loaders) : undefined;
    const known = recognition?.find(files.length, () => hashFiles(recognizable?.folder ?? "", files));
    const unchanged = known && (await withStaging((staging) => repeat(connection, request, known, staging)));
    return unchanged ?? withStaging((staging) => loadAll(connection, request, recognition, staging));
}

async function withStaging<T>(use: (staging: Staging) => Promise<T>): Promise<T> {
    const staging = openStaging();
    try {
        return await use(staging);
    } finally {
        staging.close();
    }
}

// The result of an unchanged source; undefined if its rejected records are to be judged with all others.
async function repeat(
    connection: Connection,
    request: LoadRequest,
    { loadedAt, outcome }: RecognizedLoad,
    staging: Staging,
): Promise<LoadResult | undefined> {
    const remembered = JSON.parse(outcome) as RememberedOutcome;
    const { counts, documents: rejectedDocuments, records } = remembered;
    const unchanged = { unchangedSince: loadedAt, counts, rejectedDocuments };
    if (rejectedDocuments + records.length === 0)
        return { ...summarize(request, createIntake(staging, [], request.source), undefined), ...unchanged };
    const judge = async (records: Intake["records"]): Promise<readonly Rejection[]> => {
        const rejections = staging.createList<Rejection>();
        await run(connection, request, { records, rejections }, true);
        return [...rejections];
    };
    const intake = await findRejectsAgain(remembered, request, staging, judge);
    if (!intake) return undefined;
    if (isOver(request, intake)) return { ...summarize(request, intake, "No record was written."), isRefused: true };
    return { ...summarize(request, intake, describeState(intake)), ...unchanged };
}

async function loadAll(
    connection: Connection,
    request: LoadRequest,
    recognition: Recognition | undefined,
    staging: Staging,
): Promise<LoadResult> {
    const { loaders, source, dryRun, maxRejects, signal } = request;
    const { files, recognizable, nameFile } = source;
    const intake = createIntake(staging, loaders, { ...request, nameFile });
    const { rejections } = intake;
    const checksum = await readSource(files, recognizable?.folder ?? "", intake, undefined, signal);
    const rejectedDocuments = rejections.length;
    if (maxRejects !== undefined && !dryRun) {
        await run(connection, request, intake, true);
        if (isOver(request, intake))
            return { ...summarize(request, intake, "No record was written."), isRefused: true };
        rejections.truncate(rejectedDocuments);
    }
    const { counts, missing, rejectedBy } = await run(connection, request, intake, false);
    const state = describeState(intake);
    const result = summarize(request, intake, dryRun ? undefined : state);
    const outcome = recognition && renderOutcome(source, rejections, rejectedDocuments, rejectedBy, counts);
    if (outcome !== undefined) {
        await recognition
            ?.record(files.length, checksum, counts, outcome)
            .catch(throwExplained(connection.target, state));
    }
    return { ...result, counts: Object.fromEntries(counts), rejectedDocuments, missing };
}

function isOver({ maxRejects }: LoadRequest, { rejections }: Intake): boolean {
    return maxRejects !== undefined && rejections.length > maxRejects;
}

function describeState({ rejections: { length } }: Intake): string {
    const except = length === 0 ? "" : ` except ${length} rejected ${length === 1 ? "one" : "ones"}`;
    return `All records${except} are in the database.`;
}

function summarize(
    { root, rejectFile }: LoadRequest,
    { passedOver, otherFiles, rejections }: Intake,
    outcome: string | undefined,
): LoadResult {
    const rejects = keepRejections(root, rejectFile, rejections, outcome);
    const others = Object.fromEntries(otherFiles);
    return {
        isRefused: false,
        counts: {},
        rejectedDocuments: 0,
        passedOver,
        otherFiles: others,
        missing: [],
        ...rejects,
    };
}

/** Approximate memory of a rejection without its record, which is staged already. */
const rejectionBytes = 500;

const silent = { progress: () => undefined, end: () => undefined };

// A trial finds every rejection except those by the database itself; a load of the same records follows.
async function run(
    connection: Connection,
    { loaders, force, signal, startProgress, ...request }: LoadRequest,
    { records, rejections }: Pick<Intake, "records" | "rejections">,
    isTrial: boolean,
): Promise<LoadedSource & { readonly rejectedBy: readonly string[] }> {
    const dryRun = request.dryRun || isTrial;
    const { progress: show, end } = isTrial ? silent : await startProgress();
    const done = new Map<string, string>();
    const progress: LoadRun["progress"] = (loader, count, of) => {
        done.set(loader, `${count} of ${of} ${loader}`);
        show(loader, count, of);
    };
    const rejectedBy: string[] = [];
    const rejected: LoadRun["rejected"] = (rejection, loader) => {
        rejections.push(rejection, rejectionBytes);
        rejectedBy.push(loader);
    };
    try {
        const tables = await readTables(connection);
        const shared = { connection, tables, force, dryRun, signal, createdKeys: new Map(), rejected, progress };
        return { ...(await loadSource(shared, loaders, records, !isTrial)), rejectedBy };
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        const outcome = dryRun ? "No record was written." : describeLoaded([...done.values()], error.isAmbiguous);
        throw explainFault(error, connection.target).withOutcome(outcome);
    } finally {
        end();
    }
}

// A chunk is one transaction: a fault rolls back the chunk that it interrupts, unless its reply was lost.
function describeLoaded(done: readonly string[], isAmbiguous: boolean): string {
    const kept = done.length === 0 ? "No record was loaded before." : `Loaded before and kept: ${done.join(", ")}.`;
    return [
        isAmbiguous || done.length > 0 ? kept : "No record was loaded.",
        ...(isAmbiguous ? ["The last transaction was either committed or rolled back."] : []),
        "Run the same command again to continue: nothing is written twice.",
    ].join(" ");
}
