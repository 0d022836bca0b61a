import type { ExportedRow } from "./rows.ts";

/** Converts a table's rows to the format of its loader; yields files by path below the folder of the export. */
export type ExportShape = (
    rows: AsyncIterable<ExportedRow>,
) => AsyncGenerator<readonly [path: string, content: unknown]>;

/** What a project decides about its exports. */
export interface ExportForms {
    /** By loader; a table of any other loader becomes one file with an array. */
    readonly shapes: Readonly<Record<string, ExportShape>>;
    /** Loaders whose tables are exported only if named, because their rows are about people. */
    readonly personal: readonly string[];
    /** Why, as a sentence without its end; it is shown. */
    readonly whyPersonal: string;
}

/** One file with an array of the rows. */
export function asArray(path: string): ExportShape {
    return async function* (rows) {
        yield [path, await collect(rows)];
    };
}

/** One file with the array in an object: `{users: [...]}`. */
export function asWrapped(path: string, wrapper: string): ExportShape {
    return async function* (rows) {
        yield [path, { [wrapper]: await collect(rows) }];
    };
}

async function collect(rows: AsyncIterable<ExportedRow>): Promise<ExportedRow[]> {
    const list: ExportedRow[] = [];
    for await (const row of rows) list.push(row);
    return list;
}
