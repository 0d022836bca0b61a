import type { z } from "zod";
import type { manifestShape, noteShape } from "./restore/manifest-check.ts";

/** The format of the backups that are written here. One with a higher number is refused: its rules are not known. */
export const formatNumber = 1;

/** The first words of a backup; the number of its format follows. */
export const firstWords = "-- SQL backup, format ";

/** The line before the manifest, which extends to the end. */
export const manifestLine = "-- manifest:";

/** The size that is aimed at for a statement with rows, in bytes; a server accepts five million. */
export const statementSize = 500_000;

/** The longest line, statement without rows, and header, in bytes: a file that exceeds it was not written here. */
export const longestText = 4_000_000;

/** The longest manifest, in bytes. */
export const longestManifest = 64_000_000;

/** The size of the largest row that is backed up, in bytes: its SQL must fit into a string. */
export const largestRow = 200_000_000;

/** The longest statement: that row in hexadecimal digits. */
export const longestStatement = 2 * largestRow + longestText;

export type StatementNote = z.infer<typeof noteShape>;
export type Manifest = z.infer<typeof manifestShape>;
/** What a backup says of one table. */
export type TableSummary = Manifest["tables"][number];

/** Renders a statement with the comment that precedes it. */
export function renderStatement(sql: string | readonly Buffer[], note: Omit<StatementNote, "bytes">): Buffer {
    const parts = typeof sql === "string" ? [Buffer.from(sql)] : sql;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const head = `-- ${JSON.stringify({ bytes, ...note } satisfies StatementNote)}\n`;
    return Buffer.concat([Buffer.from(head), ...parts, Buffer.from("\n")]);
}

/** Renders the manifest as comment lines. */
export function renderManifest(manifest: Manifest): Buffer {
    const lines = JSON.stringify(manifest, null, 1).split("\n");
    return Buffer.from([manifestLine, ...lines.map((line) => `-- ${line}`), ""].join("\n"));
}
