import { isVirtual } from "../../schema/facts.ts";
import { findUnmakeable, type UnmakeableObject } from "../../schema/unmakeable.ts";
import type { Manifest, StatementNote, TableSummary } from "../format.ts";
import { createRowHash, type RowHash, summarizeObjects } from "../hash.ts";
import type { SchemaObject } from "../layout.ts";
import { damaged } from "../seal.ts";
import { refuseOther } from "../statements.ts";
import type { BackupPart } from "./read.ts";
import { splitRows } from "./row-check.ts";

/** A backup that was checked to its end. */
export interface CheckedBackup {
    readonly manifest: Manifest;
    /** The hash of its bytes. */
    readonly seal: string;
    /** What it creates, in order: an unmakeable object as it can be, or not at all. */
    readonly objects: readonly SchemaObject[];
    readonly unmakeable: readonly UnmakeableObject[];
}

/**
 * Checks a backup to its end: the seal, every statement, the rows of every table by hash and count, every object.
 *
 * @throws AppError `corrupt`
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
            const unmakeable = await findUnmakeable(objects);
            const creatable = objects.flatMap((object) => {
                const other = findSame(unmakeable, object);
                if (!other) return [object];
                return other.sql === undefined ? [] : [{ ...object, sql: other.sql }];
            });
            return { manifest: part.manifest, seal: part.seal, objects: creatable, unmakeable };
        }
        const { note, sql } = part;
        const { does, name, table } = note;
        refuseOther(note, sql);
        refuseMisplaced(note, objects);
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

/** Finds an object of this type and name. */
export function findSame(
    unmakeable: readonly UnmakeableObject[],
    object: { readonly type: string; readonly name?: string | undefined },
): UnmakeableObject | undefined {
    return unmakeable.find(({ type, name }) => type === object.type && name === object.name);
}

// A trigger would act on the rows after it, and rows belong to a table of this backup.
function refuseMisplaced({ does, table = "" }: StatementNote, objects: readonly SchemaObject[]): void {
    if (does !== "rows" && does !== "clear") return;
    const last = objects.at(-1);
    if (last?.type === "view" || last?.type === "trigger") throw damaged(`rows of '${table}' follow a ${last.type}`);
    // A virtual table creates its shadow tables.
    const holds = ({ type, name, sql }: SchemaObject): boolean =>
        type === "table" && (name === table ? !isVirtual({ sql }) : table.startsWith(`${name}_`) && isVirtual({ sql }));
    if (!objects.some(holds)) throw damaged(`it holds rows of '${table}', which it does not create`);
}

function isObject(does: string): does is SchemaObject["type"] {
    return ["table", "index", "view", "trigger"].includes(does);
}

function compare(manifest: Manifest, tables: ReadonlyMap<string, RowHash>, objects: readonly SchemaObject[]): void {
    const nothing = createRowHash();
    for (const { name, rows, sha256 } of manifest.tables) {
        const hash = tables.get(name) ?? nothing;
        if (hash.rows !== rows) throw damaged(`it holds ${hash.rows} rows of '${name}' instead of ${rows}`);
        if (hash.digest() !== sha256) throw damaged(`the rows of '${name}' differ from those that were backed up`);
    }
    const unnamed = [...tables.keys()].find((name) => !manifest.tables.some((table) => table.name === name));
    if (unnamed !== undefined) throw damaged(`it holds rows of '${unnamed}', which its manifest does not name`);
    const { count, sha256 } = summarizeObjects(objects);
    if (count !== manifest.objects.count || sha256 !== manifest.objects.sha256) {
        throw damaged("its tables, indexes, views and triggers differ from those that were backed up");
    }
}

/** Counts all rows of a backup. */
export function countAll(tables: readonly TableSummary[]): number {
    return tables.reduce((sum, { rows }) => sum + rows, 0);
}
