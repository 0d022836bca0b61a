import type { Loader, Rejection, SourceRecord } from "../loader.ts";
import type { SourceDocument } from "./documents.ts";
import type { SourceSink } from "./source.ts";
import type { Items, Spool, SpooledItems } from "./spool.ts";

/** The records of a source by the loader that they are for. */
export interface Intake extends SourceSink {
    readonly records: ReadonlyMap<string, SpooledItems<SourceRecord>>;
    /** What no loader can take, and what is no JSON. */
    readonly rejections: Items<Rejection>;
    /** Documents of other data sets. */
    readonly passedOver: number;
}

export interface IntakeOptions {
    /** Loaders whose documents are passed over. */
    readonly passOver?: readonly Loader[];
    /** How a file is named in output and rejects. */
    readonly nameFile: (file: string) => string;
}

/** More than any memory has. */
const notInMemory = Number.POSITIVE_INFINITY;

/** What memory takes for a record beside its text. */
const recordBytes = 250;

/** Gives each document to the loaders that find records in it. */
export function createIntake(spool: Spool, loaders: readonly Loader[], options: IntakeOptions): Intake {
    const { passOver = [], nameFile } = options;
    const records = new Map<string, SpooledItems<SourceRecord>>();
    const rejections = spool.createList<Rejection>();
    let passedOver = 0;

    const distribute = (document: SourceDocument): boolean => {
        const file = nameFile(document.file);
        let isKnown = false;
        for (const loader of loaders) {
            const found = loader.find(document.value);
            if (!found) continue;
            isKnown = true;
            const list = records.get(loader.name) ?? spool.createList<SourceRecord>();
            records.set(loader.name, list);
            const own = Array.isArray(found) ? found : [...found];
            const bytes = document.isOfLarge ? notInMemory : Math.ceil(document.bytes / own.length) + recordBytes;
            for (const { position, value } of own)
                list.push({ file, position: placeIn(document, position), value }, bytes);
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
            const { file, position, value, isOfLarge } = document;
            const bytes = isOfLarge ? notInMemory : document.bytes;
            const message = "no loader knows this shape; see the formats in seeds/README.md";
            rejections.push({ file: nameFile(file), position, code: "unknown-shape", message, record: value }, bytes);
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

// So an export says that a table has no rows.
function isEmptyFile({ position, value }: SourceDocument): boolean {
    return position === "" && Array.isArray(value) && value.length === 0;
}

// In a part of a file, items are counted from where the file begins.
function placeIn({ position, firstIndex = 0 }: SourceDocument, found: string): string {
    const place = firstIndex === 0 ? found : found.replace(/\d+$/, (index) => String(Number(index) + firstIndex));
    return [position, place].filter((part) => part !== "").join("/");
}
