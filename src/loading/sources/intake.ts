import { basename } from "node:path";
import { countRepeatedKeys, findRepeatedKey, getWritten } from "../../text/json.ts";
import type { FoundRecord, Loader, OtherKind, Rejection, SourceRecord } from "../loader.ts";
import { unknownShape } from "../rejects.ts";
import { describeRepeated } from "../validate.ts";
import { toRecords } from "./columns.ts";
import type { SourceDocument } from "./documents.ts";
import { sourceName } from "./files.ts";
import type { SourceSink } from "./read-source.ts";
import { createFieldForm } from "./spelling.ts";
import type { StagedItems, Staging } from "./staging.ts";

/** The records of a source by loader, staged. */
export interface Intake extends SourceSink {
    readonly records: ReadonlyMap<string, StagedItems<SourceRecord>>;
    /** Documents that no loader recognises, files and lines that are not JSON, then records that cannot be loaded. */
    readonly rejections: StagedItems<Rejection>;
    /** By file, what its documents are that no loader reads, and how many there are. */
    readonly otherFiles: ReadonlyMap<string, OtherFile>;
    /** Number of documents for loaders in `passOver`. */
    readonly passedOver: number;
}

/** A file without documents, with documents of another kind, or with such as no loader knows. */
export interface OtherFile {
    /** Follows the name of the file. */
    readonly says: string;
    readonly documents: number;
    /** Its documents are among the rejections. */
    readonly isRejected: boolean;
}

const unknown = "holds no record that a loader knows";

/** Approximate memory of a record without its text. */
const recordBytes = 250;

interface IntakeOptions {
    readonly passOver?: readonly Loader[] | undefined;
    readonly otherKinds?: readonly OtherKind[] | undefined;
    readonly nameFile: (file: string) => string;
}

/**
 * Stages the records that loaders find in documents.
 *
 * @param options.passOver loaders whose documents are passed over
 * @param options.otherKinds documents that are skipped and counted by file
 * @param options.nameFile returns the name of a file for output and rejected records
 */
export function createIntake(
    staging: Staging,
    loaders: readonly Loader[],
    { passOver = [], otherKinds = [], nameFile }: IntakeOptions,
): Intake {
    const records = new Map<string, StagedItems<SourceRecord>>();
    const rejections = staging.createList<Rejection>();
    const readers = loaders.map((loader) => ({ loader, toFieldForm: createFieldForm(loader) }));
    let otherFiles = new Map<string, OtherFile>();
    let passedOver = 0;

    const reject = ({ file, position, value }: SourceDocument, code: string, message: string, bytes: number): void =>
        rejections.push({ file: nameFile(file), position, code, message, record: value }, bytes);

    const distribute = (document: SourceDocument): boolean => {
        const file = nameFile(document.file);
        const found = [];
        for (const reader of readers) {
            const own = reader.loader.find(document.value);
            if (own) found.push({ ...reader, own: [...own] });
        }
        if (isRepeatedAbove(document.value, found)) {
            const message = describeRepeated(findRepeatedKey(document.value) ?? "");
            reject(document, "repeated-key", message, memoryOf(document));
            return true;
        }
        for (const { loader, toFieldForm, own } of found) {
            const list = records.get(loader.name) ?? staging.createList<SourceRecord>();
            records.set(loader.name, list);
            const bytes = memoryOf(document) / own.length + recordBytes;
            for (const { position, value: read } of own) {
                const value = toFieldForm(read);
                const record = { file, position: placeIn(document, position), value };
                if (value === read) list.push(record, bytes);
                else list.push({ ...record, read }, 2 * bytes);
            }
        }
        return found.length > 0;
    };

    const noteOther = (path: string, says: string, isRejected: boolean): void => {
        const file = nameFile(path);
        const { documents = 0 } = otherFiles.get(file) ?? {};
        otherFiles.set(file, { says, documents: documents + 1, isRejected });
    };

    return {
        records,
        rejections,
        get otherFiles() {
            return otherFiles;
        },
        get passedOver() {
            return passedOver;
        },
        document(read) {
            const value = toRecords(read.value);
            const document = value === read.value ? read : { ...read, value };
            if (distribute(document) || isEmptyFile(document)) return;
            if (passOver.some((loader) => loader.find(document.value) !== undefined)) {
                passedOver++;
                return;
            }
            const file = nameFile(document.file);
            const other = otherKinds.find(({ matches }) => matches(document.value, nameOf(file)));
            const isSkipped = other !== undefined && document.isReject !== true;
            noteOther(document.file, other?.says ?? unknown, !isSkipped);
            if (isSkipped) return;
            const says = other?.says ?? `${unknown}; seeds/README.md describes the formats`;
            reject(document, unknownShape, `it ${says}`, memoryOf(document));
        },
        rejected(rejection) {
            const bytes = typeof rejection.record === "string" ? rejection.record.length : 0;
            rejections.push({ ...rejection, file: nameFile(rejection.file) }, bytes);
        },
        empty(file) {
            otherFiles.set(nameFile(file), { says: "is empty", documents: 0, isRejected: false });
        },
        mark() {
            const before = { passedOver, rejected: rejections.length, otherFiles: new Map(otherFiles) };
            const lengths = new Map([...records].map(([name, list]) => [name, list.length]));
            return () => {
                passedOver = before.passedOver;
                otherFiles = before.otherFiles;
                rejections.truncate(before.rejected);
                for (const [name, list] of records) list.truncate(lengths.get(name) ?? 0);
            };
        },
    };
}

function nameOf(file: string): string {
    return basename(file).replace(sourceName, "");
}

// Records of a file that is too large for memory go straight to the staging file.
function memoryOf({ bytes, isOfLarge, value }: SourceDocument): number {
    if (isOfLarge) return Number.POSITIVE_INFINITY;
    return getWritten(value) === undefined ? bytes : 2 * bytes;
}

// Whether a key is repeated in an object that is no record: a record of those by id would be lost.
function isRepeatedAbove(value: unknown, found: readonly { readonly own: readonly FoundRecord[] }[]): boolean {
    const repeats = countRepeatedKeys(value);
    if (repeats === 0 || found.length === 0) return false;
    const inside = found.map(({ own }) => own.reduce((sum, record) => sum + countRepeatedKeys(record.value), 0));
    return repeats > Math.max(...inside);
}

// An export writes an empty array for an empty table.
function isEmptyFile({ position, value }: SourceDocument): boolean {
    return position === "" && Array.isArray(value) && value.length === 0;
}

// Indexes in a part of a file are counted from the beginning of the file.
function placeIn({ position, firstIndex = 0 }: SourceDocument, found: string): string {
    const place = firstIndex === 0 ? found : found.replace(/\d+$/, (index) => String(Number(index) + firstIndex));
    return position === "" || place === "" ? position + place : `${position}/${place}`;
}
