import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { showStatistics } from "../../src/cli/commands/stats.ts";
import type { Statistics } from "../../src/statistics/read.ts";
import { root } from "../support/deployed.ts";
import { type Ran, type RunSettings, runHere } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";

/** When all these runs are: on a Wednesday. */
export const time = new Date("2026-03-04T12:00:00.000Z");

/** The figures and the documented queries of this repository, by path. */
export const figureFiles: Readonly<Record<string, string>> = Object.fromEntries(
    ["operations/statistics", "queries"].flatMap((folder) =>
        readdirSync(path.join(root, folder))
            .filter((name) => name.endsWith(".sql"))
            .map((name) => [`${folder}/${name}`, readFileSync(path.join(root, folder, name), "utf8")]),
    ),
);

/** A copy of this repository's SQL files with its figures, and `files` on top; gives its path. */
export function copyFigures(files: Readonly<Record<string, string>> = {}): string {
    return copyProject({}, { ...figureFiles, ...files });
}

/** `db:stats` inside this process, at that time. */
export function showHere(settings: RunSettings): Promise<Ran> {
    return runHere((context) => showStatistics(context, time), settings);
}

/** What `db:stats --json` prints. Throws what it ended with. */
export async function readDocument(
    settings: RunSettings,
): Promise<Statistics & { readonly requests: number; readonly rowsWritten: number }> {
    const ran = await showHere({ ...settings, json: true });
    if (ran.error) throw ran.error;
    return JSON.parse(ran.stdout);
}
