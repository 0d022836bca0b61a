import { findBrokenTriggers, findBrokenViews, findDangling } from "../../adoption/dangling.ts";
import type { Origins } from "../../adoption/origins.ts";
import type { Adoption } from "../../adoption/prepare.ts";
import type { TableSurvey } from "../../adoption/survey.ts";
import type { Connection } from "../../database/connection.ts";
import { verifySchema } from "../../drift/verify.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { readAll } from "../../planning/prepare.ts";
import type { DatabaseState } from "../../planning/state.ts";
import { isDrift, listComparable, type ObjectDifference } from "../../schema/compare.ts";
import { countObjects } from "../../schema/facts.ts";
import type { Output } from "../output.ts";
import { type Context, openExisting } from "../program.ts";
import { countOf, describeSchema } from "../report.ts";
import { measureCost } from "../run-prepared.ts";
import { writeRefused } from "./refused-rows.ts";

export interface AdoptOptions {
    readonly check?: boolean;
    readonly rejects?: string;
    /** Nothing is changed when more rows than this would be refused. */
    readonly maxRejects?: number;
    readonly yes?: boolean;
}

/**
 * Opens the database that is to be adopted. A file is never made.
 *
 * @throws AppError `usage` for a file that does not exist
 */
export async function openSource(context: Context, access: "read" | "write"): Promise<Connection> {
    return openExisting(context, access, "name the database to be adopted");
}

/** What --json says of an adoption. */
export function describeAdoption(
    connection: Connection,
    { origins, extra }: Adoption,
    surveys: readonly TableSurvey[],
): Record<string, unknown> {
    return {
        database: connection.target.label,
        origins: origins.map(({ name }) => name),
        tables: surveys,
        extra: extra.map(({ name }) => name),
        refused: sumRefused(surveys),
    };
}

/** Warns of rows that point to what was refused, and of views and triggers of others that do not work any more. */
export async function warnOthers(output: Output, connection: Connection, adoption: Adoption): Promise<void> {
    for (const { table, parent, rows } of await findDangling(connection, adoption)) {
        output.warn(
            `${table}: ${countOf(rows, "row")} ${rows === 1 ? "points" : "point"} to rows of ${parent} that are not there`,
        );
    }
    for (const { view, message } of await findBrokenViews(connection, adoption)) {
        output.warn(`view ${view} cannot be read: ${message}; make it anew, or drop it`);
    }
    for (const { table, message } of await findBrokenTriggers(connection, adoption)) {
        output.warn(`${table}: a trigger fails: ${message}; make it anew, or drop it`);
    }
}

/** How many rows would be refused. */
export function sumRefused(surveys: readonly TableSurvey[]): number {
    return surveys.reduce((sum, { refused }) => sum + refused, 0);
}

/**
 * Ends what would refuse more rows than the user allows.
 *
 * @throws AppError `rejected`
 */
export function refuseTooMany(refused: number, { maxRejects }: Pick<AdoptOptions, "maxRejects">): void {
    if (maxRejects === undefined || refused <= maxRejects) return;
    throw new AppError(
        "rejected",
        `${countOf(refused, "row")} would be refused, and --max-rejects allows ${maxRejects}`,
        {
            hint: "mend them in the database, or allow more",
            outcome: "Nothing was changed.",
        },
    );
}

/**
 * Proves that the database is as db:verify wants it.
 *
 * @returns how it stands, in a sentence
 * @throws AppError `drift`
 */
export async function proveSchema(root: string, connection: Connection): Promise<string> {
    const { sets, state } = await readAll(root, connection);
    const differences = await verifySchema(sets, state);
    const drifted = differences.filter(isDrift);
    if (drifted.length === 0) return describeStanding(state, differences);
    throw new AppError("drift", `the database differs from the files in ${countOf(drifted.length, "object")}`, {
        details: drifted.map(({ type, name, state: word }) => `${type} ${name}: ${word}`),
        hint: "see the difference with `pnpm db:verify`",
    });
}

// Tables, views and what belongs to them of others are told apart.
function describeStanding({ schema }: DatabaseState, differences: readonly ObjectDifference[]): string {
    const others = new Set(
        differences.filter(({ state }) => state === "extra").map(({ type, name }) => `${type} ${name}`),
    );
    const [own, extra] = [false, true].map((isOther) =>
        listComparable(schema).filter(({ type, name }) => others.has(`${type} ${name}`) === isOther),
    );
    const { tables, views } = countObjects(extra ?? []);
    const beside = [...(tables > 0 ? [countOf(tables, "table")] : []), ...(views > 0 ? [countOf(views, "view")] : [])];
    const tail = beside.length === 0 ? "" : ` Beside them: ${beside.join(", ")} of others.`;
    return `The database is as in the files: ${describeSchema({ schema: own ?? [] })}.${tail}`;
}

/** Writes the reject file from the side table, and the last line. */
export async function finishAdoption(
    context: Context,
    connection: Connection,
    { rejects }: AdoptOptions,
    origins: Origins,
    summary: { verdict: string; standing: string; document: Record<string, unknown> },
): Promise<ExitCode> {
    const { output } = context;
    const { refused, file } = await writeRefused(context, connection, rejects, origins);
    const { sentence, ...cost } = measureCost(connection);
    const { verdict, standing, document } = summary;
    output.line([verdict, ...(refused > 0 ? [describeRefused(refused, true)] : []), standing, sentence].join(" "));
    output.document({ ...document, refused, rejects: file ?? null, ...cost });
    return refused > 0 ? exitCodes.rejected : exitCodes.done;
}

/** How many rows are, or would be, refused: a sentence. */
export function describeRefused(refused: number, isDone = false): string {
    if (refused === 0) return "No row would be refused.";
    return isDone ? `Refused ${countOf(refused, "row")}.` : `${countOf(refused, "row")} would be refused.`;
}
