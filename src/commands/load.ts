import { writeFile } from "node:fs/promises";
import type { Context } from "../cli.ts";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import type { Output } from "../output.ts";
import type { LoadCounts, Loader, Rejection } from "../seeding/loader.ts";
import { loadDocuments } from "../seeding/run.ts";
import { readSource } from "../seeding/source.ts";
import { countOf } from "./report.ts";

export interface LoadInput {
    readonly loaders: readonly Loader[];
    readonly files: readonly string[];
    /** How a file is named in output and rejects. */
    readonly nameFile: (file: string) => string;
    readonly force: boolean;
    readonly dryRun: boolean;
    /** Where rejected records go; a name with the time when undefined. */
    readonly rejectFile: string | undefined;
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
    const rejections: Rejection[] = [];
    const { documents, rejected } = await readSource(input.files);
    rejections.push(...rejected);
    const named = documents.map(({ file, value }) => ({ file: input.nameFile(file), value }));
    const options = { force: input.force, dryRun: input.dryRun, signal };
    const report = { rejected: (rejection: Rejection) => void rejections.push(rejection), progress: () => undefined };
    const counts = await loadDocuments(connection, input.loaders, named, options, report).catch((error: unknown) => {
        if (!(error instanceof DatabaseFault)) throw error;
        throw explainFault(error, connection.target).withOutcome(
            "The chunks before it are in. Run the same command again to go on: what is in already is not written twice.",
        );
    });
    const rejectFile =
        rejections.length === 0 || input.dryRun ? undefined : await writeRejects(input.rejectFile, rejections);
    printCounts(output, counts, input.dryRun);
    printRejections(context, rejections, rejectFile);
    const written = [...counts].filter(([, { created, updated }]) => created + updated > 0);
    const parts = written.map(([name, { created, updated }]) =>
        countOf(created + updated, name.replace(/s$/, ""), name),
    );
    const verb = input.dryRun ? "Would load" : "Loaded";
    return {
        counts: Object.fromEntries(counts),
        rejected: rejections.length,
        rejectFile,
        sentence: parts.length === 0 ? undefined : `${verb} ${parts.join(", ")}.`,
    };
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

async function writeRejects(path: string | undefined, rejections: readonly Rejection[]): Promise<string> {
    const file = path ?? `${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.rejects.ndjson`;
    await writeFile(file, rejections.map((rejection) => `${JSON.stringify(rejection)}\n`).join(""));
    return file;
}
