import { type DoctorOptions, examineHealth } from "../../src/cli/commands/doctor.ts";
import { root } from "../support/deployed.ts";
import { type Ran, type RunSettings, runHere } from "../support/here.ts";
import { readCheckFiles } from "./check-files.ts";

/** How many checks this repository has for a database without an optional set. */
export const checkCount = Object.values(readCheckFiles()).filter((text) => !/^-- Set: /m.test(text)).length;

/** Runs db:doctor with the repository's checks. */
export function doctor(url: string, options: DoctorOptions = {}, settings: Partial<RunSettings> = {}): Promise<Ran> {
    return runHere((context) => examineHealth(context, options), { root, url, ...settings });
}

/** What --json says, as far as tests ask for it. */
export interface Report {
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
    readonly failed: number;
    readonly skipped: number;
    readonly requests: number;
    readonly rowsRead: number;
    readonly rowsWritten: number;
    readonly checks: readonly {
        readonly name: string;
        readonly state: string;
        readonly level: string;
        readonly remedy?: string;
        readonly reason?: string;
        readonly sql?: string;
    }[];
}

/** The document of db:doctor --json. */
export async function readReport(url: string, options: DoctorOptions = {}): Promise<Report> {
    return JSON.parse((await doctor(url, options, { json: true })).stdout) as Report;
}

/** The checks that found something, or could not be run, but for those of optional sets that are not installed. */
export function namesOf({ checks }: Report): string[] {
    return checks
        .filter(({ state, reason }) => state !== "clean" && !reason?.startsWith("the set "))
        .map(({ name }) => name);
}
