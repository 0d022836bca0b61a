import type { Loader, Rejection, SourceRecord } from "../loader.ts";
import type { SourceDocument } from "./documents.ts";
import type { SourceSink } from "./read-source.ts";
import type { StagedItems, Staging } from "./staging.ts";

/** The records of a source by loader, staged. */
export interface Intake extends SourceSink {
    readonly records: ReadonlyMap<string, StagedItems<SourceRecord>>;
    /** Documents that no loader recognises, files and lines that are not JSON, then records that cannot be loaded. */
    readonly rejections: StagedItems<Rejection>;
    /** Number of documents for loaders in `passOver`. */
    readonly passedOver: number;
}

/** Approximate memory of a record without its text. */
const recordBytes = 250;

/**
 * Stages the records that loaders find in documents.
 *
 * @param options.passOver loaders whose documents are passed over
 * @param options.nameFile returns the name of a file for output and rejected records
 */
export function createIntake(
    staging: Staging,
    loaders: readonly Loader[],
    { passOver = [], nameFile }: { passOver?: readonly Loader[] | undefined; nameFile: (file: string) => string },
): Intake {
    const records = new Map<string, StagedItems<SourceRecord>>();
    const rejections = staging.createList<Rejection>();
    let passedOver = 0;

    const distribute = (document: SourceDocument): boolean => {
        const file = nameFile(document.file);
        let isKnown = false;
        for (const loader of loaders) {
            const found = loader.find(document.value);
            if (!found) continue;
            isKnown = true;
            const list = records.get(loader.name) ?? staging.createList<SourceRecord>();
            records.set(loader.name, list);
            const own = Array.isArray(found) ? found : [...found];
            const bytes = memoryOf(document) / own.length + recordBytes;
            for (const { position, value } of own) {
                list.push({ file, position: placeIn(document, position), value }, bytes);
            }
        }
        return isKnown;
    };

    return {
        records,
        rejections,
        get passedOver() {
            return passedOver;
        },
        document(document) {
            if (distribute(document) || isEmptyFile(document)) return;
            if (passOver.some((loader) => loader.find(document.value) !== undefined)) {
                passedOver++;
                return;
            }
            const { file, position, value } = document;
            const message = "no loader recognises this shape; seeds/README.md describes the formats";
            const rejection = { file: nameFile(file), position, code: "unknown-shape", message, record: value };
            rejections.push(rejection, memoryOf(document));
        },
        rejected(rejection) {
            const bytes = typeof rejection.record === "string" ? rejection.record.length : 0;
            rejections.push({ ...rejection, file: nameFile(rejection.file) }, bytes);
        },
        mark() {
            const before = { passedOver, rejected: rejections.length };
            const lengths = new Map([...records].map(([name, list]) => [name, list.length]));
            return () => {
                passedOver = before.passedOver;
                rejections.truncate(before.rejected);
                for (const [name, list] of records) list.truncate(lengths.get(name) ?? 0);
            };
        },
    };
}

// Records of a file that is too large for memory go straight to the staging file.
function memoryOf({ bytes, isOfLarge }: SourceDocument): number {
    return isOfLarge ? Number.POSITIVE_INFINITY : bytes;
}

// An export writes an empty array for an empty table.
function isEmptyFile({ position, value }: SourceDocument): boolean {
    return position === "" && Array.isArray(value) && value.length === 0;
}

// Indexes in a part of a file are counted from the beginning of the file.
function placeIn({ position, firstIndex = 0 }: SourceDocument, found: string): string {
    const place = firstIndex === 0 ? found : found.replace(/\d+$/, (index) => String(Number(index) + firstIndex));
    return [position, place].filter((part) => part !== "").join("/");
}
