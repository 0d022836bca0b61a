import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { LoadRequest, LoadResult } from "../loading/load.ts";
import { type RejectSummary, refuseRejectFile } from "../loading/rejects.ts";
import type { Output } from "./output.ts";
import type { Context } from "./program.ts";
import { createProgress } from "./progress.ts";
import { countOf } from "./report.ts";

/** Options of every command that loads records. */
export interface LoadOptions {
    readonly from?: string;
    readonly force?: boolean;
    readonly dryRun?: boolean;
    /** Path of the reject file. */
    readonly rejects?: string;
    /** No record is written when more are rejected. */
    readonly maxRejects?: number;
}

/**
 * Refuses a reject file that cannot be written, before anything is changed.
 *
 * @throws AppError `cannot-open`
 */
export function refuseRejects({ root }: Context, { rejects, dryRun }: LoadOptions): void {
    if (rejects !== undefined && !dryRun) refuseRejectFile(root, rejects);
}

/** Loads a source and prints the outcome; throws `rejected` for more rejected records than the options allow. */
export async function loadAndReport(
    context: Context,
    connection: Connection,
    options: LoadOptions,
    what: Pick<LoadRequest, "loaders" | "passOver" | "otherKinds" | "source" | "history">,
    command?: string,
): Promise<LoadResult> {
    const { root, output, signal } = context;
    const { force = false, dryRun = false, rejects: rejectFile, maxRejects } = options;
    const startProgress = () => createProgress(output);
    const request = { ...what, force, dryRun, root, rejectFile, maxRejects, signal, startProgress };
    const { load } = await import("../loading/load.ts");
    const result = await load(connection, request);
    if (result.unchangedSince !== undefined) {
        const { path } = what.source.recognizable ?? {};
        output.field("Unchanged", `neither ${path} nor its tables changed since the load of ${result.unchangedSince}`);
    }
    if (result.passedOver > 0) {
        output.note(`skipped ${countOf(result.passedOver, "document")} with other records`);
    }
    printOtherFiles(output, result);
    for (const { loader, mention, count } of result.missing) {
        const verb = count === 1 ? "is" : "are";
        output.note(`${loader}: ${countOf(count, "id")} in ${mention.field} ${verb} not in ${mention.table}`);
    }
    printCounts(output, result, dryRun ? "Would load" : result.unchangedSince === undefined ? "Loading" : "Unchanged");
    printRejections(output, result, (file) => loadCorrected(file, command));
    if (!result.isRefused) return result;
    const message = `${countOf(result.rejected, "record")} cannot be loaded, but --max-rejects allows ${maxRejects}`;
    throw new AppError("rejected", message, {
        hint: "correct them, or raise --max-rejects",
        outcome: "No record was written.",
    });
}

/** How many files with other documents are named. */
const namedFiles = 200;

function printOtherFiles(output: Output, { otherFiles }: LoadResult): void {
    const files = Object.entries(otherFiles);
    for (const [file, { says, documents, isRejected }] of files.slice(0, namedFiles)) {
        const line = `${file}: it ${says}${documents <= 1 ? "" : ` (${countOf(documents, "document")})`}`;
        if (isRejected) output.warn(`rejected ${line}`);
        else output.note(`skipped ${line}`);
    }
    if (files.length > namedFiles) output.note(`and ${countOf(files.length - namedFiles, "more file")}`);
}

/**
 * Prints the first rejected records, the path of the reject file, and what to do with it.
 *
 * @param describeRemedy takes the path
 */
export function printRejections(
    output: Output,
    { rejected, firstRejected, unlisted, rejectFile }: RejectSummary,
    describeRemedy = (file: string): string => loadCorrected(file),
): void {
    for (const { file, position, code, message } of firstRejected) {
        output.warn(`rejected ${file}${position === "" ? "" : ` at ${position}`}: ${code}: ${message}`);
    }
    if (unlisted > 0) output.warn(`and ${unlisted} more`);
    if (rejectFile === undefined) return;
    output.warn(`wrote ${countOf(rejected, "rejected record")} to ${rejectFile}; ${describeRemedy(rejectFile)}`);
}

/** Tells how corrected records of a reject file are loaded. */
export function loadCorrected(file: string, command = "db:migrate"): string {
    return `correct them there, then run \`pnpm ${command} --from ${file}\``;
}

/** What the JSON of every command that loads says of it. */
export function toLoadDocument(result: LoadResult | undefined): object {
    const { counts = {}, rejected = 0, rejectedDocuments = 0, rejectFile = null, otherFiles = {} } = result ?? {};
    const unchangedSince = result?.unchangedSince ?? null;
    return { loaded: counts, unchangedSince, rejected, rejectedDocuments, rejects: rejectFile, otherFiles };
}

/** `Loaded 128 questions.`; undefined if every record was unchanged. */
export function describeLoad({ counts, rejected }: LoadResult, dryRun: boolean): string | undefined {
    const parts = Object.entries(counts).flatMap(([name, { created, replaced, updated }]) => {
        const written = created + replaced + updated;
        return written > 0 ? [countOf(written, name.replace(/s$/, ""), name)] : [];
    });
    if (parts.length + rejected === 0) return undefined;
    const loaded = `${dryRun ? "Would load" : "Loaded"} ${parts.join(", ") || "nothing"}.`;
    return rejected === 0 ? loaded : `${loaded} Rejected ${countOf(rejected, "record")}.`;
}

const outcomes = ["created", "replaced", "updated", "unchanged", "older", "rejected"] as const;

// The numbers of a line add up to those that were read.
function printCounts(output: Output, { counts, rejectedDocuments }: LoadResult, verb: string): void {
    for (const [name, loaded] of Object.entries(counts)) {
        const parts = outcomes.filter((outcome) => loaded[outcome] > 0);
        output.field(
            verb,
            `${name}: ${loaded.read} read, ${parts.map((part) => `${loaded[part]} ${part}`).join(", ")}`,
        );
    }
    if (rejectedDocuments > 0) output.field(verb, `${countOf(rejectedDocuments, "document")} rejected as a whole`);
}
