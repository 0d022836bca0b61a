import type { LoadCounts, Loader, OtherKind, Rejection, SourceRecord } from "../loader.ts";
import type { OpenedSource } from "./files.ts";
import { createIntake, type Intake } from "./intake.ts";
import { readSource } from "./read-source.ts";
import type { Items, StagedItems, Staging } from "./staging.ts";

/** A rejected record, without the record: the source has it. */
type Remembered = readonly [loader: string, file: number, position: string, code: string, message: string];

/** What a load counted and rejected, short enough to be kept in the database. */
export interface RememberedOutcome {
    /** Name of the first file, as messages name files; empty if nothing was rejected. */
    readonly first: string;
    /** Counts of the load by loader, as of a load that writes nothing. */
    readonly counts: Readonly<Record<string, LoadCounts>>;
    /** Indexes of the files in which documents were rejected, and how many these are. */
    readonly files: readonly number[];
    readonly documents: number;
    readonly records: readonly Remembered[];
}

/** Longer ones are not remembered. */
const longest = 250_000;

/** The codes that depend on rows of the database, not on the record alone. */
const dependent = new Set(["dangling-reference", "undated-change", "refused"]);

/**
 * Describes what a load counted and rejected.
 *
 * @param loaderNames of the rejections after the first `documents`
 * @returns JSON; undefined if it is too long
 */
export function renderOutcome(
    { files, nameFile }: Pick<OpenedSource, "files" | "nameFile">,
    rejections: Items<Rejection>,
    documents: number,
    loaderNames: readonly string[],
    counts: ReadonlyMap<string, LoadCounts>,
): string | undefined {
    if (rejections.length > longest / 20) return undefined;
    const indexes = new Map(files.map((file, at) => [nameFile(file), at]));
    const whole = new Set<number>();
    const records: Remembered[] = [];
    let at = 0;
    for (const { file, position, code, message } of rejections) {
        const index = indexes.get(file) ?? -1;
        if (at < documents) whole.add(index);
        else records.push([loaderNames[at - documents] ?? "", index, position, code, message]);
        at++;
    }
    const again = [...counts].map(([name, { read, older, rejected }]) => {
        const unchanged = read - older - rejected;
        return [name, { read, created: 0, replaced: 0, updated: 0, unchanged, older, rejected }] as const;
    });
    const remembered: RememberedOutcome = {
        first: rejections.length === 0 ? "" : nameFile(files[0] ?? ""),
        counts: Object.fromEntries(again),
        files: [...whole],
        documents,
        records,
    };
    const text = JSON.stringify(remembered);
    return text.length > longest ? undefined : text;
}

/**
 * Finds the rejected records of an unchanged source again, whole, by reading only the files that they are in.
 *
 * @param judge returns what is rejected of records that the database had a say in, comparing but writing nothing
 * @returns undefined if anything differs from what is remembered; then the whole source is to be compared
 */
export async function findRejectsAgain(
    { first, files, documents, records }: RememberedOutcome,
    {
        source,
        loaders,
        passOver,
        otherKinds,
        signal,
    }: {
        readonly source: OpenedSource;
        readonly loaders: readonly Loader[];
        readonly passOver?: readonly Loader[] | undefined;
        readonly otherKinds?: readonly OtherKind[] | undefined;
        readonly signal?: AbortSignal | undefined;
    },
    staging: Staging,
    judge: (records: Intake["records"]) => Promise<readonly Rejection[]>,
): Promise<Intake | undefined> {
    if (source.files[0] === undefined || source.nameFile(source.files[0]) !== first) return undefined;
    const wanted = new Set([...files, ...records.map(([, file]) => file)]);
    const intake = createIntake(staging, loaders, { passOver, otherKinds, nameFile: source.nameFile });
    await readSource(
        source.files.filter((_, at) => wanted.has(at)),
        "",
        intake,
        undefined,
        signal,
    );
    if (intake.rejections.length !== documents) return undefined;
    const found = findRecords(intake, records, (file) => source.nameFile(source.files[file] ?? ""));
    if (found.some((record) => record === undefined)) return undefined;
    const judged = new Map<string, StagedItems<SourceRecord>>();
    const expected: Rejection[] = [];
    for (const [at, [loader, , , code, message]] of records.entries()) {
        const record = found[at] as SourceRecord;
        const { file, position, value, read = value } = record;
        const rejection = { file, position, code, message, record: read };
        intake.rejections.push(rejection, 0);
        if (!dependent.has(code)) continue;
        const list = judged.get(loader) ?? staging.createList<SourceRecord>();
        judged.set(loader, list);
        list.push(record, 0);
        expected.push(rejection);
    }
    const rejected = judged.size === 0 ? [] : await judge(judged);
    return describeAll(rejected) === describeAll(expected) ? intake : undefined;
}

function findRecords(
    { records: staged }: Intake,
    records: RememberedOutcome["records"],
    nameFile: (file: number) => string,
): readonly (SourceRecord | undefined)[] {
    const places = new Map(
        records.map(([loader, file, position], at) => [placeOf(loader, nameFile(file), position), at]),
    );
    const found: (SourceRecord | undefined)[] = records.map(() => undefined);
    for (const [loader, list] of staged) {
        for (const record of list) {
            const at = places.get(placeOf(loader, record.file, record.position));
            if (at !== undefined) found[at] = record;
        }
    }
    return found;
}

function placeOf(loader: string, file: string, position: string): string {
    return JSON.stringify([loader, file, position]);
}

function describeAll(rejections: readonly Rejection[]): string {
    return JSON.stringify(rejections.map(({ file, position, code, message }) => [file, position, code, message]));
}
