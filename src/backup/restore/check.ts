import type { Manifest, TableSummary } from "../format.ts";
import { createRowHash, type RowHash, summarizeObjects } from "../hash.ts";
import type { SchemaObject } from "../layout.ts";
import { damaged } from "../seal.ts";
import { refuseOther } from "../statements.ts";
import type { BackupPart } from "./read.ts";
import { splitRows } from "./row-check.ts";

/** A backup of which every part was found to be what it says. */
export interface CheckedBackup {
    readonly manifest: Manifest;
    /** Names the bytes. */
    readonly seal: string;
    /** What it makes, in order. */
    readonly objects: readonly SchemaObject[];
}

/**
 * Reads a backup to its end: the seal, every statement, every row of every table against its hash and count, every object.
 *
 * @param onBytes is told how many bytes of statements were read
 * @throws AppError `corrupt` for a backup that is not what it says
 */
export async function checkBackup(
    parts: AsyncIterable<BackupPart>,
    onBytes: (bytes: number) => void,
): Promise<CheckedBackup> {
    const tables = new Map<string, RowHash>();
    const objects: SchemaObject[] = [];
    let bytes = 0;
    for await (const part of parts) {
        if (part.kind === "end") {
            compare(part.manifest, tables, objects);
            return { manifest: part.manifest, seal: part.seal, objects };
        }
        const { note, sql } = part;
        const { does, name, table } = note;
        refuseOther(note, sql);
        if (does === "rows") {
            const hash = tables.get(table ?? "") ?? createRowHash();
            tables.set(table ?? "", hash);
            for (const literals of splitRows(note, sql)) hash.add(literals);
        }
        if (isObject(does)) {
            const text = sql.toString().replace(/;$/, "");
            objects.push({ type: does, name: name ?? "", table: table ?? "", sql: text });
        }
        bytes += sql.length;
        onBytes(bytes);
    }
    throw damaged("its end is missing");
}

function isObject(does: string): does is SchemaObject["type"] {
    return ["table", "index", "view", "trigger"].includes(does);
}

function compare(manifest: Manifest, tables: ReadonlyMap<string, RowHash>, objects: readonly SchemaObject[]): void {
    const nothing = createRowHash();
    for (const { name, rows, sha256 } of manifest.tables) {
        const hash = tables.get(name) ?? nothing;
        if (hash.rows !== rows) throw damaged(`it holds ${hash.rows} rows of '${name}', and should hold ${rows}`);
        if (hash.digest() !== sha256) throw damaged(`the rows of '${name}' are not those that were backed up`);
    }
    const stranger = [...tables.keys()].find((name) => !manifest.tables.some((table) => table.name === name));
    if (stranger !== undefined) throw damaged(`it holds rows of '${stranger}', which it does not name`);
    const { count, sha256 } = summarizeObjects(objects);
    if (count !== manifest.objects.count || sha256 !== manifest.objects.sha256) {
        throw damaged("its tables, indexes, views and triggers are not those that were backed up");
    }
}

/** All rows of a backup. */
export function countAll(tables: readonly TableSummary[]): number {
    return tables.reduce((sum, { rows }) => sum + rows, 0);
}
