import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type MaintainOptions, maintain } from "../../src/cli/commands/maintain.ts";
import { root } from "../support/deployed.ts";
import { type Ran, type RunSettings, runHere } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";

/** When all these runs are. */
export const time = new Date("2026-03-01T12:00:00.000Z");

/** The rules of this repository, by path. */
export const ruleFiles: Readonly<Record<string, string>> = Object.fromEntries(
    readdirSync(path.join(root, "operations/maintenance"))
        .filter((name) => name.endsWith(".sql"))
        .map((name) => [
            `operations/maintenance/${name}`,
            readFileSync(path.join(root, "operations/maintenance", name), "utf8"),
        ]),
);

/** A copy of this repository's SQL files with its rules, and `files` on top; gives its path. */
export function copyRules(files: Readonly<Record<string, string>> = {}): string {
    return copyProject({}, { ...ruleFiles, ...files });
}

/** `db:maintain` inside this process, at that time. */
export function maintainHere(settings: RunSettings, options: MaintainOptions = {}): Promise<Ran> {
    return runHere((context) => maintain(context, options, time), settings);
}

/** What `db:maintain --json` prints. */
export interface MaintainDocument {
    readonly dryRun: boolean;
    readonly rules: readonly { name: string; due: number; leftAlone: number; changed: number }[];
    readonly changed: number;
    readonly requests: number;
    readonly rowsWritten: number;
}

/** Runs it and gives its document. Throws what it ended with. */
export async function readDocument(settings: RunSettings, options: MaintainOptions = {}): Promise<MaintainDocument> {
    const ran = await maintainHere({ ...settings, json: true }, options);
    if (ran.error) throw ran.error;
    return JSON.parse(ran.stdout) as MaintainDocument;
}
