import { z } from "zod";
import type { Manifest, StatementNote } from "../format.ts";
import { damaged } from "../seal.ts";

const count = z.int().min(0);
const objectTypes = ["table", "index", "view", "trigger"] as const;
const purposes = ["settings", "begin", "clear", "rows", "sequence", ...objectTypes, "commit"] as const;
const hash = z.string().regex(/^[\da-f]{64}$/);

const noteShape = z.object({
    bytes: count,
    does: z.enum(purposes),
    name: z.string().optional(),
    table: z.string().optional(),
    rows: z.array(count).optional(),
    rowid: z.literal(true).optional(),
});

const manifestShape = z.object({
    format: count,
    writtenBy: z.string(),
    schemaVersion: z.string(),
    database: z.string(),
    startedAt: z.string(),
    endedAt: z.string(),
    versions: z.record(z.string(), z.number()),
    // It becomes a part of a statement.
    userVersion: z.int32().nullable(),
    views: count,
    only: z.array(z.string()).nullable(),
    tables: z.array(z.object({ name: z.string(), rows: count, sha256: hash })),
    objects: z.object({ count, sha256: hash }),
    bytes: count,
});

/** Reads the comment before a statement. @throws AppError `corrupt` */
export function parseNote(json: string): StatementNote {
    return parse(json, noteShape) as StatementNote;
}

/** Reads the manifest of a backup. @throws AppError `corrupt` */
export function parseManifest(json: string): Manifest {
    return parse(json, manifestShape);
}

function parse<T>(json: string, shape: z.ZodType<T>): T {
    let value: unknown;
    try {
        value = JSON.parse(json);
    } catch {
        value = undefined;
    }
    const { success, data } = shape.safeParse(value);
    if (!success) throw damaged("a comment of it cannot be read");
    return data;
}
