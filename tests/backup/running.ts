import { chmodSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { createClient } from "@libsql/client";
import type { Manifest } from "../../src/backup/format.ts";
import { checkBackup } from "../../src/backup/restore/check.ts";
import { readBackup } from "../../src/backup/restore/read.ts";
import { type BackupOptions, backup } from "../../src/cli/commands/backup.ts";
import { type RestoreOptions, restoreBackup } from "../../src/cli/commands/restore.ts";
import { type Ran, type RunSettings, runHere } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";

type Settings = Partial<RunSettings>;

/** `db:backup` in the test's own process. */
export function backupHere(settings: Settings, options: BackupOptions = {}): Promise<Ran> {
    return runHere((context) => backup(context, options), { root: makeFolder(), ...settings });
}

/** `db:restore` in the test's own process. */
export function restoreHere(settings: Settings, options: RestoreOptions = {}): Promise<Ran> {
    return runHere((context) => restoreBackup(context, options), { root: makeFolder(), ...settings });
}

/** Backs a database up into a folder of its own and gives the path. Throws when that fails. */
export async function takeBackup(url: string, options: BackupOptions = {}, settings: Settings = {}): Promise<string> {
    const folder = makeFolder();
    const ran = await backupHere({ url, args: [folder], ...settings }, options);
    const [name] = readdirSync(folder);
    if (ran.code !== 0 || name === undefined) throw new Error(ran.stderr);
    return path.join(folder, name);
}

let small: Promise<string> | undefined;

/** A backup of a few rows, made once. */
export function makeSmallBackup(): Promise<string> {
    const url = `file:${path.join(makeFolder(), "small.db")}`;
    small ??= (async () => {
        const client = createClient({ url });
        await client.executeMultiple(
            "CREATE TABLE small (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO small VALUES (1, 'a')",
        );
        client.close();
        const file = await takeBackup(url);
        // Whoever a command runs as.
        chmodSync(path.dirname(file), 0o755);
        chmodSync(file, 0o644);
        return file;
    })();
    return small;
}

/** What a backup that is not encrypted says of itself, after every check. */
export async function readManifest(file: string): Promise<Manifest> {
    const identities = (): Promise<never> => Promise.reject(new Error("encrypted"));
    return (await checkBackup(readBackup({ path: file, label: file, identities }), () => undefined)).manifest;
}

/** The SQL of a backup. */
export function readScript(file: string): string {
    return gunzipSync(readFileSync(file)).toString();
}
