import { hash } from "node:crypto";
import { basename, join } from "node:path";
import type { Target } from "../database/target.ts";

/** The parts of the name of a backup. */
export interface BackupName {
    /** The part before the time: the database, and the tables where it does not hold all of them. */
    readonly series: string;
    readonly takenAt: Date;
}

const stampPattern = /^(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.sql\.gz(?:\.age)?$/;

/**
 * Names a series of backups by the database, and by the tables where not all are backed up: `code-reels`,
 * `code-reels.questions`. Part of a hash follows where the name could be ambiguous: for a file outside the project, and where
 * characters were replaced.
 */
export function nameSeries(target: Target, only: readonly string[] | undefined, root: string): string {
    const database =
        target.kind === "file"
            ? basename(target.path).replace(/\.(db|sqlite3?)$/i, "")
            : target.host.endsWith(".turso.io")
              ? (target.host.split(".")[0] ?? "")
              : `${target.host}-${new URL(target.url).port || "443"}`;
    // A dot separates the tables.
    const parts = [database.replaceAll(".", "_"), ...(only === undefined ? [] : [only.join("+").replaceAll(".", "_")])];
    const name = parts.map((part) => part.replace(/[^\w.+-]/g, "_")).join(".");
    const isPlain = target.kind !== "file" || target.path === join(root, `${parts[0]}.db`);
    if (isPlain && name === parts.join(".") && !only?.some((table) => /[.+]/.test(table))) return name;
    const place = target.kind === "file" ? target.path : target.url;
    const identity = JSON.stringify([isPlain ? basename(place) : place, only ?? null]);
    return `${name}~${hash("sha256", identity).slice(0, 6)}`;
}

/** `code-reels-20261123T031500Z.sql.gz`, with `.age` where it is encrypted. */
export function nameBackup({ series, takenAt }: BackupName, isEncrypted: boolean): string {
    const stamp = `${takenAt.toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
    return `${series}-${stamp}.sql.gz${isEncrypted ? ".age" : ""}`;
}

/** Parses a name that nameBackup() returned; undefined for any other. */
export function findBackupName(name: string): BackupName | undefined {
    const [, series, year, month, day, hour, minute, second] = stampPattern.exec(name) ?? [];
    if (series === undefined) return undefined;
    const takenAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    // JavaScript accepts the 30th of February.
    return !Number.isNaN(takenAt.getTime()) && takenAt.toISOString().slice(8, 10) === day
        ? { series, takenAt }
        : undefined;
}
