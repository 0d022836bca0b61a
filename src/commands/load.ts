import { writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Context } from "../cli.ts";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import type { Output } from "../output.ts";
import type { LoadReport } from "../seeding/load.ts";
import type { LoadCounts, Loader, Mention, Rejection } from "../seeding/loader.ts";
import { loadDocuments } from "../seeding/run.ts";
import { hashSource, readSource, type SourceDocument } from "../seeding/source.ts";
import { type ContentHistory, openRecognition } from "./recognition.ts";
import { countOf } from "./report.ts";

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
    const { output, signal } = context;
    const { recognize } = input;
    const recognition =
        recognize && !input.force && !input.dryRun
            ? await openRecognition(connection, recognize.history, input.loaders)
            : undefined;
    const folder = recognize ? dirname(resolve(context.root, recognize.path)) : "";
    const before = recognition?.isPossible ? recognition.find(hashSource(folder, input.files)) : undefined;
    if (recognize && before) {
        output.field("Unchanged", `${recognize.path} is as it was loaded on ${before}, and so are its tables`);
        return { counts: {}, rejected: 0, rejectFile: undefined, sentence: undefined };
    }
    const rejections: Rejection[] = [];
    const { documents, rejected, checksum } = readSource(input.files, folder);
    const named = passOverOthers(output, input, documents).map((document) => ({
        ...document,
        file: input.nameFile(document.file),
    }));
    rejections.push(...rejected.map((rejection) => ({ ...rejection, file: input.nameFile(rejection.file) })));
    const options = { force: input.force, dryRun: input.dryRun, signal };
    await refuseTooMany(context, connection, input, named, rejections);
    const report = {
        rejected: (rejection: Rejection) => void rejections.push(rejection),
        missing: (loader: string, { field, table }: Mention, count: number) =>
            output.note(`${loader}: ${countOf(count, "id")} in ${field} ${count === 1 ? "is" : "are"} not in ${table}`),
        progress: createProgress(output, () => performance.now()),
    };
    const counts = await loadDocuments(connection, input.loaders, named, options, report).catch((error: unknown) => {
        if (!(error instanceof DatabaseFault)) throw error;
        throw explainFault(error, connection.target).withOutcome(
            "The chunks before it are in. Run the same command again to go on: what is in already is not written twice.",
        );
    });
    printCounts(output, counts, input.dryRun);
    const isKept = rejections.length > 0 && !input.dryRun;
    const rejectFile = isKept ? await writeRejects(context.root, input.rejectFile, rejections) : undefined;
    printRejections(context, rejections, rejectFile);
    if (rejections.length === 0) await recognition?.record(checksum, counts);
    return {
        counts: Object.fromEntries(counts),
        rejected: rejections.length,
        rejectFile,
        sentence: describeLoad(counts, rejections.length, input.dryRun),
    };
}

function passOverOthers(
    output: Output,
    { loaders, passOver = [] }: LoadInput,
    documents: readonly SourceDocument[],
): readonly SourceDocument[] {
    if (passOver.length === 0) return documents;
    const isIn = (list: readonly Loader[], { value }: SourceDocument): boolean =>
        list.some((loader) => loader.find(value) !== undefined);
    const own = documents.filter((document) => isIn(loaders, document) || !isIn(passOver, document));
    const others = documents.length - own.length;
    if (others > 0) output.note(`${countOf(others, "document")} of other data sets passed over`);
    return own;
}

// A dry run finds what the database itself refuses only where a reference or another row says so before.
async function refuseTooMany(
    context: Context,
    connection: Connection,
    { loaders, force, dryRun, maxRejects, rejectFile }: LoadInput,
    documents: readonly SourceDocument[],
    rejected: readonly Rejection[],
): Promise<void> {
    if (maxRejects === undefined || dryRun) return;
    const rejections = [...rejected];
    await loadDocuments(
        connection,
        loaders,
        documents,
        { force, dryRun: true, signal: context.signal },
        {
            rejected: (rejection) => void rejections.push(rejection),
            missing: () => undefined,
            progress: () => undefined,
        },
    );
    if (rejections.length <= maxRejects) return;
    const file = await writeRejects(context.root, rejectFile, rejections, "No record was written.");
    printRejections(context, rejections, file);
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

const secondsBetweenLines = 2;

/** A line every two seconds: how many rows are done, how many a second, and how long the rest takes at this rate. */
function createProgress(output: Output, clock: () => number): LoadReport["progress"] {
    const begin = clock();
    let [started, called, printed] = [begin, begin, begin];
    let current = "";
    return (loader, done, of) => {
        const now = clock();
        if (loader !== current) [current, started] = [loader, called];
        called = now;
        if (now - printed < secondsBetweenLines * 1000) return;
        printed = now;
        output.note(renderProgress(loader, done, of, (now - started) / 1000));
    };
}

/** `questions: 12,000 of 30,000, 4,000 a second, 5 s left` */
export function renderProgress(loader: string, done: number, of: number, seconds: number): string {
    const rate = done / seconds;
    const left = Math.ceil((of - done) / rate);
    const [counted, total, speed] = [done, of, Math.round(rate)].map((value) => value.toLocaleString("en-US"));
    return `${loader}: ${counted} of ${total}, ${speed} a second, ${left} s left`;
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

const shownRejections = 5;

function printRejections({ output }: Context, rejections: readonly Rejection[], file: string | undefined): void {
    for (const { file: source, position, code, message } of rejections.slice(0, shownRejections)) {
        output.warn(`rejected ${source}${position === "" ? "" : ` at ${position}`}: ${code}: ${message}`);
    }
    if (rejections.length > shownRejections) output.warn(`and ${rejections.length - shownRejections} more`);
    if (file)
        output.warn(`${countOf(rejections.length, "record")} went to ${file}; mend them there and load that file`);
}

function toLine(rejection: Rejection): string {
    try {
        return `${JSON.stringify(rejection)}\n`;
    } catch {
        // Nested beyond what can be written down: its place is all that can be kept.
        return `${JSON.stringify({ ...rejection, record: null })}\n`;
    }
}

async function writeRejects(
    root: string,
    path: string | undefined,
    rejections: readonly Rejection[],
    outcome = `All records but ${countOf(rejections.length, "rejected one")} are in the database.`,
): Promise<string> {
    const file = path ?? `${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.rejects.ndjson`;
    try {
        await writeFile(resolve(root, file), rejections.map(toLine).join(""));
        return file;
    } catch (error) {
        throw new AppError("cannot-open", `the rejected records cannot be written to ${file}`, {
            details: [error instanceof Error ? error.message : String(error)],
            hint: "run the same command again with --rejects <file>: it rejects them again",
            outcome,
            cause: error,
        });
    }
}
