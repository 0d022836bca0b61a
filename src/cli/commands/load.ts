import { dirname, resolve } from "node:path";
import type { Connection } from "../../database/connection.ts";
import { DatabaseFault, explainFault } from "../../database/faults.ts";
import { AppError } from "../../errors.ts";
import type { LoadCounts, Loader, Mention, Rejection } from "../../loading/loader.ts";
import { loadSource } from "../../loading/run.ts";
import { createIntake, type Intake } from "../../loading/sources/intake.ts";
import { hashSource, readSource } from "../../loading/sources/source.ts";
import { createSpool, type Items, type Spool, type SpooledItems } from "../../loading/sources/spool.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { countOf } from "../report.ts";
import { type ContentHistory, openRecognition } from "./recognition.ts";
import { printRejections, writeRejects } from "./rejects.ts";

export interface LoadInput {
    readonly loaders: readonly Loader[];
    /** Loaders whose documents may be among the files and are passed over. */
    readonly passOver?: readonly Loader[];
    readonly files: readonly string[];
    /** How a file is named in output and rejects. */
    readonly nameFile: (file: string) => string;
    readonly force: boolean;
    readonly dryRun: boolean;
    /** Where rejected records go; a name with the time when undefined. */
    readonly rejectFile: string | undefined;
    /** Every record is checked before the first is written, and none is when more than this cannot be loaded. */
    readonly maxRejects?: number | undefined;
    /** Whether the same files are recognised when they come again; undefined for those that are compared every time. */
    readonly recognize?: { readonly path: string; readonly history: ContentHistory } | undefined;
}

export interface LoadResult {
    readonly counts: Readonly<Record<string, LoadCounts>>;
    readonly rejected: number;
    readonly rejectFile: string | undefined;
    /** `Loaded 128 questions.`; undefined when every record was there already. */
    readonly sentence: string | undefined;
}

/** Loads files, prints the counts by data set, and writes the rejected records to a file. */
export async function loadInto(context: Context, connection: Connection, input: LoadInput): Promise<LoadResult> {
    const { output } = context;
    const { recognize } = input;
    const recognition =
        recognize && !input.force && !input.dryRun
            ? await openRecognition(connection, recognize.history, input.loaders)
            : undefined;
    const folder = recognize ? dirname(resolve(context.root, recognize.path)) : "";
    const files = input.files.length;
    const before = recognition?.isPossible(files)
        ? recognition.find({ files, checksum: hashSource(folder, input.files) })
        : undefined;
    if (recognize && before) {
        output.field("Unchanged", `${recognize.path} is as it was loaded on ${before}, and so are its tables`);
        return { counts: {}, rejected: 0, rejectFile: undefined, sentence: undefined };
    }
    const spool = createSpool();
    try {
        const intake = createIntake(spool, input.loaders, input);
        const checksum = await readSource(input.files, folder, intake, undefined, context.signal);
        if (intake.passedOver > 0)
            output.note(`${countOf(intake.passedOver, "document")} of other data sets passed over`);
        const source: Source = { spool, intake };
        await refuseTooMany(context, connection, input, source);
        const { counts, rejections } = await loadIntake(context, connection, input, source);
        printCounts(output, counts, input.dryRun);
        const isKept = rejections.length > 0 && !input.dryRun;
        const outcome = `All records but ${countOf(rejections.length, "rejected one")} are in the database.`;
        const rejectFile = isKept ? writeRejects(context.root, input.rejectFile, rejections, outcome) : undefined;
        printRejections(output, rejections, rejectFile);
        if (rejections.length === 0) await recognition?.record({ files, checksum }, counts);
        return {
            counts: Object.fromEntries(counts),
            rejected: rejections.length,
            rejectFile,
            sentence: describeLoad(counts, rejections.length, input.dryRun),
        };
    } finally {
        spool.close();
    }
}

/** What was read, and where it lies. */
interface Source {
    readonly spool: Spool;
    readonly intake: Intake;
}

interface LoadedIntake {
    readonly counts: ReadonlyMap<string, LoadCounts>;
    /** Of the load, and of reading the files. */
    readonly rejections: Items<Rejection>;
}

async function loadIntake(
    { output, signal }: Context,
    connection: Connection,
    { loaders, force, dryRun }: LoadInput,
    { spool, intake }: Source,
): Promise<LoadedIntake> {
    const rejections = startRejections({ spool, intake });
    const { progress, end } = await createProgress(output, () => performance.now());
    const report = {
        rejected: (rejection: Rejection) => rejections.push(rejection, rejectionBytes),
        missing: (loader: string, { field, table }: Mention, count: number) =>
            output.note(`${loader}: ${countOf(count, "id")} in ${field} ${count === 1 ? "is" : "are"} not in ${table}`),
        progress,
    };
    const counts = await loadSource(
        connection,
        loaders,
        intake.records,
        { force, dryRun, signal, isLast: true },
        report,
    )
        .catch((error: unknown) => {
            if (!(error instanceof DatabaseFault)) throw error;
            throw explainFault(error, connection.target).withOutcome(
                "The chunks before it are in. Run the same command again to go on: what is in already is not written twice.",
            );
        })
        .finally(end);
    return { counts, rejections };
}

/** A rejection beside its record, which lies in memory already. */
const rejectionBytes = 500;

function startRejections({ spool, intake }: Source): SpooledItems<Rejection> {
    const rejections = spool.createList<Rejection>();
    for (const rejection of intake.rejections) rejections.push(rejection, rejectionBytes);
    return rejections;
}

// A dry run finds what the database itself refuses only where a reference or another row says so before.
async function refuseTooMany(
    { root, output, signal }: Context,
    connection: Connection,
    { loaders, force, dryRun, maxRejects, rejectFile }: LoadInput,
    source: Source,
): Promise<void> {
    if (maxRejects === undefined || dryRun) return;
    const rejections = startRejections(source);
    const report = {
        rejected: (rejection: Rejection) => rejections.push(rejection, rejectionBytes),
        missing: () => undefined,
        progress: () => undefined,
    };
    const options = { force, dryRun: true, signal, isLast: false };
    await loadSource(connection, loaders, source.intake.records, options, report);
    if (rejections.length <= maxRejects) return;
    const file = writeRejects(root, rejectFile, rejections, "No record was written.");
    printRejections(output, rejections, file);
    throw new AppError(
        "rejected",
        `${countOf(rejections.length, "record")} cannot be loaded, and --max-rejects allows ${maxRejects}`,
        { hint: "mend them, or allow more", outcome: "No record was written." },
    );
}

function describeLoad(counts: ReadonlyMap<string, LoadCounts>, rejected: number, dryRun: boolean): string | undefined {
    const parts = [...counts].flatMap(([name, { created, updated }]) =>
        created + updated > 0 ? [countOf(created + updated, name.replace(/s$/, ""), name)] : [],
    );
    if (parts.length + rejected === 0) return undefined;
    const loaded = `${dryRun ? "Would load" : "Loaded"} ${parts.join(", ") || "nothing"}.`;
    return rejected === 0 ? loaded : `${loaded} Rejected ${countOf(rejected, "record")}.`;
}

function printCounts(output: Output, counts: ReadonlyMap<string, LoadCounts>, dryRun: boolean): void {
    const names = ["created", "updated", "unchanged", "older", "rejected"] as const;
    for (const [name, loaded] of counts) {
        const outcomes = names
            .filter((outcome) => loaded[outcome] > 0)
            .map((outcome) => `${loaded[outcome]} ${outcome}`);
        output.field(dryRun ? "Would load" : "Loading", `${name}: ${loaded.read} read, ${outcomes.join(", ")}`);
    }
}
