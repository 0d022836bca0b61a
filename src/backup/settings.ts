import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../errors.ts";

/** Where a backup is written: a folder, in which it receives a name, a file, or the input of a command. */
export type Destination =
    | { readonly kind: "folder"; readonly path: string; readonly mayMake: boolean }
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "command"; readonly command: string };

export interface BackupSettings {
    readonly destination: Destination;
    /** Public keys of age; none where the backup is not encrypted. */
    readonly recipients: readonly string[];
}

const defaultFolder = "backups";

export const backupVariables = ["TURSO_BACKUP_FOLDER", "TURSO_BACKUP_COMMAND", "TURSO_BACKUP_RECIPIENT"] as const;
type BackupVariables = Partial<Record<(typeof backupVariables)[number], string>>;

/**
 * Chooses the destination of a backup and the keys that it is encrypted to. A file or folder that the user named takes
 * precedence over the variables.
 *
 * @throws AppError `usage`
 */
export async function readBackupSettings(
    root: string,
    argument: string | undefined,
    variables: BackupVariables,
): Promise<BackupSettings> {
    const recipients = (variables.TURSO_BACKUP_RECIPIENT ?? "").split(/[\s,]+/).filter((key) => key !== "");
    if (recipients.length > 0) await (await import("./encryption.ts")).createEncrypter(recipients);
    return { destination: chooseDestination(root, argument, variables), recipients };
}

function chooseDestination(
    root: string,
    argument: string | undefined,
    { TURSO_BACKUP_FOLDER: folder, TURSO_BACKUP_COMMAND: command }: BackupVariables,
): Destination {
    if (argument !== undefined) return readArgument(root, argument);
    if (folder !== undefined && command !== undefined) {
        const hint = "unset one of them, or name the file or folder of this backup with the command";
        throw refuse("TURSO_BACKUP_FOLDER and TURSO_BACKUP_COMMAND are both set", hint);
    }
    if (command !== undefined) return { kind: "command", command };
    if (folder !== undefined) refuseAddress(folder, "TURSO_BACKUP_FOLDER");
    return { kind: "folder", path: resolve(root, folder ?? defaultFolder), mayMake: folder === undefined };
}

function readArgument(root: string, argument: string): Destination {
    const path = resolve(root, argument);
    refuseAddress(argument, "the destination");
    if (isFolder(path)) return { kind: "folder", path, mayMake: false };
    if (existsSync(path)) throw refuse(`'${argument}' already exists`, "name a file that does not exist, or a folder");
    // A missing folder may be a disk that is not mounted.
    if (!/\.sql\.gz(\.age)?$/.test(argument)) {
        const hint = "create the folder first, or name a file that ends in .sql.gz";
        throw refuse(`there is no folder '${argument}'`, hint);
    }
    if (!isFolder(dirname(path))) throw refuse(`there is no folder for '${argument}'`, "create the folder first");
    return { kind: "file", path };
}

// Not shown, because it may hold a secret.
function refuseAddress(place: string, name: string): void {
    if (!/^[a-z][a-z\d+.-]+:\/\//i.test(place)) return;
    const hint = "name a folder or a file, or set TURSO_BACKUP_COMMAND to a command that stores it there";
    throw refuse(`${name} is an address, not a folder or file`, hint);
}

function refuse(message: string, hint: string): AppError {
    return new AppError("usage", message, { hint });
}

/** Finds the path of a backup; undefined where a command stores it. */
export function findPath(destination: Destination, name: string): string | undefined {
    if (destination.kind === "command") return undefined;
    return destination.kind === "file" ? destination.path : join(destination.path, name);
}

function isFolder(path: string): boolean {
    try {
        return statSync(path).isDirectory();
    } catch {
        // Also a link that leads to itself, or a name that is too long.
        return false;
    }
}
