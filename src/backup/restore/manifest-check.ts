import { z } from "zod";
import { damaged } from "../seal.ts";

const count = z.int().min(0);
const objectTypes = ["table", "index", "view", "trigger"] as const;
const hash = z.string().regex(/^[\da-f]{64}$/);

/** The comment before each statement, so that a restore need not parse it. */
export const noteShape = z.object({
    /** Length of the statement, in bytes, with its last semicolon. */
    bytes: count,
    /** What the statement is for. A restore chooses by it. */
    does: z.enum(["settings", "begin", "clear", "rows", "sequence", ...objectTypes, "commit"]),
    /** The object that it creates. */
    name: z.string().optional(),
    /** The table that it belongs to. */
    table: z.string().optional(),
    /** Length of the literals of each row, in bytes: without parentheses, and without the rowid. */
    rows: z.array(count).readonly().optional(),
    /** Whether each row begins with a rowid that is not one of the columns. */
    rowid: z.literal(true).optional(),
});

/** What a backup says of itself, at its end. */
export const manifestShape = z.object({
    format: count,
    /** Name and version of the project that wrote it. */
    writtenBy: z.string(),
    /** Version of the schema that the project documents. */
    schemaVersion: z.string(),
    /** Where it comes from, without credentials. */
    database: z.string(),
    startedAt: z.string(),
    endedAt: z.string(),
    /** Highest version in each version table. */
    versions: z.record(z.string(), z.number()),
    /** PRAGMA user_version; null where the server does not report it. It becomes a part of a statement. */
    userVersion: z.int32().nullable(),
    /** Read transactions that it was read in: always 1, or it would not be consistent. */
    views: count,
    /** The tables that were asked for; null for all. */
    only: z.array(z.string()).readonly().nullable(),
    /** The hash is that of `createRowHash`: equal for equal rows, whatever their order and their rowids. */
    tables: z.array(z.object({ name: z.string(), rows: count, sha256: hash })).readonly(),
    /** How many objects it creates. */
    objects: z.object({ count, sha256: hash }),
    /** Bytes before the manifest, uncompressed. */
    bytes: count,
});

/**
 * Reads the comment before a statement.
 * @throws AppError `corrupt`
 */
export function parseNote(json: string): z.infer<typeof noteShape> {
    return parse(json, noteShape);
}

/**
 * Reads the manifest of a backup.
 * @throws AppError `corrupt`
 */
export function parseManifest(json: string): z.infer<typeof manifestShape> {
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
